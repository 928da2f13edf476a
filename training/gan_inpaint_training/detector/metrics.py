"""How well a detector finds damage, and the threshold at which it leaves clean photographs alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from gan_inpaint_training.data import Picture
from gan_inpaint_training.detector.network import Detector
from gan_inpaint_training.detector.validation import CLEAN, MIXED, WORN, Case

DamageMap = NDArray[np.uint8]
Mask = NDArray[np.uint8]
Select = Callable[[DamageMap, float], Mask]
"""What of a damage map (H, W, 2) is selected at a threshold: (H, W) uint8, 255 or 0, not grown."""

TOLERANCE = 2
FLAGGED = 0.0005
"""The share of a clean photograph that may be selected by mistake."""
LOGITS = np.linspace(-2, 8, 41)  # thresholds that are tried, from 0.12 to 0.9997


@dataclass(frozen=True, slots=True)
class Tally:
    """Pixels: of the picture, selected, of these near damage, damaged, of these near what was selected. Uncertain
    pixels are not among those selected."""

    pixels: int
    selected: int
    right: int
    damaged: int
    found: int

    def __add__(self, other: Tally) -> Tally:
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__slots__)
        return Tally(*(one + two for one, two in pairs))

    @property
    def flagged(self) -> float:
        return self.selected / self.pixels

    @property
    def precision(self) -> float:
        return self.right / self.selected if self.selected else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.damaged if self.damaged else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


NOTHING = Tally(0, 0, 0, 0, 0)
Tallies = dict[str, dict[float, Tally]]
"""Kind of case → threshold → tally."""


def tally(mask: Mask, label: NDArray[np.uint8]) -> Tally:
    """`mask` (H, W), 0 or 255, against a label (3, H, W): light damage, dark, uncertain. What lies within TOLERANCE
    pixels of the other counts as right, as found."""
    damaged, uncertain = np.any(label[:2] > 0, axis=0), label[2] > 0
    chosen = mask > 0
    selected = chosen & ~uncertain
    near_damage, near_chosen = _widened(damaged), _widened(chosen)
    sums = (selected, selected & near_damage, damaged, damaged & near_chosen)
    return Tally(mask.size, *(int(np.count_nonzero(part)) for part in sums))


def damage_map(detector: Detector, picture: Picture) -> DamageMap:
    """What the detector makes of `picture` (H, W, 3) uint8, its edges repeated beyond them: (H, W, 2) uint8."""
    (height, width), margin, block = picture.shape[:2], detector.reach(), detector.size_multiple
    below, right = (margin + -extent % block for extent in (height, width))
    seen = np.pad(picture, ((margin, below), (margin, right), (0, 0)), "edge")
    with torch.inference_mode():
        image = torch.from_numpy(seen.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1)
        damage = detector(image)[0, :, margin : margin + height, margin : margin + width]
    return np.ascontiguousarray((255 * damage).round().byte().permute(1, 2, 0).numpy())


def measured(
    detector: Detector, cases: Iterable[Case], select: Select, on_case: Callable[[], None] = lambda: None
) -> tuple[float, dict[str, float]]:
    """The threshold of a detector, and its figures at it, as `judged` gives them. `on_case` is called after each case.
    Raises what iterating over the cases does."""
    tallies: Tallies = defaultdict(lambda: dict.fromkeys(THRESHOLDS, NOTHING))
    for case in cases:
        found = damage_map(detector, case.picture)
        for threshold in THRESHOLDS:
            tallies[case.kind][threshold] += tally(select(found, threshold), case.label)
        on_case()
    return judged(tallies)


def judged(tallies: Tallies) -> tuple[float, dict[str, float]]:
    """The threshold and the figures at it.

    Of the thresholds tried it is the one with the highest F1 on the mixed cases of those that select no more than
    FLAGGED of the clean ones; where none does, the one that selects the least. Figures, shares of 1: `f1`, `precision`
    and `recall` of the mixed cases, `recall_KIND`, `flagged_clean` and `flagged_worn`.
    """
    threshold = chosen(tallies[CLEAN], tallies[MIXED])
    mixed = tallies[MIXED][threshold]
    figures = {"f1": mixed.f1, "precision": mixed.precision, "recall": mixed.recall}
    figures |= {f"flagged_{kind}": tallies[kind][threshold].flagged for kind in (CLEAN, WORN)}
    kinds = sorted(tallies.keys() - {CLEAN, WORN, MIXED})
    return threshold, figures | {f"recall_{kind}": tallies[kind][threshold].recall for kind in kinds}


THRESHOLDS: Sequence[float] = [1 / (1 + math.exp(-logit)) for logit in LOGITS]


def chosen(clean: dict[float, Tally], mixed: dict[float, Tally]) -> float:
    """The threshold, as `judged` chooses it."""
    quiet = [threshold for threshold in THRESHOLDS if clean[threshold].flagged <= FLAGGED]
    if not quiet:
        return min(THRESHOLDS, key=lambda threshold: clean[threshold].flagged)
    return max(quiet, key=lambda threshold: mixed[threshold].f1)


def _widened(pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * TOLERANCE + 1, 2 * TOLERANCE + 1))
    widened: NDArray[np.bool_] = cv2.dilate(pixels.astype(np.uint8), disc) > 0
    return widened
