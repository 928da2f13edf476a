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
from gan_inpaint_training.detector.validation import CLEAN, DEGRADED, MIXED, Case

DamageMap = NDArray[np.uint8]
Mask = NDArray[np.uint8]
Find = Callable[[Picture], DamageMap]
"""Makes the damage map (H, W, 2) of a picture (H, W, 3) uint8."""
Select = Callable[[DamageMap, float], Mask]
"""What of a damage map (H, W, 2) is selected at a threshold: (H, W) uint8, 255 or 0, not dilated."""

UNMEASURED_THRESHOLD = 0.5
"""Threshold of a detector that was not measured, a probability."""
TOLERANCE = 2
"""Distance in pixels that counts as found."""
FLAGGED = 0.0005
"""Largest share of a clean photograph that may be selected by mistake."""
THRESHOLDS: Sequence[float] = [1 / (1 + math.exp(-logit)) for logit in np.linspace(-2, 8, 41)]
"""Thresholds that are tried, from 0.12 to 0.9997."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of pixels.

    `pixels`: of the picture; `selected`: without uncertain ones; `right`: of these, near damage; `damaged`; `found`: of
    these, near what was selected.
    """

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
    """Compare `mask` (H, W), 0 or 255, with a label: what is within TOLERANCE pixels of the other is right or found."""
    damaged, uncertain = np.any(label[:2] > 0, axis=0), label[2] > 0
    chosen = mask > 0
    selected = chosen & ~uncertain
    near_damage, near_chosen = _dilated(damaged), _dilated(chosen)
    sums = (selected, selected & near_damage, damaged, damaged & near_chosen)
    return Tally(mask.size, *(int(np.count_nonzero(part)) for part in sums))


def damage_map(detector: Detector, picture: Picture) -> DamageMap:
    """Return the damage map (H, W, 2) uint8 of `picture` (H, W, 3) uint8, padded with its edges."""
    (height, width), margin, block = picture.shape[:2], detector.reach(), detector.size_multiple
    below, right = (margin + -extent % block for extent in (height, width))
    seen = np.pad(picture, ((margin, below), (margin, right), (0, 0)), "edge")
    with torch.inference_mode():
        image = torch.from_numpy(seen.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1)
        damage = detector(image)[0, :, margin : margin + height, margin : margin + width]
    return np.ascontiguousarray((255 * damage).round().byte().permute(1, 2, 0).numpy())


def measured(
    find: Find, cases: Iterable[Case], select: Select, on_case: Callable[[], None] = lambda: None
) -> tuple[float, dict[str, float]]:
    """Return the threshold of the detector with which `find` makes damage maps and its metrics, as `best_metrics` does.

    `on_case` is called after each case. Raises what iterating over the cases raises.
    """
    tallies: Tallies = defaultdict(lambda: dict.fromkeys(THRESHOLDS, NOTHING))
    for case in cases:
        found = find(case.picture)
        for threshold in THRESHOLDS:
            tallies[case.kind][threshold] += tally(select(found, threshold), case.label)
        on_case()
    return best_metrics(tallies)


def best_metrics(tallies: Tallies) -> tuple[float, dict[str, float]]:
    """Return the best threshold and the metrics at it.

    Metrics are shares of 1: `f1`, `precision` and `recall` of the mixed cases, `recall_KIND`, `flagged_clean` and
    `flagged_degraded`.
    """
    threshold = best_threshold(tallies[CLEAN], tallies[MIXED])
    mixed = tallies[MIXED][threshold]
    metrics = {"f1": mixed.f1, "precision": mixed.precision, "recall": mixed.recall}
    metrics |= {f"flagged_{kind}": tallies[kind][threshold].flagged for kind in (CLEAN, DEGRADED)}
    kinds = sorted(tallies.keys() - {CLEAN, DEGRADED, MIXED})
    return threshold, metrics | {f"recall_{kind}": tallies[kind][threshold].recall for kind in kinds}


def best_threshold(clean: dict[float, Tally], mixed: dict[float, Tally]) -> float:
    """Return the threshold with the highest F1 on the mixed cases that selects at most FLAGGED of the clean ones.

    If none selects so little, return the one that selects the least.
    """
    quiet = [threshold for threshold in THRESHOLDS if clean[threshold].flagged <= FLAGGED]
    if not quiet:
        return min(THRESHOLDS, key=lambda threshold: clean[threshold].flagged)
    return max(quiet, key=lambda threshold: mixed[threshold].f1)


def _dilated(pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * TOLERANCE + 1, 2 * TOLERANCE + 1))
    dilated: NDArray[np.bool_] = cv2.dilate(pixels.astype(np.uint8), disc) > 0
    return dilated
