"""The parts of a picture that `trace` sends, as one picture and back: what was not sent is neither read nor written."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.errors import BadRequest
from gan_inpaint.protocol import Part, Trace
from gan_inpaint.server.pixels import image_from, mask_from


def gathered(trace: Trace, frames: list[memoryview]) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """Return the picture, as of `image_from`, and the mask (H, W) of the strokes, if there is one; 0 where none came.

    The memory of what did not come is never touched, so the system does not provide it.

    Raises:
        BadRequest: a part is not inside the picture.
    """
    parts = trace.sent
    if any(part.left + part.width > trace.width or part.top + part.height > trace.height for part in parts):
        raise BadRequest("A part of the picture is not inside it.")
    images = [image_from(part, frame) for part, frame in zip(parts, frames, strict=False)]
    image = np.zeros((trace.height, trace.width, *images[0].shape[2:]), images[0].dtype)
    for part, pixels in zip(parts, images, strict=True):
        image[_place(part)] = pixels
    if not trace.within:
        return image, None
    strokes = np.zeros((trace.height, trace.width), np.uint8)
    for part, frame in zip(parts, frames[len(parts) :], strict=True):
        strokes[_place(part)] = mask_from(part, frame)
    return image, strokes


def scattered(trace: Trace, mask: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return the parts of a mask (H, W)."""
    return [np.ascontiguousarray(mask[_place(part)]) for part in trace.sent]


def _place(part: Part) -> tuple[slice, slice]:
    return slice(part.top, part.top + part.height), slice(part.left, part.left + part.width)
