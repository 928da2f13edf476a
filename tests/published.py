"""Graphs like those that others have published: the same inputs, outputs, sizes and layers, with random weights.

LaMa after Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions", WACV 2022, section 2 and
its supplementary material; MI-GAN after Sargsyan et al., "MI-GAN: A Simple Baseline for Image Inpainting on Mobile
Devices", ICCV 2023, section 3. Known pixels come back as they were given, as they do from the published files.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 512


class _Graph:
    """Collects nodes and weights; each method adds layers and returns the name of their output."""

    def __init__(self, seed: int = 0) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._random = np.random.default_rng(seed)
        self._count = 0

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: object) -> str:
        return self.ops(kind, *inputs, outputs=outputs, **attributes)[0]

    def ops(self, kind: str, *inputs: str, outputs: int = 1, **attributes: object) -> list[str]:
        self._count += 1
        names = [f"{kind.lower()}{self._count}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names

    def weight(self, values: np.ndarray) -> str:
        self._count += 1
        self.weights.append(numpy_helper.from_array(values, f"weight{self._count}"))
        return f"weight{self._count}"

    def number(self, value: float) -> str:
        return self.weight(np.array(value, np.float32))

    def conv(self, image: str, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> str:
        fan = inputs // groups * kernel**2
        values = self._random.standard_normal((outputs, inputs // groups, kernel, kernel), np.float32) / np.sqrt(fan)
        pads = [kernel // 2] * 4
        return self.op(
            "Conv", image, self.weight(values.astype(np.float32)), pads=pads, strides=[stride] * 2, group=groups
        )

    def save(self, path: Path, inputs: list[onnx.ValueInfoProto], output: onnx.ValueInfoProto, result: str) -> Path:
        self.nodes.append(helper.make_node("Identity", [result], [output.name]))
        graph = helper.make_graph(self.nodes, "published", inputs, [output], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.save(model, path)
        return path


def lama(path: Path, channels: str = "rgb", blocks: int = 18, width: int = 64) -> Path:
    """Write big-lama for 512 × 512 pixels, with `blocks` residual blocks of Fourier convolutions, of `width` channels.

    `channels`: the order in which it gives its answer; it takes RGB.
    """
    graph = _Graph()
    hole = "mask"
    known = graph.op("Sub", graph.number(1), hole)
    seen = graph.op("Concat", graph.op("Mul", "image", known), hole, axis=1)
    features = graph.op("Relu", graph.conv(seen, 4, width, 7))
    for level in range(3):
        features = graph.op("Relu", graph.conv(features, width << level, width << level + 1, 3, stride=2))
    whole = 8 * width
    local, wide = graph.ops("Split", features, graph.weight(np.array([whole // 4, whole * 3 // 4])), outputs=2, axis=1)
    for _ in range(blocks):
        before = local, wide
        for _ in range(2):
            local, wide = _fourier_convolution(graph, local, wide, whole // 4, whole * 3 // 4)
        local, wide = (graph.op("Add", old, new) for old, new in zip(before, (local, wide), strict=True))
    features = graph.op("Concat", local, wide, axis=1)
    for level in (2, 1, 0):
        features = graph.op("Resize", features, "", graph.weight(np.array([1, 1, 2, 2], np.float32)), mode="nearest")
        features = graph.op("Relu", graph.conv(features, width << level + 1, width << level, 3))
    painted = graph.op("Sigmoid", graph.conv(features, width, 3, 7))
    picture = graph.op("Add", graph.op("Mul", painted, hole), graph.op("Mul", "image", known))
    if channels == "bgr":
        picture = graph.op("Gather", picture, graph.weight(np.array([2, 1, 0])), axis=1)
    answer = graph.op("Mul", picture, graph.number(255))
    inputs = [_tensor("image", ["batch", 3, SIDE, SIDE]), _tensor("mask", ["batch", 1, SIDE, SIDE])]
    return graph.save(path, inputs, _tensor("output", ["batch", 3, SIDE, SIDE]), answer)


def _fourier_convolution(graph: _Graph, local: str, wide: str, few: int, many: int) -> tuple[str, str]:
    """Add one fast Fourier convolution (section 2.1) of `few` local and `many` global channels."""
    to_local = graph.op("Add", graph.conv(local, few, few, 3), graph.conv(wide, many, few, 3))
    half = many // 2
    reduced = graph.op("Relu", graph.conv(wide, many, half, 1))
    spectral = graph.conv(graph.op("Add", reduced, _fourier_unit(graph, reduced, half)), half, many, 1)
    to_wide = graph.op("Add", graph.conv(local, few, many, 3), spectral)
    return graph.op("Relu", to_local), graph.op("Relu", to_wide)


def _fourier_unit(graph: _Graph, features: str, count: int) -> str:
    """Add a Fourier unit: a convolution of 1 × 1 of the spectrum; the transforms are products with their matrices."""
    side = SIDE // 8
    turns = 2 * np.pi * np.outer(np.arange(side), np.arange(side)) / side
    cosine, sine = np.cos(turns) / np.sqrt(side), np.sin(turns) / np.sqrt(side)
    kept = side // 2 + 1
    weights = np.full((kept, 1), 2.0)
    weights[[0, -1]] = 1
    across_cosine, across_sine, along_cosine, along_sine, back_cosine, back_sine = (
        graph.weight(matrix.astype(np.float32))
        for matrix in (cosine[:, :kept], sine[:, :kept], cosine, sine, weights * cosine[:kept], weights * sine[:kept])
    )
    real, negative = graph.op("MatMul", features, across_cosine), graph.op("MatMul", features, across_sine)
    spectrum = graph.op(
        "Concat",
        graph.op("Sub", graph.op("MatMul", along_cosine, real), graph.op("MatMul", along_sine, negative)),
        graph.op(
            "Neg", graph.op("Add", graph.op("MatMul", along_cosine, negative), graph.op("MatMul", along_sine, real))
        ),
        axis=1,
    )
    changed = graph.op("Relu", graph.conv(spectrum, 2 * count, 2 * count, 1))
    real, imaginary = graph.ops("Split", changed, outputs=2, axis=1)
    row_real = graph.op("Sub", graph.op("MatMul", along_cosine, real), graph.op("MatMul", along_sine, imaginary))
    row_imaginary = graph.op("Add", graph.op("MatMul", along_cosine, imaginary), graph.op("MatMul", along_sine, real))
    return graph.op("Sub", graph.op("MatMul", row_real, back_cosine), graph.op("MatMul", row_imaginary, back_sine))


def migan(path: Path) -> Path:
    """Write MI-GAN's pipeline: any size of uint8 in and out, the generator of 512 × 512 pixels inside."""
    graph = _Graph()
    zero, white = graph.number(0), graph.number(255)
    picture = graph.op("Cast", "image", to=TensorProto.FLOAT)
    known = graph.op("Div", graph.op("Cast", "mask", to=TensorProto.FLOAT), white)
    size = graph.op("Shape", "image")
    inner = graph.weight(np.array([1, 3, SIDE, SIDE], np.int64))
    inner_mask = graph.weight(np.array([1, 1, SIDE, SIDE], np.int64))
    small = graph.op("Resize", picture, "", "", inner, mode="linear")
    small_known = graph.op("Resize", known, "", "", inner_mask, mode="nearest")
    signed = graph.op("Sub", graph.op("Div", small, graph.number(127.5)), graph.number(1))
    shifted = graph.op("Sub", small_known, graph.number(0.5))
    painted = _migan_generator(graph, graph.op("Concat", shifted, graph.op("Mul", signed, small_known), axis=1))
    scaled = graph.op("Mul", graph.op("Add", painted, graph.number(1)), graph.number(127.5))
    whole = graph.op("Resize", graph.op("Clip", scaled, zero, white), "", "", size, mode="linear")
    hole = graph.op("Sub", graph.number(1), known)
    composed = graph.op("Add", graph.op("Mul", picture, known), graph.op("Mul", whole, hole))
    answer = graph.op("Cast", graph.op("Clip", composed, zero, white), to=TensorProto.UINT8)
    inputs = [
        _tensor("image", ["batch_size", 3, "height", "width"], TensorProto.UINT8),
        _tensor("mask", ["batch_size", 1, "height", "width"], TensorProto.UINT8),
    ]
    output = _tensor("result", ["batch_size", 3, "height_out", "width_out"], TensorProto.UINT8)
    return graph.save(path, inputs, output, answer)


