"""Timing: interleaved runs, so that a busy machine slows both sides of a ratio alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """One line of the report. `value` and `limit` in `unit`; the promise is value ≤ limit."""

    name: str
    value: float
    limit: float
    unit: str
    how: str

    @property
    def holds(self) -> bool:
        return self.value <= self.limit


def seconds(task: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def interleaved(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each task; the tasks take turns, after one call each to warm up."""
    for task in tasks.values():
        task()
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            times[name].append(seconds(task))
    return {name: statistics.median(values) for name, values in times.items()}
