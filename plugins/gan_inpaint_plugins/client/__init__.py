"""The client of the GAN Inpaint daemon, for editors' Pythons: the standard library only, Python 3.9 and newer.

`connect` gives a Client that waits for its answers; FillJob does the same work for an event loop. `read_settings` reads
what the installer wrote beside a plug-in, `context_window` says which part of the picture to send. Every failure is a
ClientError.
"""
