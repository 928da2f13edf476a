"""Selection from a damage map, by hysteresis (Canny, "A Computational Approach to Edge Detection", 1986, V.F).

A connected component of likely damage counts if a part of it is very likely. So a faint scratch is selected along its
whole length, and the grain beside it is not. Another sensitivity needs no other run of the network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import get_args

import cv2
import numpy as np

from gan_inpaint.engine.arrays import UInt8Array
from gan_inpaint.errors import BadRequest, UnsupportedImage
from gan_inpaint.options import MOST_DAMAGE_PIXELS, Kinds, SelectOptions

_DEFAULTS = SelectOptions()
_MIDDLE = 0.5
"""Sensitivity at which the upper threshold is the detector's, in 0 to 1."""
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


def select(damage_map: UInt8Array, threshold: float, options: SelectOptions = _DEFAULTS) -> Selection:
    """Select damage from a damage map (H, W, 2) uint8.

    `threshold` is the detector's, a probability in (0, 1). The selection is dilated, so that no boundary of the damage
    stays.

    Raises UnsupportedImage if the array is not a damage map, BadRequest if an option is out of its range.
    """
    _check(damage_map, options)
    likely = _of_kinds(damage_map, options.kinds)
    weak, strong = thresholds(threshold, options.sensitivity)
    candidates = cv2.threshold(likely, weak - 1, 1, cv2.THRESH_BINARY)[1]
    count, labels = cv2.connectedComponents(candidates, connectivity=8, ltype=cv2.CV_32S)
    certain = cv2.threshold(likely, strong - 1, 1, cv2.THRESH_BINARY)[1].view(np.bool_)
    values = np.zeros(count, np.uint8)
    values[labels[certain]] = 255
    mask = values[labels]
    return Selection(_dilated(mask, options.dilate), int(np.count_nonzero(values)))


def thresholds(threshold: float, sensitivity: float) -> tuple[int, int]:
    """Return the lower and the upper threshold of a damage map, 1 to 255.

    A pixel from the lower one on counts if its component has one from the upper one on.
    """
    logit = math.log(threshold / (1 - threshold)) + _SPAN * (_MIDDLE - sensitivity)
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


def _check(damage_map: UInt8Array, options: SelectOptions) -> None:
    if damage_map.dtype != np.uint8 or damage_map.ndim != 3 or damage_map.shape[2] != 2 or not damage_map.size:
        raise UnsupportedImage(
            f"An array {damage_map.shape} of type {damage_map.dtype} is not a damage map.",
            "A damage map has two bytes for each pixel.",
        )
    if not 0 <= options.sensitivity <= 1:
        raise BadRequest(f"The sensitivity {options.sensitivity:g} is not between 0 and 1.")
    if options.kinds not in get_args(Kinds):
        raise BadRequest(f"There is no kind of damage called “{options.kinds}”.", "Choose light, dark or both.")
    if not 0 <= options.dilate <= MOST_DAMAGE_PIXELS:
        raise BadRequest(
            f"The selection cannot be dilated by {options.dilate} pixels.", f"Choose 0 to {MOST_DAMAGE_PIXELS}."
        )
