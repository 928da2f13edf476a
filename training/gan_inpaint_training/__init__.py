"""Training of inpainting generators and detectors: data, masks, networks, losses and the loop.

Of `gan_inpaint` it may import the engine, the errors and the manifest, and nothing else.
"""

import gan_inpaint  # noqa: F401 (before torch, which may import onnxruntime, whose telemetry it turns off)