def _migan_generator(graph: _Graph, seen: str) -> str:
    """Add the encoder and the decoder of separable convolutions, from 512 to 4 pixels and back; return RGB."""
    sides = [SIDE >> level for level in range(8)]
    widths = [min(512, 32768 // side) for side in sides]
    features = _active(graph, graph.conv(seen, 4, widths[0], 1))
    skips = []
    for level, width in enumerate(widths):
        features = _separable(graph, features, width, width)
        skips.append(features)
        narrower = widths[min(level + 1, len(widths) - 1)]
        features = _separable(graph, features, width, narrower, stride=2 if level + 1 < len(widths) else 1)
    twice = graph.weight(np.array([1, 1, 2, 2], np.float32))
    colours = ""
    for level in reversed(range(len(widths))):
        coarser = widths[min(level + 1, len(widths) - 1)]
        if level + 1 < len(widths):
            features = graph.op("Resize", features, "", twice, mode="linear")
        features = graph.op("Add", _separable(graph, features, coarser, widths[level]), skips[level])
        features = _separable(graph, features, widths[level], widths[level])
        own = graph.conv(features, widths[level], 3, 1)
        colours = graph.op("Add", own, graph.op("Resize", colours, "", twice, mode="linear")) if colours else own
    return graph.op("Tanh", colours)


def _separable(graph: _Graph, features: str, inputs: int, outputs: int, stride: int = 1) -> str:
    alone = _active(graph, graph.conv(features, inputs, inputs, 3, stride, groups=inputs))
    return _active(graph, graph.conv(alone, inputs, outputs, 1))


def _active(graph: _Graph, features: str) -> str:
    return graph.op("LeakyRelu", features, alpha=0.2)


def _tensor(name: str, shape: list[int | str], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
