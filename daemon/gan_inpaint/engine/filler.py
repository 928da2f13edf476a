"""The protocol of fillers: what the engine asks of a generator or a classical method."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from gan_inpaint.engine.arrays import Float32Array
from gan_inpaint.errors import BadModel


class Filler(Protocol):
    """Fills the holes of a batch of windows that all have one size."""

    @property
    def name(self) -> str: ...

    @property
    def window(self) -> int:
        """Side, in pixels, of the windows that it fills best; a multiple of `size_multiple`."""
        ...

    @property
    def size_multiple(self) -> int:
        """Divisor of every window's width and height; if it equals `window`, all windows are `window` squared."""
        ...

    @property
    def guided(self) -> bool:
        """Whether the hole of the images is prefilled, for the filler to refine; otherwise it is zero."""
        ...

    @property
    def detail(self) -> float:
        """Share of the detail around the hole that its smooth fills need, 0 to 1; 0 if it makes its own."""
        ...

    def __call__(self, images: Float32Array, holes: Float32Array, /) -> Float32Array:
        """Return fills (N, 3, H, W) in [-1, 1], of which only the pixels inside the holes are used.

        `images` (N, 3, H, W) are in [-1, 1]; `holes` (N, 1, H, W) are 1 in the hole and 0 elsewhere.
        """
        ...


def run_filler(filler: Filler, images: Float32Array, holes: Float32Array) -> Float32Array:
    """Return the fills (N, 3, H, W) of `images` (N, 3, H, W) with `holes` (N, 1, H, W).

    Raises BadModel if the result is not a picture of their shape, and what the filler raises.
    """
    fills = filler(images, holes)
    if fills.shape != images.shape or not np.isfinite(fills).all():
        raise BadModel(
            f"The model {filler.name} returned something that is no picture.",
            "Choose another model, or install it again.",
        )
    return fills
