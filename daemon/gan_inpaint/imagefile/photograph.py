"""A photograph as its file holds it: the pixels, and everything needed to save them as before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.options import Transfer

Format = Literal["png", "jpeg", "tiff", "webp"]
Pixels = NDArray[Any]


@dataclass(frozen=True)
class Metadata:
    """Metadata that is carried from a lossy format to PNG."""

    icc: bytes = b""
    exif: bytes = b""  # the TIFF structure, without any prefix
    xmp: bytes = b""
    dots_per_metre: tuple[int, int] | None = None
    iptc: bytes = b""  # as an image resource of Photoshop, with its header
    comments: tuple[str, ...] = ()


class Container(Protocol):
    """All of a file except its pixels, and the way to write both."""

    @property
    def format(self) -> Format: ...

    @property
    def orientation(self) -> int:
        """EXIF orientation, 1 to 8: how viewers turn the stored rows and columns; 1 is upright."""
        ...

    @property
    def lossy(self) -> bool:
        """Whether saving changes pixels by the rounding of the file's compression."""
        ...

    @property
    def metadata(self) -> Metadata | None:
        """Metadata for saving the photograph as PNG instead; None if that is not possible."""
        ...

    def write(self, pixels: Pixels, target: Path) -> None:
        """Write a whole file with `pixels` to `target`, which exists and is empty; raises OSError, CannotWrite."""
        ...


@dataclass(frozen=True)
class Photograph:
    """`pixels`: (H, W) gray, (H, W, 2) gray and alpha, (H, W, 3) RGB or (H, W, 4) RGBA; uint8, uint16, float16 or
    float32, in the order of the file (its orientation is not applied) and in the colour space of its profile.
    """

    pixels: Pixels
    container: Container

    @property
    def transfer(self) -> Transfer:
        """How the samples encode light: by convention linear in float files, sRGB-like in integer files."""
        return "linear" if self.pixels.dtype.kind == "f" else "srgb"

    def with_pixels(self, pixels: Pixels) -> Photograph:
        """Return the photograph with other pixels of the same shape and type; raises ValueError for any other."""
        if pixels.shape != self.pixels.shape or pixels.dtype != self.pixels.dtype:
            raise ValueError(f"{pixels.shape} {pixels.dtype} instead of {self.pixels.shape} {self.pixels.dtype}")
        return replace(self, pixels=np.ascontiguousarray(pixels))
