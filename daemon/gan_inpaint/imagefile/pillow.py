"""Pillow with our own limits of size, and a single kind of error."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageFile

from gan_inpaint.imagefile.reading import DamagedFile


@contextmanager
def decoding(data: bytes, format: str) -> Iterator[Image.Image]:
    """Open `data` and load its first frame; call `memory.require` before, since Pillow's own limit is off here.

    Raises:
        DamagedFile: it is not a valid picture of `format`, or is truncated.
    """
    limit = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=[format]) as image:
            image.load()
            yield image
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error) as problem:
        raise DamagedFile from problem
    finally:
        Image.MAX_IMAGE_PIXELS = limit


@contextmanager
def output_at_most(size: int) -> Iterator[None]:
    """Let a progressive JPEG have up to `size` bytes; Pillow's own estimate is too small for noise at best quality."""
    block = ImageFile.MAXBLOCK
    ImageFile.MAXBLOCK = max(block, size)
    try:
        yield
    finally:
        ImageFile.MAXBLOCK = block
