"""The cost of a fill, in units of the yardstick, without daemon and wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import scenes
from benchmarks.measure import Measurement, interleaved
from benchmarks.yardstick import NAME, session, yardstick
from gan_inpaint import engine
from gan_inpaint.engine.filler import Filler
from gan_inpaint.machine import physical_cores
from gan_inpaint.models import loading
from gan_inpaint.models.store import ModelStore
from gan_inpaint.paths import models_dir

ROUNDS, LARGE_ROUNDS = 15, 3
LARGE, LARGE_HOLE = (4000, 6000), (1500, 2000)


def measurements() -> Iterator[Measurement]:
    """Measure the network alone, a fill of its window, and a fill of a large hole in 24 megapixels."""
    entry = ModelStore(models_dir()).get("default")
    if entry.path is None:
        raise RuntimeError("the default generator has no file")
    filler = loading.load(entry, physical_cores())
    side = scenes.WINDOW
    hole = scenes.round_hole(side, side, int(0.3 * side * side))
    picture, unit = scenes.photograph(side, side), yardstick()
    seconds = interleaved(
        {"unit": unit, "network": network(entry.path), "window": lambda: engine.fill(picture, hole, filler)}, ROUNDS
    )
    large = interleaved({"unit": unit, "fill": _large(filler)}, LARGE_ROUNDS)
    how = f"{physical_cores()} threads, medians of {ROUNDS} interleaved rounds; 1 is {NAME}"
    yield Measurement("Network on a window of 512×512", seconds["network"] / seconds["unit"], 1.2, "", how)
    yield Measurement("Fill of a window of 512×512, hole 30 %", seconds["window"] / seconds["unit"], 6, "", how)
    how = f"{physical_cores()} threads, medians of {LARGE_ROUNDS} interleaved rounds; {large['fill']:.1f} s"
    yield Measurement("Fill of 2000×1500 in 6000×4000", large["fill"] / large["unit"], 80, "", how)


def network(path: Path) -> Callable[[], object]:
    """Return a run of the default network on a window of 512×512, without the engine."""
    run, side = session(path), scenes.WINDOW
    feeds = {"image": np.zeros((1, 3, side, side), np.float32), "mask": np.ones((1, 1, side, side), np.float32)}
    return lambda: run.run(["fill"], feeds)


def _large(filler: Filler) -> Callable[[], object]:
    picture, hole = scenes.photograph(*LARGE), np.zeros(LARGE, np.uint8)
    top, left = ((whole - part) // 2 for whole, part in zip(LARGE, LARGE_HOLE, strict=True))
    hole[top : top + LARGE_HOLE[0], left : left + LARGE_HOLE[1]] = 255
    return lambda: engine.fill(picture, hole, filler)
