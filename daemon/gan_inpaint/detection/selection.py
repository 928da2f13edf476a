"""What is selected of a damage map, by hysteresis (Canny, "A Computational Approach to Edge Detection", 1986, V.F).

A connected part of what is likely counts as damage if some of it is very likely. So a faint scratch is taken along its
whole length, and no speck of grain with it. The network is never run again for another sensitivity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Bytes
from gan_inpaint.errors import BadRequest, UnsupportedImage

Kinds = Literal["light", "dark", "both"]

SENSITIVITY = 0.5
GROW = 2
MOST_GROWN = 3
_SPAN = 6.0
_NEAR, _FAR = 1.5, 4.0
"""In units of the logit: the whole range of the sensitivity, and how far the weaker threshold lies below: up to 4,
while it asks for what is more likely damage than not, but at least 1.5."""


@dataclass(frozen=True, slots=True)
class Selection:
    """`mask` (H, W): 255 what is selected, else 0; `found`: how many connected parts were found before they grew."""

    mask: Bytes
    found: int

    @property
    def selected(self) -> int:
        """How many pixels are selected."""
        return cv2.countNonZero(self.mask)


def select(
    damage_map: Bytes, threshold: float, sensitivity: float = SENSITIVITY, kinds: Kinds = "both", grow: int = GROW
) -> Selection:
    """What of a damage map (H, W, 2) is selected; more of it the higher the sensitivity.

    `threshold`: of the detector, a probability; `sensitivity` in [0, 1]; `kinds`: light damage, dark, or both;
    `grow`, 0 to 3: pixels by which what was found is enlarged, so that no rim of it stays.

    Raises UnsupportedImage where the map is none, BadRequest where another argument is out of its range.
    """
    _check(damage_map, sensitivity, kinds, grow)
    likely = _of_kinds(damage_map, kinds)
    weak, strong = thresholds(threshold, sensitivity)
    candidates = cv2.threshold(likely, weak - 1, 1, cv2.THRESH_BINARY)[1]
    count, labels = cv2.connectedComponents(candidates, connectivity=8, ltype=cv2.CV_32S)
    certain = cv2.threshold(likely, strong - 1, 1, cv2.THRESH_BINARY)[1].view(np.bool_)
    values = np.zeros(count, np.uint8)
    values[labels[certain]] = 255
    mask = values[labels]
    return Selection(_grown(mask, grow), int(np.count_nonzero(values)))


def thresholds(threshold: float, sensitivity: float) -> tuple[int, int]:
    """The values of a damage map, 1 to 255, from which on a pixel may count, and from which on its part does."""
    logit = math.log(threshold / (1 - threshold)) + _SPAN * (SENSITIVITY - sensitivity)
    weaker = max(logit - _FAR, min(logit - _NEAR, 0.0))
    weak, strong = (min(max(round(255 / (1 + math.exp(-value))), 1), 255) for value in (weaker, logit))
    return weak, strong


def _of_kinds(damage_map: Bytes, kinds: Kinds) -> Bytes:
    """(H, W), contiguous: how likely damage of these kinds is, 0 to 255."""
    likely: Bytes
    if kinds == "both":
        likely = cv2.max(*cv2.split(damage_map))
    else:
        likely = cv2.extractChannel(damage_map, 0 if kinds == "light" else 1)
    return likely


def _grown(mask: Bytes, grow: int) -> Bytes:
    if not grow:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
    grown: Bytes = cv2.dilate(mask, disc)
    return grown


def _check(damage_map: Bytes, sensitivity: float, kinds: Kinds, grow: int) -> None:
    if damage_map.dtype != np.uint8 or damage_map.ndim != 3 or damage_map.shape[2] != 2 or not damage_map.size:
        raise UnsupportedImage(
            f"An array {damage_map.shape} of type {damage_map.dtype} is no damage map.",
            "A damage map has two bytes for each pixel.",
        )
    if not 0 <= sensitivity <= 1:
        raise BadRequest(f"The sensitivity {sensitivity:g} lies outside of 0 to 1.")
    if kinds not in get_args(Kinds):
        raise BadRequest(f"There is no kind of damage called “{kinds}”.", "Choose light, dark or both.")
    if not 0 <= grow <= MOST_GROWN:
        raise BadRequest(f"What was found cannot be grown by {grow} pixels.", f"Choose 0 to {MOST_GROWN}.")
