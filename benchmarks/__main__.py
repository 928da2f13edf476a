"""Run every benchmark, print a table and write it to benchmarks/results.md; exit code 1 when a promise is broken."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks import engine, gimp, life, round_trip, scans, training
from benchmarks.measure import Figure

RESULTS = Path(__file__).with_name("results.md")


def main() -> int:
    console = Console(stderr=True)
    figures = []
    for figure in _all_figures():
        console.print(_line(figure))
        figures.append(figure)
    RESULTS.write_text(_table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def _all_figures() -> Iterator[Figure]:
    for benchmark in (engine, scans, round_trip, gimp, life, training):
        yield from benchmark.figures()


def _table(figures: list[Figure]) -> str:
    head = f"Measured in one run of `make bench` on {platform.system()} {platform.machine()}, without a GPU.\n\n"
    rows = ["| figure | measured | promised | how |", "|---|---|---|---|", *map(_line, figures)]
    return head + "\n".join(rows) + "\n"


def _line(figure: Figure) -> str:
    verdict = "" if figure.holds else " **(broken)**"
    measured = f"{figure.value:.2f} {figure.unit}{verdict}"
    return f"| {figure.name} | {measured} | ≤ {figure.limit:g} {figure.unit} | {figure.how} |"


if __name__ == "__main__":
    sys.exit(main())
