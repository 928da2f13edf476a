"""Map the inputs and the output of a graph to those of a filler: our own contract, and known conventions.

A graph with our manifest is `Native`. One without is recognised by the names, types and shapes of its inputs:

- MI-GAN's pipeline (Sargsyan et al., "MI-GAN", ICCV 2023; the export script of its authors): `image` uint8
  (1, 3, H, W) and `mask` uint8 (1, 1, H, W), 255 = known → uint8. It crops, resizes and composites inside the graph.
- LaMa's usual exports (Suvorov et al., "Resolution-robust Large Mask Inpainting", WACV 2022): `image` float32
  (1, 3, H, W) in [0, 1] and `mask` float32 (1, 1, H, W), 1 = hole → float32 in [0, 255] or [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from gan_inpaint.errors import BadModel
from gan_inpaint.models.manifest import KEY, AnyManifest, DetectorManifest, Manifest, parse

Float32Array = NDArray[np.float32]
Feeds = dict[str, NDArray[np.float32] | NDArray[np.uint8]]

PROBE = np.array([0.8, 0.2, -0.4], np.float32)
"""The colour, RGB in [-1, 1], of a picture that shows the range of an output and the order of its channels."""


class Adapter(Protocol):
    """Converts between a filler and a session.

    manifest: the file's own, or one made for a foreign graph.
    probe: the smallest batch (N, H, W) that shows whether the graph works.
    batched: whether N may be more than 1.
    """

    @property
    def manifest(self) -> Manifest: ...

    @property
    def probe(self) -> tuple[int, int, int]: ...

    @property
    def batched(self) -> bool: ...

    def feeds(self, images: Float32Array, holes: Float32Array) -> Feeds:
        """Return the graph's inputs for images (N, 3, H, W) in [-1, 1] and holes (N, 1, H, W)."""
        ...

    def fill(self, output: NDArray[np.generic]) -> Float32Array:
        """Return the graph's output as float32 (N, 3, H, W) in [-1, 1]."""
        ...

    def calibrated(self, output: NDArray[np.generic]) -> Adapter:
        """Return the adapter that fits the graph's output for a picture whose known part is of the colour `PROBE`."""
        ...


