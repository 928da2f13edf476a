"""The protocol of detectors: what finding damage asks of a network."""

from __future__ import annotations

from typing import Protocol

from gan_inpaint.engine.arrays import Float32Array


class Detector(Protocol):
    """Tells damage from picture in a batch of tiles that all have one size."""

    @property
    def name(self) -> str: ...

    @property
    def size_multiple(self) -> int:
        """Divisor of every tile's width, height and start, in pixels."""
        ...

    @property
    def margin(self) -> int:
        """Radius around a place that decides on it, in pixels, rounded up to a multiple of `size_multiple`."""
        ...

    @property
    def core(self) -> int:
        """Side of the inner part of the largest tile, in pixels; a multiple of `size_multiple`."""
        ...

    @property
    def threshold(self) -> float:
        """Probability, in (0, 1), from which a pixel counts as damage at the default sensitivity."""
        ...

    def __call__(self, images: Float32Array, /) -> Float32Array:
        """Return the probabilities (N, 2, H, W) in [0, 1] of light and of dark damage in `images` (N, 3, H, W).

        The images are in [-1, 1].
        """
        ...
