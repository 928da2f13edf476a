"""What finding damage asks of whatever tells damage from picture."""

from __future__ import annotations

from typing import Protocol

from gan_inpaint.engine.arrays import Float32Array as Floats


class Detector(Protocol):
    """Looks at a batch of tiles that are all of one size."""

    @property
    def name(self) -> str: ...

    @property
    def size_multiple(self) -> int:
        """Every tile's width and height is a multiple of this, and every tile starts at one."""
        ...

    @property
    def margin(self) -> int:
        """How many pixels around a place decide on it, rounded up to a multiple of `size_multiple`."""
        ...

    @property
    def core(self) -> int:
        """Side, in pixels, of what the largest tile decides on; a multiple of `size_multiple`."""
        ...

    @property
    def threshold(self) -> float:
        """The probability, in (0, 1), from which on a pixel counts as damage at the default sensitivity."""
        ...

    def __call__(self, images: Floats, /) -> Floats:
        """Images (N, 3, H, W) in [-1, 1] → (N, 2, H, W) in [0, 1]: the probability of light damage, and of dark."""
        ...