@dataclass(frozen=True)
class Native:
    """A generator of our contract."""

    manifest: Manifest
    batched = True

    @property
    def probe(self) -> tuple[int, int, int]:
        window, multiple = self.manifest.window, self.manifest.size_multiple
        if self.manifest.fixed:
            return 2, window, window
        side = -(-8 // multiple) * multiple  # a smaller picture might have no known pixel
        return 2, side, 2 * side

    def feeds(self, images: Float32Array, holes: Float32Array) -> Feeds:
        return {"image": images, "mask": holes}

    def fill(self, output: NDArray[np.generic]) -> Float32Array:
        return np.clip(output.astype(np.float32, copy=False), -1, 1)

    def calibrated(self, output: NDArray[np.generic]) -> Native:
        return self


@dataclass(frozen=True)
class MiGan:
    """MI-GAN's pipeline."""

    manifest: Manifest
    batched = False

    @property
    def probe(self) -> tuple[int, int, int]:
        return 1, self.manifest.window, self.manifest.window

    def feeds(self, images: Float32Array, holes: Float32Array) -> Feeds:
        picture = np.rint((images + 1) * 127.5).clip(0, 255).astype(np.uint8)
        return {"image": picture, "mask": np.where(holes > 0, 0, 255).astype(np.uint8)}

    def fill(self, output: NDArray[np.generic]) -> Float32Array:
        fill: Float32Array = output.astype(np.float32) / np.float32(127.5) - np.float32(1)
        return fill

    def calibrated(self, output: NDArray[np.generic]) -> MiGan:
        return self


@dataclass(frozen=True)
class LaMa:
    """LaMa's exports; `white` is the value of white in their output."""

    manifest: Manifest
    white: float = 1.0
    batched = False

    @property
    def probe(self) -> tuple[int, int, int]:
        return 1, self.manifest.window, self.manifest.window

    def feeds(self, images: Float32Array, holes: Float32Array) -> Feeds:
        picture = (images + np.float32(1)) * np.float32(0.5) * (np.float32(1) - holes)
        return {"image": picture, "mask": holes}

    def fill(self, output: NDArray[np.generic]) -> Float32Array:
        fill: Float32Array = output.astype(np.float32) * np.float32(2 / self.white) - np.float32(1)
        return fill.clip(-1, 1)

    def calibrated(self, output: NDArray[np.generic]) -> LaMa:
        return LaMa(self.manifest, 255.0 if float(np.median(output.astype(np.float32))) > 2 else 1.0)


def own_manifest(session: InferenceSession) -> AnyManifest | None:
    """Return the manifest of a graph of our contract, a generator's or a detector's; None for a foreign graph.

    Raises:
        BadModel: the manifest is wrong.
    """
    text = session.get_modelmeta().custom_metadata_map.get(KEY)
    return None if text is None else parse(text)


def recognise(session: InferenceSession) -> Adapter:
    """Return the adapter for a graph that fills.

    Raises:
        BadModel: the manifest is wrong or does not fit the graph, or there is none and no convention is known.
    """
    inputs = {node.name: (node.type, node.shape) for node in session.get_inputs()}
    outputs = {node.name: node.type for node in session.get_outputs()}
    manifest = own_manifest(session)
    if isinstance(manifest, DetectorManifest):
        raise BadModel(f"“{manifest.name}” finds damage; it does not fill it.", "Fill with another model.")
    if manifest is not None:
        return _native(manifest, inputs, outputs)
    output, kind = next(iter(outputs.items()))
    if _takes(inputs, "tensor(uint8)") and kind == "tensor(uint8)":
        return MiGan(_foreign("MI-GAN pipeline", output, *_size(inputs, window=512, multiple=1)))
    if _takes(inputs, "tensor(float)") and kind == "tensor(float)" and output != "fill":
        return LaMa(_foreign("LaMa", output, *_size(inputs, window=512, multiple=8)))
    raise BadModel(
        "This ONNX file is no inpainting generator that GAN Inpaint knows: it has no manifest, and its inputs are "
        f"neither MI-GAN's nor LaMa's ({', '.join(inputs) or 'it has none'}).",
        "Use a file that “gan-inpaint export” wrote.",
    )


Inputs = dict[str, tuple[str, list[int | str | None]]]


def _native(manifest: Manifest, inputs: Inputs, outputs: dict[str, str]) -> Native:
    if not _takes(inputs, "tensor(float)") or outputs.get("fill") != "tensor(float)":
        raise BadModel(
            "The model's inputs and output are not those of the contract: float32 “image” and “mask” in, “fill” out.",
            "Export the model again.",
        )
    hint = "Export it with “gan-inpaint export”."
    if any(isinstance(shape[0], int) for _, shape in inputs.values()):
        raise BadModel("The model only takes one number of pictures at a time.", hint)
    sides = _fixed_sides(inputs)
    if manifest.fixed and not sides <= {manifest.window}:
        raise BadModel(f"The model does not take pictures of {manifest.window}², as its manifest says.", hint)
    if sides and not manifest.fixed:
        raise BadModel("The model only takes pictures of one size, which its manifest does not say.", hint)
    if manifest.channels != "rgb":
        raise BadModel("The model's manifest says that it takes BGR, but the contract knows only RGB.", hint)
    return Native(manifest)


def _takes(inputs: Inputs, element: str) -> bool:
    """Return whether the inputs are an `image` of 3 channels and a `mask` of 1, both of that type."""
    channels = {"image": 3, "mask": 1}
    return inputs.keys() == channels.keys() and all(
        kind == element and len(shape) == 4 and (not isinstance(shape[1], int) or shape[1] == channels[name])
        for name, (kind, shape) in inputs.items()
    )


def _size(inputs: Inputs, window: int, multiple: int) -> tuple[int, int]:
    """Return window and size multiple: the given ones, or the graph's own size for both if that is fixed."""
    fixed = _fixed_sides(inputs)
    if not fixed:
        return window, multiple
    if len(fixed) > 1:
        raise BadModel("The model only takes pictures of one size, and that is not a square.")
    (side,) = fixed
    return side, side


def _fixed_sides(inputs: Inputs) -> set[int]:
    """Return the heights and widths that the graph prescribes; none if both are free."""
    sides = (shape[axis] for _, shape in inputs.values() for axis in (2, 3))
    return {side for side in sides if isinstance(side, int)}


def _foreign(title: str, output: str, window: int, multiple: int) -> Manifest:
    return Manifest(
        name=title.lower().replace(" ", "-"),
        title=f"{title}, without a manifest",
        version="unknown",
        size_multiple=multiple,
        window=window,
        fixed=window == multiple,
        training_data="unknown",
        licence="unknown",
        images_seen=0,
        output=output,
    )
