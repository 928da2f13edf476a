"""Models: what is installed (`store`), how it is opened (`loading`), and what is loaded now (`cache`).

The modules are not imported here: listing the models must not import onnxruntime.
"""
