"""Checkpoint → ONNX: a network with its manifest inside, verified against torch."""

import gan_inpaint  # noqa: F401 (before onnxruntime, whose telemetry it turns off)
from gan_inpaint_export.export import ExportError, Parity, ParityReport, export
from gan_inpaint_export.run import from_run

__all__ = ["ExportError", "Parity", "ParityReport", "export", "from_run"]
