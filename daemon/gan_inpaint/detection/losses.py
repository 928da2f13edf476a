"""The middle of large losses: a detector is sure of their border, and doubts the bare paper inside.

Deep inside a white loss nothing is near that tells paper from a white wall. A region that damage encloses counts as
damage, too, if it has the colour of that damage and is flat. The cells of craquelure and the inside of a crease's loop
have the colours of the picture instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, UInt8Array
from gan_inpaint.engine.box import Box

DOUBTFUL, ENCLOSED = 0.4, 0.6
"""From this share of the threshold on, a region counts if damage is beside this share of its border."""
SMALLEST, LARGEST = 20, 0.05
"""Least area of a region, in pixels, and its largest, as a share of the picture."""
ALIKE = 0.25
"""Largest difference from the colour of the damage around, as a share of the contrast."""
CONTRAST = 0.16
"""Least contrast of that damage to the picture around it, in light from -1 to 1."""
FLAT = 0.2
"""Largest standard deviation of a region's light, as a share of the contrast."""
BORDER, SURROUNDINGS = 8, 16
"""How far from a region damage and picture are compared with it, in pixels."""

View = Callable[[Box], Float32Array]
"""Returns the colours (3, h, w) in [-1, 1] of a box of the picture."""


def with_middles(damage_map: UInt8Array, threshold: float, view: View) -> UInt8Array:
    """Return the damage map (H, W, 2) in which the middle of a large loss is as likely as its border.

    `threshold`: the probability from which a pixel counts as damage, in (0, 1).
    """
    likely = cv2.max(*cv2.split(damage_map))
    least = 255 * threshold
    found = likely >= least
    result = damage_map.copy()
    for doubtful, share in ((DOUBTFUL * least, ENCLOSED), (0.0, 1.0)):
        for box, region in _enclosed(~found & (likely >= doubtful), found, share):
            tone, border = _border(region, found[box.slices], damage_map[box.slices])
            if _is_like(border, region, found[box.slices], view(box)):
                channel = result[(*box.slices, tone)]
                channel[region] = np.maximum(channel[region], np.median(channel[border]))
    return result


def _enclosed(candidates: BoolArray, found: BoolArray, share: float) -> Iterator[tuple[Box, BoolArray]]:
    """Yield the connected components of `candidates` (H, W) with `found` pixels beside `share` of their border.

    Each comes as a box with its surroundings, and as the region (h, w) in it. The picture's edge is no border.
    """
    height, width = candidates.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(candidates.view(np.uint8), connectivity=4)
    borders, met = np.zeros(count, np.intp), np.zeros(count, np.intp)
    for here, there in (
        ((slice(1, None), slice(None)), (slice(None, -1), slice(None))),
        ((slice(None), slice(1, None)), (slice(None), slice(None, -1))),
    ):
        for one, other in ((here, there), (there, here)):
            outwards = candidates[one] & ~candidates[other]
            part = labels[one][outwards]
            borders += np.bincount(part, minlength=count)
            met += np.bincount(part[found[other][outwards]], minlength=count)
    areas = stats[:, cv2.CC_STAT_AREA]
    fits = (areas >= SMALLEST) & (areas <= LARGEST * candidates.size) & (met > 0) & (met >= share * borders)
    for number in np.flatnonzero(fits[1:]) + 1:
        left, top, across, down = stats[number, :4].tolist()
        box = Box(left, top, left + across, top + down).expanded(SURROUNDINGS).clipped(width, height)
        yield box, labels[box.slices] == number


def _border(region: BoolArray, found: BoolArray, damage_map: UInt8Array) -> tuple[int, BoolArray]:
    """Return the tone of the damage right beside `region` (h, w), a channel of the map, and the damage of it nearby."""
    dark = damage_map[..., 1] > damage_map[..., 0]
    tone = int(2 * np.count_nonzero(dark[found & _near(region, 1)]) > np.count_nonzero(found & _near(region, 1)))
    return tone, found & _near(region, BORDER) & (dark == bool(tone))


def _is_like(border: BoolArray, region: BoolArray, found: BoolArray, colours: Float32Array) -> bool:
    """Return whether `region` (h, w) is flat, and as far from the picture's colour as the damage on its border."""
    picture = _near(region, SURROUNDINGS) & ~found & ~_near(region, 1)
    if not picture.any():
        return False
    inside, damage, outside = (np.median(colours[:, part], axis=1) for part in (region, border, picture))
    contrast = float(np.sqrt(np.mean((damage - outside) ** 2)))
    return bool(
        contrast >= CONTRAST
        and colours[:, region].mean(axis=0).std() <= FLAT * contrast
        and np.sqrt(np.mean((inside - damage) ** 2)) <= ALIKE * contrast
    )


def _near(region: BoolArray, by: int) -> BoolArray:
    square = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    near: BoolArray = cv2.dilate(region.view(np.uint8), square) > 0
    return near
