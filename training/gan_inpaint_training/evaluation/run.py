"""Measurement of fillers on the same cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint_training import masks
from gan_inpaint_training.data import Picture
from gan_inpaint_training.evaluation.cases import Case, Cases
from gan_inpaint_training.evaluation.classical import Fill, mean_fill, telea_fill
from gan_inpaint_training.evaluation.metrics import METRICS
from gan_inpaint_training.evaluation.networks import generator_fill
from gan_inpaint_training.evaluation.perceptual import BLOCKS, Perceptual
from gan_inpaint_training.evaluation.tables import Measurement, aggregate
from gan_inpaint_training.features import EfficientNetLite0
from gan_inpaint_training.generators.generator import Generator

SIZE = 256  # pixels, the side of the pictures for a manifest
_SCORED = 50  # pictures for a manifest
_ON_SHEET = 12  # cases on a contact sheet


@dataclass(frozen=True, slots=True)
class Example:
    """A case and the composited result of each filler."""

    case: Case
    fills: dict[str, Picture]


def evaluate(
    fillers: Mapping[str, Fill], cases: Cases, on_case: Callable[[int, int], None] = lambda done, total: None
) -> tuple[list[Measurement], list[Example]]:
    """Return every metric of every filler on every case, and about a dozen example cases of all kinds.

    Fillers get the picture with a black hole; their changes outside the hole are discarded. OpenCV uses one thread.
    The metric `fsw` is one of the whole set: each case of a kind and a filler has the same.
    `on_case(done, total)` is called before the first case and after each. Raises what iterating over the cases or a
    filler raises.
    """
    measurements: list[Measurement] = []
    examples: list[Example] = []
    shown, features = _spread(cases), EfficientNetLite0(BLOCKS)
    sets = {(kind, name): Perceptual(features) for kind in cases.kinds for name in fillers}
    with _one_thread():
        on_case(0, len(cases))
        for number, case in enumerate(cases):
            fills: dict[str, Picture] = {}
            for name, fill in fillers.items():
                started = time.perf_counter()
                filled = fill(case.masked, case.hole.copy())
                seconds = time.perf_counter() - started
                fills[name] = np.where(case.hole[..., None], filled, case.truth)
                values = {metric: measure(fills[name], case.truth, case.hole) for metric, measure in METRICS.items()}
                values["pd"] = sets[case.kind, name].add(fills[name], case.truth, case.hole)
                measurements.append(Measurement(name, case.kind, case.name, values | {"seconds": seconds}))
            if number in shown:
                examples.append(Example(case, fills))
            on_case(number + 1, len(cases))
    for measured in measurements:
        measured.metrics["fsw"] = sets[measured.kind, measured.filler].fsw
    return measurements, examples


def scores(generator: Generator, shards: Sequence[str]) -> dict[str, float]:
    """Return the metrics for a manifest: those of the generator, a mean fill and Telea, for every kind of hole.

    Keys are `kind metric filler`, such as `boxes psnr telea`. Values are those of an evaluation's table, on the central
    squares of up to 50 pictures; their side is the generator's fixed size, or else 256 pixels. Raises DataError when no
    picture is usable.
    """
    fillers = {"generator": generator_fill(generator), "mean": mean_fill, "telea": telea_fill}
    size = generator.fixed_size or SIZE
    measurements, _ = evaluate(fillers, Cases(shards, list(masks.KINDS), _SCORED, size, seed=0))
    return {
        f"{row.kind} {metric} {row.filler}": round(row.shown(metric), 3)
        for row in aggregate(measurements)
        for metric in ("psnr", "ssim", "sharpness", "seam", "swd")
    }


def _spread(cases: Cases) -> set[int]:
    """Return the numbers of the example cases: as many of each kind, with different pictures while there are some."""
    kinds, pictures = len(cases.kinds), len(cases.numbers)
    each = min(max(1, _ON_SHEET // kinds), pictures)
    return {kind * pictures + (kind * each + number) % pictures for kind in range(kinds) for number in range(each)}


@contextmanager
def _one_thread() -> Iterator[None]:
    """Run OpenCV on one thread: threads slow small pictures down and make times depend on other processes."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
