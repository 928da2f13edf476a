"""Views for the report: before and after, with the outlines of what was repaired."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_inpaint.archive.outcome import View
from gan_inpaint.engine.arrays import Samples, UInt8Array
from gan_inpaint.imagefile.orientation import to_upright

_SIDE = 800  # pixels of a page's longer side in the report
_CLOSE_UP = 288  # side of a close-up, in pixels of the photograph
_CLOSE_UPS = 2  # of each page
_QUALITY = 72  # of WebP
_OUTLINE_DISTANCE = 3  # pixels between a defect and its outline


class Change(NamedTuple):
    """A page before and after, (H, W[, C]), and the mask (H, W) of what was repaired in it."""

    before: Samples
    after: Samples
    mask: UInt8Array
    orientation: int


def views(change: Change, page: str) -> Iterator[View]:
    """Yield the whole page, titled `page`, and close-ups of where most was repaired."""
    height, width = change.mask.shape
    scale = min(1.0, _SIDE / max(height, width))
    yield _view(_resized(change, (max(1, round(width * scale)), max(1, round(height * scale)))), page, close_up=False)
    if scale < 1:
        for number, (top, left) in enumerate(_most_repaired(change.mask), 1):
            yield _view(_cut(change, top, left), f"{page} close-up {number}".strip(), close_up=True)


def _resized(change: Change, size: tuple[int, int]) -> Change:
    before, after, share = (_smaller(pixels, size) for pixels in (change.before, change.after, _marked(change.mask)))
    return Change(before, after, np.where(share > 0, 255, 0).astype(np.uint8), change.orientation)


def _marked(mask: UInt8Array) -> UInt8Array:
    return np.asarray(cv2.compare(mask, 0, cv2.CMP_GT))


def _smaller(pixels: Samples, size: tuple[int, int]) -> Samples:
    if pixels.dtype == np.float16:  # which OpenCV does not resize; about every second pixel is enough
        step = max(1, min(pixels.shape[1] // size[0], pixels.shape[0] // size[1]) // 2)
        pixels = np.nan_to_num(pixels[::step, ::step].astype(np.float32))
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA))


def _cut(change: Change, top: int, left: int) -> Change:
    window = (slice(top, top + _CLOSE_UP), slice(left, left + _CLOSE_UP))
    return change._replace(before=change.before[window], after=change.after[window], mask=change.mask[window])


def _most_repaired(mask: UInt8Array) -> Iterator[tuple[int, int]]:
    """Yield top and left of windows that hold much of the mask and do not meet."""
    height, width = mask.shape
    steps = [max(1, -(-extent * 4 // _CLOSE_UP)) for extent in (height, width)]
    fine = cv2.resize(_marked(mask), (-(-width // 8), -(-height // 8)), interpolation=cv2.INTER_AREA)
    marked = cv2.resize(fine.astype(np.float32), (steps[1], steps[0]), interpolation=cv2.INTER_AREA)
    sums = cv2.boxFilter(marked, -1, (4, 4), normalize=False, borderType=cv2.BORDER_CONSTANT)
    for _ in range(_CLOSE_UPS):
        row, column = np.unravel_index(int(sums.argmax()), sums.shape)
        if sums[row, column] <= 0:
            return
        centre = (row + 0.5) * height / steps[0], (column + 0.5) * width / steps[1]
        top, left = (
            int(min(max(0, place - _CLOSE_UP / 2), max(0, extent - _CLOSE_UP)))
            for place, extent in zip(centre, (height, width), strict=True)
        )
        yield top, left
        sums[max(0, row - 4) : row + 5, max(0, column - 4) : column + 5] = 0


def _view(change: Change, title: str, *, close_up: bool) -> View:
    before, after, mask = (
        np.ascontiguousarray(to_upright(pixels, change.orientation))
        for pixels in (_as_shown(change.before), _as_shown(change.after), change.mask)
    )
    alpha = np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)))
    height, width = mask.shape
    repaired = np.dstack([after, np.where(alpha > 0, 255, 0)])
    return View(title, close_up, width, height, _webp(before), _webp(repaired), _outline(mask))


def _as_shown(pixels: Samples) -> UInt8Array:
    """Return (H, W, 3) for a screen; linear floats are encoded, alpha is left out."""
    colours = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    colours = colours[..., :1] if colours.shape[2] < 3 else colours[..., :3]
    if colours.dtype == np.uint16:
        shown = (colours >> 8).astype(np.uint8)
    elif colours.dtype.kind == "f":
        linear = np.clip(np.nan_to_num(colours.astype(np.float32)), 0, 1)
        encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)  # IEC 61966-2-1
        shown = np.rint(encoded * 255).astype(np.uint8)
    else:
        shown = colours
    return np.ascontiguousarray(np.broadcast_to(shown, (*shown.shape[:2], 3)))


def _webp(pixels: NDArray[np.uint8]) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(encoded, "WEBP", quality=_QUALITY)
    return encoded.getvalue()


def _outline(mask: UInt8Array) -> str:
    side = 2 * _OUTLINE_DISTANCE + 1
    room = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    contours, _ = cv2.findContours(room, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rings = (cv2.approxPolyDP(contour, 0.7, closed=True).reshape(-1, 2) for contour in contours)
    return "".join(f"M{'L'.join(f'{x} {y}' for x, y in ring)}Z" for ring in rings)
