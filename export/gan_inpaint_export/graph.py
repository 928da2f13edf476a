"""The ONNX graph of a generator or a detector, without a trace of where it was made."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import onnx
import torch
from torch import nn
from torch.export import Dim

from gan_inpaint.manifest import AnyManifest, Manifest

OPSET = 18


def to_onnx(network: nn.Module, manifest: AnyManifest) -> onnx.ModelProto:
    """Trace `network`, on the CPU and in evaluation mode, with N, H and W left open; N alone where H = W is fixed.

    The graph itself says that H and W are multiples of `manifest.size_multiple`, or the fixed window. torch.export is
    used rather than the older TorchScript exporter: as fast in onnxruntime, a third fewer nodes, every shape known.

    Raises:
        torch.onnx.OnnxExporterError: torch cannot export it.
    """
    multiple = manifest.size_multiple
    # Two of everything and no square: torch.export takes sizes of 0 and 1, and equal ones, for constants.
    image = torch.zeros(2, 3, 8 * multiple, 10 * multiple)
    open_sizes = {0: Dim("N"), 2: _times(multiple, "H"), 3: _times(multiple, "W")}
    if isinstance(manifest, Manifest) and manifest.fixed:
        image, open_sizes = torch.zeros(2, 3, manifest.window, manifest.window), {0: Dim("N")}
    examples = (image, image[:, :1])[: len(manifest.inputs)]
    with _quiet():
        program = torch.onnx.export(
            network,
            examples,
            dynamo=True,
            dynamic_shapes=(open_sizes,) * len(examples),
            input_names=list(manifest.inputs),
            output_names=[manifest.output],
            opset_version=OPSET,
            optimize=True,
            verbose=False,
        )
    if program is None:
        raise torch.onnx.OnnxExporterError("torch.onnx.export returned nothing")
    model: onnx.ModelProto = program.model_proto
    _strip(model.graph)
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's notes to its own developers, and the one that torchvision is not installed."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _times(multiple: int, name: str) -> Dim:
    return Dim(name) if multiple == 1 else multiple * Dim(name)


def _strip(graph: onnx.GraphProto) -> None:
    """Remove the notes of the exporter, such as stack traces with the paths of the machine, here and in branches."""
    for owner in (graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        del owner.metadata_props[:]
        owner.doc_string = ""
    del graph.value_info[:]
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _strip(attribute.g)
