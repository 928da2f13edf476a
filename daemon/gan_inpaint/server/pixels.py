"""Pixel frames as arrays and back; copied only if they are `bgra` or not aligned for the processor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.options import CHANNELS, SAMPLE_TYPES
from gan_inpaint.protocol import Pixels


def image_from(picture: Pixels, frame: memoryview) -> NDArray[Any]:
    """Return the image of a pixel frame: (H, W) for `gray`, else (H, W, channels), gray, alpha or R, G, B, alpha.

    Its dtype is uint8, uint16, float16 or float32 in the machine's byte order. It is read-only, a view of the frame if
    possible.
    """
    dtype = np.dtype(SAMPLE_TYPES[picture.depth])
    channels = CHANNELS[picture.layout]
    shape = (picture.height, picture.width) if channels == 1 else (picture.height, picture.width, channels)
    samples = np.require(np.frombuffer(frame, dtype), requirements=["ALIGNED"]).reshape(shape)
    native = samples.astype(dtype.newbyteorder("="), copy=False)
    return _red_and_blue_swapped(native) if picture.layout == "bgra" else native


def mask_from(picture: Pixels, frame: memoryview) -> NDArray[np.uint8]:
    """Return the mask of a mask frame: (H, W) uint8, 0 keep to 255 fill; a read-only view."""
    return np.frombuffer(frame, np.uint8).reshape(picture.height, picture.width)


def frame_from(picture: Pixels, image: NDArray[Any]) -> NDArray[Any]:
    """Return the pixel frame of `image`, which has the shape and dtype of `image_from`: contiguous."""
    ordered = _red_and_blue_swapped(image) if picture.layout == "bgra" else image
    return np.ascontiguousarray(ordered, dtype=SAMPLE_TYPES[picture.depth])


def _red_and_blue_swapped(image: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of (H, W, 4), made channel by channel: indexing with a list would block the socket loop."""
    swapped = np.empty_like(image)
    for channel, source in enumerate((2, 1, 0, 3)):
        swapped[..., channel] = image[..., source]
    return swapped
