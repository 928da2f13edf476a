"""Two detectors in one file: the mean of their log-odds.

A network that was trained on damage of prints and one that was trained on damage of films find more together than
either alone, and neither forgets what it knows.
"""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import compose, helper

from gan_inpaint.errors import BadModel, ExportFailed
from gan_inpaint.models.manifest import KEY, DetectorManifest, parse

_PREFIXES = ("first/", "second/")


def read(path: Path) -> tuple[onnx.ModelProto, DetectorManifest]:
    """Return the graph and the manifest of a detector's ONNX file. Raise ExportFailed if it is none."""
    try:
        model = onnx.load(path)
        manifest = parse({entry.key: entry.value for entry in model.metadata_props}.get(KEY, ""))
    except (OSError, BadModel, DecodeError) as problem:
        raise ExportFailed(f"{path} is no detector: {problem}") from problem
    if not isinstance(manifest, DetectorManifest):
        raise ExportFailed(f"{path} is no detector.")
    return model, manifest


def pair(first: onnx.ModelProto, second: onnx.ModelProto) -> onnx.ModelProto:
    """Return the detector whose log-odds are the mean of those of two detectors, whose graphs end in a sigmoid.

    Raises ExportFailed if one of them does not.
    """
    paired = onnx.ModelProto()
    paired.CopyFrom(first)
    graph = paired.graph
    damage, image = graph.output[0].name, graph.input[0].name
    for each in (graph.node, graph.initializer, graph.value_info):
        del each[:]
    logits = []
    for model, prefix in zip((first, second), _PREFIXES, strict=True):
        prefixed = compose.add_prefix(model, prefix).graph
        *nodes, last = prefixed.node
        if last.op_type != "Sigmoid" or last.output[0] != prefixed.output[0].name:
            raise ExportFailed("Only detectors that end in a sigmoid can be paired.")
        for node in nodes:
            node.input[:] = [image if name == prefixed.input[0].name else name for name in node.input]
        graph.node.extend(nodes)
        graph.initializer.extend(prefixed.initializer)
        logits.append(last.input[0])
    graph.node.append(helper.make_node("Mean", logits, ["logits"]))
    graph.node.append(helper.make_node("Sigmoid", ["logits"], [damage]))
    return paired


def joint(first: DetectorManifest, second: DetectorManifest) -> DetectorManifest:
    """Return the manifest of the pair; `first` names it. Neither its threshold nor its metrics are known."""
    multiple = math.lcm(first.size_multiple, second.size_multiple)
    return msgspec.structs.replace(
        first,
        size_multiple=multiple,
        window=math.ceil(max(first.window, second.window) / multiple) * multiple,
        reach=max(first.reach, second.reach),
        training_data=_both(first.training_data, second.training_data),
        licence=_both(first.licence, second.licence),
        images_seen=first.images_seen + second.images_seen,
        metrics={},
    )


def _both(one: str, other: str) -> str:
    return one if one == other else f"{one}; and {other}"
