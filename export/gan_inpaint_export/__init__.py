"""Checkpoint → ONNX: a generator of the contract, with its manifest inside, proven to compute what torch computes."""

from gan_inpaint_export.export import ExportError, Parity, ParityReport, export
from gan_inpaint_export.run import from_run

__all__ = ["ExportError", "Parity", "ParityReport", "export", "from_run"]
