"""The metrics of an evaluation as Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

REFERENCE = "telea"
_BY_MEDIAN = {"sharpness", "seam", "seconds"}
"""Metrics with outliers: ratios to an almost flat truth, and the time of a first run."""

_COLUMNS = {  # metric → heading and decimals
    "psnr": ("PSNR in the hole", 2),
    "ssim": ("SSIM in the hole", 3),
    "psnr_whole": ("PSNR", 2),
    "ssim_whole": ("SSIM", 4),
    "sharpness": ("sharpness", 2),
    "seam": ("seam", 2),
    "swd": ("swd", 2),
    "pd": ("pd", 3),
    "fsw": ("fsw", 3),
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """The result of a filler on one case: the metrics of METRICS, and `seconds`."""

    filler: str
    kind: str
    picture: str
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """Means and medians of a filler's metrics over its cases of one kind."""

    kind: str
    filler: str
    cases: int
    means: dict[str, float]
    medians: dict[str, float]

    def shown(self, metric: str) -> float:
        """Return the value for a table: the median of sharpness, seam and seconds, the mean of the others."""
        return (self.medians if metric in _BY_MEDIAN else self.means)[metric]


def aggregate(measurements: Sequence[Measurement]) -> list[Row]:
    """Return a row for each kind and filler, in the order of the measurements."""
    groups: dict[tuple[str, str], list[dict[str, float]]] = {}
    for each in measurements:
        groups.setdefault((each.kind, each.filler), []).append(each.metrics)
    rows = []
    for (kind, filler), found in groups.items():
        columns = {name: [case[name] for case in found] for name in found[0]}
        means = {name: float(np.mean(values)) for name, values in columns.items()}
        medians = {name: float(np.median(values)) for name, values in columns.items()}
        rows.append(Row(kind, filler, len(found), means, medians))
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """Return a table for each kind of hole; `swd × Telea` is the filler's swd divided by Telea's, if measured."""
    swd = {row.kind: row.shown("swd") for row in rows if row.filler == REFERENCE}
    headings = ["filler", *(heading for heading, _ in _COLUMNS.values()), "swd × Telea", "s"]
    text = []
    for kind in dict.fromkeys(row.kind for row in rows):
        mine = [row for row in rows if row.kind == kind]
        text += [f"## {kind} ({mine[0].cases} pictures)", "", _line(headings), _line(["---"] * len(headings))]
        for row in mine:
            cells = [f"{row.shown(metric):.{decimals}f}" for metric, (_, decimals) in _COLUMNS.items()]
            ratio = f"{row.shown('swd') / swd[kind]:.2f}" if swd.get(kind) else "–"
            text.append(_line([row.filler, *cells, ratio, f"{row.shown('seconds'):.3f}"]))
        text.append("")
    return "\n".join(text)


def aggregates_csv(rows: Sequence[Row]) -> str:
    """Return a line for each kind and filler with the mean and the median of every metric."""
    names = list(rows[0].means)
    heading = ["kind", "filler", "cases", *(f"{way}_{name}" for name in names for way in ("mean", "median"))]
    lines: list[list[str | float]] = [
        [row.kind, row.filler, row.cases, *(way[name] for name in names for way in (row.means, row.medians))]
        for row in rows
    ]
    return _csv(heading, lines)


def cases_csv(measurements: Sequence[Measurement]) -> str:
    """Return a line for each measurement."""
    names = list(measurements[0].metrics)
    lines: list[list[str | float]] = [
        [each.kind, each.picture, each.filler, *(each.metrics[name] for name in names)] for each in measurements
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
