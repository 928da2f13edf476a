"""Damage map of a picture, tile by tile, at the scale at which it is searched."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan_inpaint.detection.detector import Detector
from gan_inpaint.detection.losses import with_middles
from gan_inpaint.detection.scale import enlarged, reduced
from gan_inpaint.detection.specks import add_specks
from gan_inpaint.detection.tiles import tiling
from gan_inpaint.engine.arrays import Float32Array, Samples, UInt8Array
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.pixels import Range, check_image, encoded, range_of, unknown_pixels
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
    limits, searched = _range(image, transfer), reduced(image)
    found = _searched(searched, detector, limits, on_tile)
    found = with_middles(found, detector.threshold, lambda box: _view(searched[box.slices], limits))
    damage_map = enlarged(found, width, height)
    if searched is not image:
        add_specks(damage_map, lambda box: _gray(_view(image[box.slices], limits)), detector.threshold)
    for strip in Box(0, 0, width, height).strips(_BATCH):
        damage_map[strip.slices][unknown_pixels(image[strip.slices])] = 0
    return damage_map


def _searched(image: Samples, detector: Detector, limits: Range, on_tile: OnTile | None) -> UInt8Array:
    """Return the damage map of a picture at its own scale."""
    height, width = image.shape[:2]
    tiles = tiling(width, height, detector.core, detector.margin, detector.size_multiple)
    damage_map = np.zeros((height, width, 2), np.uint8)
    done = 0
    for cores in tiles.batches(_BATCH):
        if on_tile:
            on_tile(done, len(tiles.cores))
        found = detector(np.stack([_view(image[np.ix_(*tiles.seen(core, width, height))], limits) for core in cores]))
        for core, damage in zip(cores, found, strict=True):
            down, across = (slice(tiles.margin, tiles.margin + extent) for extent in (core.height, core.width))
            damage_map[core.slices] = _as_bytes(damage[:, down, across])
        done += len(cores)
    if on_tile:
        on_tile(done, done)
    return damage_map


def _as_bytes(damage: Float32Array) -> UInt8Array:
    """Return probabilities (2, h, w) as bytes (h, w, 2)."""
    values: UInt8Array = np.rint(np.clip(damage, 0, 1) * np.float32(255)).astype(np.uint8)
    return values.transpose(1, 2, 0)


def _view(crop: Samples, limits: Range) -> Float32Array:
    """Return a crop (h, w[, 1..4]) as a detector sees it, (3, h, w) in [-1, 1]."""
    pixels = limits.normalised(encoded(crop, limits.transfer)[0])
    return np.broadcast_to(pixels, (3, *pixels.shape)) if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def _gray(view: Float32Array) -> UInt8Array:
    """Return what a detector sees (3, h, w) as the mean of its colours in 8 bits (h, w)."""
    gray: UInt8Array = np.rint((np.clip(view.mean(axis=0), -1, 1) + 1) * np.float32(127.5)).astype(np.uint8)
    return gray


def _range(image: Samples, transfer: Transfer) -> Range:
    """Return the range of the whole picture, so that all tiles are shown alike."""
    if image.dtype.kind != "f":
        return Range(0.0, 1.0, transfer)
    rows, columns = (-(-extent // _SAMPLED) for extent in image.shape[:2])
    values, unknown = encoded(image[::rows, ::columns], transfer)
    return range_of(values, ~unknown, transfer)
