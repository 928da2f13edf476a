"""The figures of an evaluation as Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

REFERENCE = "telea"
_BY_MEDIAN = {"sharpness", "seam", "seconds"}
"""Ratios to a truth that may be almost flat can be any number; so can a first run's time."""

_COLUMNS = {  # figure → heading and decimals
    "psnr": ("PSNR in the hole", 2),
    "ssim": ("SSIM in the hole", 3),
    "psnr_whole": ("PSNR", 2),
    "ssim_whole": ("SSIM", 4),
    "sharpness": ("sharpness", 2),
    "seam": ("seam", 2),
    "swd": ("swd", 2),
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a filler reached on one case: the figures of figures.FIGURES, and `seconds`."""

    filler: str
    kind: str
    picture: str
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """Means and medians of a filler's figures over its cases of one kind."""

    kind: str
    filler: str
    cases: int
    means: dict[str, float]
    medians: dict[str, float]

    def shown(self, figure: str) -> float:
        """What a table shows: the median of sharpness, seam and seconds, the mean of the others."""
        return (self.medians if figure in _BY_MEDIAN else self.means)[figure]


def aggregate(measurements: Sequence[Measurement]) -> list[Row]:
    """A row for each kind and filler, in the order in which they come."""
    groups: dict[tuple[str, str], list[dict[str, float]]] = {}
    for each in measurements:
        groups.setdefault((each.kind, each.filler), []).append(each.figures)
    rows = []
    for (kind, filler), figures in groups.items():
        columns = {name: [case[name] for case in figures] for name in figures[0]}
        means = {name: float(np.mean(values)) for name, values in columns.items()}
        medians = {name: float(np.median(values)) for name, values in columns.items()}
        rows.append(Row(kind, filler, len(figures), means, medians))
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """A table for each kind of hole; `× Telea` is the filler's swd over that of Telea, where that was measured."""
    swd = {row.kind: row.shown("swd") for row in rows if row.filler == REFERENCE}
    headings = ["filler", *(heading for heading, _ in _COLUMNS.values()), "× Telea", "s"]
    text = []
    for kind in dict.fromkeys(row.kind for row in rows):
        mine = [row for row in rows if row.kind == kind]
        text += [f"## {kind} ({mine[0].cases} pictures)", "", _line(headings), _line(["---"] * len(headings))]
        for row in mine:
            cells = [f"{row.shown(figure):.{decimals}f}" for figure, (_, decimals) in _COLUMNS.items()]
            ratio = f"{row.shown('swd') / swd[kind]:.2f}" if swd.get(kind) else "–"
            text.append(_line([row.filler, *cells, ratio, f"{row.shown('seconds'):.3f}"]))
        text.append("")
    return "\n".join(text)


def aggregates_csv(rows: Sequence[Row]) -> str:
    """A line for each kind and filler with the mean and the median of every figure."""
    names = list(rows[0].means)
    heading = ["kind", "filler", "cases", *(f"{way}_{name}" for name in names for way in ("mean", "median"))]
    lines: list[list[str | float]] = [
        [row.kind, row.filler, row.cases, *(way[name] for name in names for way in (row.means, row.medians))]
        for row in rows
    ]
    return _csv(heading, lines)


def cases_csv(measurements: Sequence[Measurement]) -> str:
    """A line for each measurement."""
    names = list(measurements[0].figures)
    lines: list[list[str | float]] = [
        [each.kind, each.picture, each.filler, *(each.figures[name] for name in names)] for each in measurements
    ]
    return _csv(["kind", "picture", "filler", *names], lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _csv(heading: Sequence[str], lines: Sequence[Sequence[str | float]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in line] for line in lines)
    return text.getvalue()
