"""Training of inpainting generators and detectors: data, masks, networks, losses and the loop.

Of `gan_inpaint` it may import the engine, the errors and the manifest, and nothing else.
"""
