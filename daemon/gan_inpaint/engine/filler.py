"""What the engine asks of whatever invents pixels: a generator, or a classical method."""

from __future__ import annotations

from typing import Protocol

from gan_inpaint.engine.arrays import Floats


class Filler(Protocol):
    """Fills the holes of a batch of windows that are all of one size."""

    @property
    def name(self) -> str: ...

    @property
    def window(self) -> int:
        """Side, in pixels, of the windows that it fills best; a multiple of `size_multiple`."""
        ...

    @property
    def size_multiple(self) -> int:
        """Every window's width and height is a multiple of this; so with `window` itself, all are `window` squared."""
        ...

    @property
    def guided(self) -> bool:
        """Whether the images' hole holds a first guess, which the filler refines; else it is zero."""
        ...

    @property
    def detail(self) -> float:
        """How much detail from around the hole its smooth fills need, 0 to 1; 0 for one that makes its own."""
        ...

    def __call__(self, images: Floats, holes: Floats, /) -> Floats:
        """Images (N, 3, H, W) in [-1, 1], holes (N, 1, H, W), 1 = hole → (N, 3, H, W) in [-1, 1].

        Only the result's pixels inside the hole are used.
        """
        ...
