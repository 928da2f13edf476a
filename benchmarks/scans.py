"""The cost of the repair of a scratched scan, in units of the yardstick."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from benchmarks import scenes
from benchmarks.measure import Measurement, interleaved
from benchmarks.yardstick import NAME, yardstick
from gan_inpaint.defects import repair
from gan_inpaint.machine import physical_cores
from gan_inpaint.models import loading
from gan_inpaint.models.store import ModelStore
from gan_inpaint.paths import models_dir

ROUNDS = 5
DEFECTS, SCRATCHES, HAIRS = 300, 25, 65
SIZE, LARGER = (4000, 6000), (5657, 8485)


def measurements() -> Iterator[Measurement]:
    """Measure the same 300 thin defects in 24 and in 48 megapixels."""
    filler = loading.load(ModelStore(models_dir()).get("default"), physical_cores())
    tasks: dict[str, Callable[[], object]] = {"yardstick": yardstick()}
    for name, size in (("24", SIZE), ("48", LARGER)):
        picture, mask = scenes.photograph(*size), np.zeros(size, np.uint8)
        mask[: SIZE[0], : SIZE[1]] = defects(*SIZE)
        tasks[name] = lambda picture=picture, mask=mask: repair(picture, mask, filler)  # type: ignore[misc]
    seconds = interleaved(tasks, ROUNDS)
    what = f"{DEFECTS} specks, hairs and scratches, their mask given"
    how = f"{what}, {physical_cores()} threads, medians of {ROUNDS} interleaved rounds; 1 is {NAME}"
    yield Measurement("Repair of 24 megapixels", seconds["24"] / seconds["yardstick"], 26, "", how)
    yield Measurement("The same defects in 48 megapixels against 24", seconds["48"] / seconds["24"], 1.5, "×", how)


def defects(height: int, width: int) -> np.ndarray:
    """Return (height, width) uint8, 255 = damage: scratches, hairs and specks, 2 to 8 pixels wide."""
    random = np.random.default_rng(3)
    mask = np.zeros((height, width), np.uint8)
    for number in range(DEFECTS):
        start, thick = random.uniform(0, (width, height)), int(random.integers(2, 9))
        if number < SCRATCHES:
            heading, length = np.pi / 2 + random.normal(0, 0.15), random.uniform(200, 2000)
            end = start + length * np.array([np.cos(heading), np.sin(heading)])
            cv2.line(mask, start.astype(int).tolist(), end.astype(int).tolist(), 255, thick)
        elif number < SCRATCHES + HAIRS:
            headings = random.uniform(0, 7) + np.cumsum(random.normal(0, 0.3, 12))
            steps = random.uniform(4, 16) * np.stack([np.cos(headings), np.sin(headings)], 1)
            cv2.polylines(mask, [(start + np.cumsum(steps, 0)).astype(np.int32)], False, 255, min(thick, 4))
        else:
            cv2.circle(mask, start.astype(int).tolist(), thick // 2, 255, -1)
    return mask
