"""Run every benchmark, print a table and write it to benchmarks/results.md; exit code 1 when a promise is broken."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks import engine, gimp, life, round_trip, scans, training
from benchmarks.measure import Measurement

RESULTS = Path(__file__).with_name("results.md")


def main() -> int:
    console = Console(stderr=True)
    measurements = []
    for measurement in _all_measurements():
        console.print(_line(measurement))
        measurements.append(measurement)
    RESULTS.write_text(_table(measurements))
    return 0 if all(measurement.holds for measurement in measurements) else 1


def _all_measurements() -> Iterator[Measurement]:
    for benchmark in (engine, scans, round_trip, gimp, life, training):
        yield from benchmark.measurements()


def _table(measurements: list[Measurement]) -> str:
    head = f"Measured in one run of `make bench` on {platform.system()} {platform.machine()}, without a GPU.\n\n"
    rows = ["| what | measured | promised | how |", "|---|---|---|---|", *map(_line, measurements)]
    return head + "\n".join(rows) + "\n"


def _line(measurement: Measurement) -> str:
    verdict = "" if measurement.holds else " **(broken)**"
    measured = f"{measurement.value:.2f} {measurement.unit}{verdict}"
    return f"| {measurement.name} | {measured} | ≤ {measurement.limit:g} {measurement.unit} | {measurement.how} |"


if __name__ == "__main__":
    sys.exit(main())
