"""Pixel frames as arrays and back; only what is `bgra`, or not aligned for the processor, is copied."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.protocol import CHANNELS, Depth, Picture

_SAMPLES: dict[Depth, str] = {"u8": "u1", "u16": "<u2", "f16": "<f2", "f32": "<f4"}


def image_from(picture: Picture, frame: memoryview) -> NDArray[Any]:
    """The image of a pixel frame, for the engine.

    Returns:
        (H, W) for `gray`, else (H, W, channels) in the order gray, alpha or R, G, B, alpha; uint8, uint16, float16 or
        float32 in the machine's byte order. Read-only, a view of the frame where possible.
    """
    dtype = np.dtype(_SAMPLES[picture.depth])
    channels = CHANNELS[picture.layout]
    shape = (picture.height, picture.width) if channels == 1 else (picture.height, picture.width, channels)
    samples = np.require(np.frombuffer(frame, dtype), requirements=["ALIGNED"]).reshape(shape)
    native = samples.astype(dtype.newbyteorder("="), copy=False)
    return _red_and_blue_swapped(native) if picture.layout == "bgra" else native


def mask_from(picture: Picture, frame: memoryview) -> NDArray[np.uint8]:
    """The mask of a mask frame: (H, W) uint8, 0 keep to 255 fill; a read-only view."""
    return np.frombuffer(frame, np.uint8).reshape(picture.height, picture.width)


def frame_from(picture: Picture, image: NDArray[Any]) -> NDArray[Any]:
    """The pixels of `image`, which has the shape and dtype of `image_from`, as they go to the client: contiguous."""
    ordered = _red_and_blue_swapped(image) if picture.layout == "bgra" else image
    return np.ascontiguousarray(ordered, dtype=_SAMPLES[picture.depth])


def _red_and_blue_swapped(image: NDArray[Any]) -> NDArray[Any]:
    """A copy of (H, W, 4); made channel by channel, since indexing with a list would keep the socket loop waiting."""
    swapped = np.empty_like(image)
    for channel, source in enumerate((2, 1, 0, 3)):
        swapped[..., channel] = image[..., source]
    return swapped
