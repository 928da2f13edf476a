"""Damage map of a picture, tile by tile."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan_inpaint.detection.detector import Detector
from gan_inpaint.detection.tiles import tiling
from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array
from gan_inpaint.engine.pixels import Range, check_image, encoded, range_of
from gan_inpaint.errors import UnsupportedImage
from gan_inpaint.options import Transfer

OnTile = Callable[[int, int], None]
"""Called with the number of tiles that are done, and of all."""

_BATCH = 1 << 19
"""Pixels shown to the detector at a time; bounds the memory that a picture of any size needs."""
_SAMPLED = 512
"""Most rows and columns of the grid that the range of a picture is taken from."""


def find_damage(
    image: Samples, detector: Detector, transfer: Transfer = "srgb", *, on_tile: OnTile | None = None
) -> UInt8Array:
    """Return the damage map (H, W, 2) of a picture: 255 × the probabilities of light and of dark damage.

    `image` is (H, W) or (H, W, 1..4): gray, gray and alpha, RGB, or RGBA; uint8, uint16, float16 or float32, where
    floats have 1.0 as white. It is not changed. Pixels that are transparent, or not finite, are no damage.

    `on_tile(done, total)` is called before each run of the detector and after the last; what it raises ends the work
    and is passed on.

    Raises UnsupportedImage, and what the detector raises.
    """
    check_image(image)
    if not image.size:
        raise UnsupportedImage("The picture has no pixels.")
    height, width = image.shape[:2]
    tiles = tiling(width, height, detector.core, detector.margin, detector.size_multiple)
    limits = _range(image, transfer)
    damage_map = np.zeros((height, width, 2), np.uint8)
    done = 0
    for cores in tiles.batches(_BATCH):
        if on_tile:
            on_tile(done, len(tiles.cores))
        views = [_view(image[np.ix_(*tiles.seen(core, width, height))], limits) for core in cores]
        found = detector(np.stack([pixels for pixels, _ in views]))
        for core, (_, unknown), damage in zip(cores, views, found, strict=True):
            inner = np.s_[tiles.margin : tiles.margin + core.height, tiles.margin : tiles.margin + core.width]
            damage_map[core.slices] = _as_bytes(damage[:, inner[0], inner[1]], unknown[inner])
        done += len(cores)
    if on_tile:
        on_tile(done, done)
    return damage_map


def _as_bytes(damage: Float32Array, unknown: BoolArray) -> UInt8Array:
    """Return probabilities (2, h, w) as bytes (h, w, 2); 0 where `unknown` (h, w)."""
    values = np.rint(np.clip(damage, 0, 1) * np.float32(255)).astype(np.uint8).transpose(1, 2, 0)
    return np.where(unknown[..., None], np.uint8(0), values)


def _view(crop: Samples, limits: Range) -> tuple[Float32Array, BoolArray]:
    """Return a crop (h, w[, 1..4]) as a detector sees it, (3, h, w) in [-1, 1], and its unknown pixels (h, w)."""
    values, unknown = encoded(crop, limits.transfer)
    pixels = limits.normalised(values)
    if pixels.ndim == 2:
        return np.broadcast_to(pixels, (3, *pixels.shape)), unknown
    return pixels.transpose(2, 0, 1), unknown


def _range(image: Samples, transfer: Transfer) -> Range:
    """Return the range of the whole picture, so that all tiles are shown alike."""
    if image.dtype.kind != "f":
        return Range(0.0, 1.0, transfer)
    rows, columns = (-(-extent // _SAMPLED) for extent in image.shape[:2])
    values, unknown = encoded(image[::rows, ::columns], transfer)
    return range_of(values, ~unknown, transfer)
