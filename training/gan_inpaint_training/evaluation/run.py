"""Fillers side by side on the same cases."""

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
from gan_inpaint_training.evaluation.figures import FIGURES
from gan_inpaint_training.evaluation.networks import generator_fill
from gan_inpaint_training.evaluation.tables import Measurement, aggregate
from gan_inpaint_training.generators.generator import Generator

SIZE = 256
_SCORED = 50
_ON_SHEET = 12


@dataclass(frozen=True, slots=True)
class Example:
    """A case and what each filler made of it, composited."""

    case: Case
    fills: dict[str, Picture]


def evaluate(
    fillers: Mapping[str, Fill], cases: Cases, on_case: Callable[[int, int], None] = lambda done, total: None
) -> tuple[list[Measurement], list[Example]]:
    """Every figure of every filler on every case, and about a dozen cases to look at, of every kind.

    Fillers get the picture with a black hole, and what they change outside it is undone. OpenCV works on one thread.
    `on_case(done, total)` is called before the first case and after each. Raises as iterating over the cases does, and
    what a filler raises.
    """
    measurements: list[Measurement] = []
    examples: list[Example] = []
    shown = _spread(cases)
    with _one_thread():
        on_case(0, len(cases))
        for number, case in enumerate(cases):
            fills: dict[str, Picture] = {}
            for name, fill in fillers.items():
                started = time.perf_counter()
                filled = fill(case.masked, case.hole.copy())
                seconds = time.perf_counter() - started
                fills[name] = np.where(case.hole[..., None], filled, case.truth)
                values = {figure: measure(fills[name], case.truth, case.hole) for figure, measure in FIGURES.items()}
                measurements.append(Measurement(name, case.kind, case.name, values | {"seconds": seconds}))
            if number in shown:
                examples.append(Example(case, fills))
            on_case(number + 1, len(cases))
    return measurements, examples


def scores(generator: Generator, shards: Sequence[str]) -> dict[str, float]:
    """The figures for a manifest: the generator's, and what a mean fill and Telea reach, for every kind of hole.

    Keys are `kind figure filler`, such as `boxes psnr telea`; the figures are those of the table of an evaluation, on
    the central squares of up to 50 pictures, of the generator's fixed size or else of 256 pixels. Raises DataError when
    the pictures cannot be used.
    """
    fillers = {"generator": generator_fill(generator), "mean": mean_fill, "telea": telea_fill}
    size = generator.fixed_size or SIZE
    measurements, _ = evaluate(fillers, Cases(shards, list(masks.KINDS), _SCORED, size, seed=0))
    return {
        f"{row.kind} {figure} {row.filler}": round(row.shown(figure), 3)
        for row in aggregate(measurements)
        for figure in ("psnr", "ssim", "sharpness", "seam", "swd")
    }


def _spread(cases: Cases) -> set[int]:
    """Numbers of the cases to look at: as many of each kind, and each time other pictures while there are some."""
    kinds, pictures = len(cases.kinds), len(cases.numbers)
    each = min(max(1, _ON_SHEET // kinds), pictures)
    return {kind * pictures + (kind * each + number) % pictures for kind in range(kinds) for number in range(each)}


@contextmanager
def _one_thread() -> Iterator[None]:
    """Threads cost small pictures more than they give, and would make times depend on what else runs."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
