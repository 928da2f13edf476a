"""Selection from a damage map, by hysteresis (Canny, "A Computational Approach to Edge Detection", 1986, V.F).

A connected component of likely damage counts if a part of it is very likely. So a faint scratch is selected along its
whole length, and the grain beside it is not. Another sensitivity needs no other run of the network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np

from gan_inpaint.engine.arrays import UInt8Array
from gan_inpaint.errors import BadRequest, UnsupportedImage

Kinds = Literal["light", "dark", "both"]

SENSITIVITY = 0.5
"""Default sensitivity, the middle of 0 to 1."""
DILATE = 2
"""Default dilation of the selection, in pixels."""
MOST_DILATE = 3
"""Largest dilation of the selection, in pixels."""
_SPAN = 6.0
"""Range of the upper threshold over all sensitivities, in logits."""
_NEAR = 1.5
"""Least distance of the lower threshold below the upper one, in logits."""
_FAR = 4.0
"""Largest distance of the lower threshold below the upper one, for a lower one above even odds; in logits."""


@dataclass(frozen=True, slots=True)
class Selection:
    """`mask` (H, W) uint8, 255 where selected, else 0; `found`, the number of connected components before dilation."""

    mask: UInt8Array
    found: int

    @property
    def selected(self) -> int:
        """Number of selected pixels."""
        return cv2.countNonZero(self.mask)


def select(
    damage_map: UInt8Array,
    threshold: float,
    sensitivity: float = SENSITIVITY,
    kinds: Kinds = "both",
    dilate: int = DILATE,
) -> Selection:
    """Select damage from a damage map (H, W, 2); a higher sensitivity selects more.

    `threshold` is the detector's, a probability in (0, 1). `sensitivity` is in [0, 1]. `kinds` are light damage, dark
    damage, or both. The selection is dilated by `dilate` pixels, 0 to 3, so that no boundary of the damage stays.

    Raises UnsupportedImage if the array is not a damage map, BadRequest if another argument is out of its range.
    """
    _check(damage_map, sensitivity, kinds, dilate)
    likely = _of_kinds(damage_map, kinds)
    weak, strong = thresholds(threshold, sensitivity)
    candidates = cv2.threshold(likely, weak - 1, 1, cv2.THRESH_BINARY)[1]
    count, labels = cv2.connectedComponents(candidates, connectivity=8, ltype=cv2.CV_32S)
    certain = cv2.threshold(likely, strong - 1, 1, cv2.THRESH_BINARY)[1].view(np.bool_)
    values = np.zeros(count, np.uint8)
    values[labels[certain]] = 255
    mask = values[labels]
    return Selection(_dilated(mask, dilate), int(np.count_nonzero(values)))


def thresholds(threshold: float, sensitivity: float) -> tuple[int, int]:
    """Return the lower and the upper threshold of a damage map, 1 to 255.

    A pixel from the lower one on counts if its component has one from the upper one on.
    """
    logit = math.log(threshold / (1 - threshold)) + _SPAN * (SENSITIVITY - sensitivity)
    lower = max(logit - _FAR, min(logit - _NEAR, 0.0))
    weak, strong = (min(max(round(255 / (1 + math.exp(-value))), 1), 255) for value in (lower, logit))
    return weak, strong


def _of_kinds(damage_map: UInt8Array, kinds: Kinds) -> UInt8Array:
    """Return the probability of damage of these kinds, 0 to 255, as a contiguous (H, W)."""
    likely: UInt8Array
    if kinds == "both":
        likely = cv2.max(*cv2.split(damage_map))
    else:
        likely = cv2.extractChannel(damage_map, 0 if kinds == "light" else 1)
    return likely


def _dilated(mask: UInt8Array, by: int) -> UInt8Array:
    if not by:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    dilated: UInt8Array = cv2.dilate(mask, disc)
    return dilated


def _check(damage_map: UInt8Array, sensitivity: float, kinds: Kinds, dilate: int) -> None:
    if damage_map.dtype != np.uint8 or damage_map.ndim != 3 or damage_map.shape[2] != 2 or not damage_map.size:
        raise UnsupportedImage(
            f"An array {damage_map.shape} of type {damage_map.dtype} is not a damage map.",
            "A damage map has two bytes for each pixel.",
        )
    if not 0 <= sensitivity <= 1:
        raise BadRequest(f"The sensitivity {sensitivity:g} is not between 0 and 1.")
    if kinds not in get_args(Kinds):
        raise BadRequest(f"There is no kind of damage called “{kinds}”.", "Choose light, dark or both.")
    if not 0 <= dilate <= MOST_DILATE:
        raise BadRequest(f"The selection cannot be dilated by {dilate} pixels.", f"Choose 0 to {MOST_DILATE}.")
