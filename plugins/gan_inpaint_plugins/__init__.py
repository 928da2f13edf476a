"""The plug-ins for GIMP 3 and Krita, the client that they carry, and the installer that puts them into the editors."""
