"""The ONNX graph of a generator or a detector, without traces of the machine that made it."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import onnx
import torch
from torch import nn
from torch.export import Dim

from gan_inpaint.models.manifest import AnyManifest, Manifest

OPSET = 18


def to_onnx(network: nn.Module, manifest: AnyManifest) -> onnx.ModelProto:
    """Trace `network`, on the CPU and in evaluation mode, with dynamic N, H and W, or only N where H = W is fixed.

    The graph declares that H and W are multiples of `manifest.size_multiple`, or the fixed window. It uses torch.export
    instead of the older TorchScript exporter, because its graphs have fewer nodes and complete shapes.

    Raises:
        torch.onnx.OnnxExporterError: torch cannot export it.
    """
    multiple = manifest.size_multiple
    # A batch of two and no square: torch.export treats sizes of 0 and 1, and equal sizes, as constants.
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
    """Suppress torch's notes to its own developers and its warning that torchvision is not installed."""
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
    """Remove the exporter's metadata, such as stack traces with paths of the machine, also in branches."""
    for owner in (graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        del owner.metadata_props[:]
        owner.doc_string = ""
    del graph.value_info[:]
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _strip(attribute.g)
