"""Selection from a damage map: what is as likely as the sensitivity asks.

Another sensitivity needs no other run of the network. Hysteresis, which selected whole components for a likely part,
found less at the same share of clean pictures: false alarms grew with it (docs/scans.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.detection.kinds import kinds_of, shapes_of
from gan_inpaint.engine.arrays import UInt8Array, dilated
from gan_inpaint.errors import BadRequest, UnsupportedImage
from gan_inpaint.options import KINDS, MOST_DAMAGE_PIXELS, Kind, SelectOptions, Tone

_DEFAULTS = SelectOptions()
_MIDDLE = 0.5
"""Sensitivity at which the threshold is the detector's, in 0 to 1."""
_END = math.log(254)
"""Threshold at the ends of the range: 254/255 at sensitivity 0, 1/255, the map's own end, at 1; in logits."""


@dataclass(frozen=True, slots=True)
class Selection:
    """`mask` (H, W) uint8, 255 where selected, else 0.

    `kinds`: how many connected components of each kind were found; `found`: how many of the wanted kinds are selected.
    Both count before dilation.
    """

    mask: UInt8Array
    found: int
    kinds: dict[Kind, int]

    @property
    def selected(self) -> int:
        """Number of selected pixels."""
        return cv2.countNonZero(self.mask)


def select(damage_map: UInt8Array, threshold: float, options: SelectOptions = _DEFAULTS) -> Selection:
    """Select damage from a damage map (H, W, 2) uint8.

    `threshold` is the detector's, a probability in (0, 1). The selection is dilated, so that no boundary of the damage
    stays.

    Raises UnsupportedImage if the array is not a damage map, BadRequest if an option is out of its range.
    """
    _check(damage_map, options)
    least = threshold_at(threshold, options.sensitivity)
    mask = cv2.threshold(_of_tone(damage_map, options.tone), least - 1, 255, cv2.THRESH_BINARY)[1]
    count, labels = cv2.connectedComponents(mask, connectivity=8, ltype=cv2.CV_32S)
    return _of_kinds(mask, labels, count, damage_map, options)


def threshold_at(threshold: float, sensitivity: float) -> int:
    """Return the least value of a damage map that is selected, 1 to 255.

    In logits it goes in two straight lines from the map's one end at sensitivity 0 over `threshold` at the middle to
    its other end at 1.
    """
    middle = math.log(threshold / (1 - threshold))
    end = min(-_END, middle) if sensitivity > _MIDDLE else max(_END, middle)
    logit = middle + (end - middle) * abs(sensitivity - _MIDDLE) / _MIDDLE
    return min(max(round(255 / (1 + math.exp(-logit))), 1), 255)


def _of_kinds(
    mask: UInt8Array, labels: NDArray[np.int32], count: int, damage_map: UInt8Array, options: SelectOptions
) -> Selection:
    """Return the components of `mask` that are of a wanted kind; `labels` number them below `count`."""
    shapes = shapes_of(mask, labels, count, damage_map)
    found = shapes.area > 0
    kinds = kinds_of(shapes, max(mask.shape))
    counts = {kind: int(np.count_nonzero(found & (kinds == number))) for number, kind in enumerate(KINDS)}
    wanted = found & np.isin(kinds, [KINDS.index(kind) for kind in options.kinds or KINDS])
    if options.kinds:
        mask = cv2.min(mask, (wanted.astype(np.uint8) * 255)[labels])
    return Selection(dilated(mask, options.dilate), int(np.count_nonzero(wanted)), counts)


def _of_tone(damage_map: UInt8Array, tone: Tone) -> UInt8Array:
    """Return the probability of damage of this tone, 0 to 255, as a contiguous (H, W)."""
    light, dark = damage_map[..., 0], damage_map[..., 1]
    return np.maximum(light, dark) if tone == "both" else np.ascontiguousarray(light if tone == "light" else dark)


def _check(damage_map: UInt8Array, options: SelectOptions) -> None:
    if damage_map.dtype != np.uint8 or damage_map.ndim != 3 or damage_map.shape[2] != 2 or not damage_map.size:
        raise UnsupportedImage(
            f"An array {damage_map.shape} of type {damage_map.dtype} is not a damage map.",
            "A damage map has two bytes for each pixel.",
        )
    if not 0 <= options.sensitivity <= 1:
        raise BadRequest(f"The sensitivity {options.sensitivity:g} is not between 0 and 1.")
    if options.tone not in get_args(Tone):
        raise BadRequest(f"There is no tone of damage called “{options.tone}”.", "Choose light, dark or both.")
    unknown = set(options.kinds) - set(KINDS)
    if unknown:
        raise BadRequest(f"There is no kind of damage called “{min(unknown)}”.", f"Choose of {', '.join(KINDS)}.")
    if not 0 <= options.dilate <= MOST_DAMAGE_PIXELS:
        raise BadRequest(
            f"The selection cannot be dilated by {options.dilate} pixels.", f"Choose 0 to {MOST_DAMAGE_PIXELS}."
        )
