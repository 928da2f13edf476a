"""How well `trace` follows the lines of labelled pictures: `python -m benchmarks.traced_lines PICTURES`.

PICTURES holds NAME.png with NAME_mask.png, 255 where it is damaged, as `gan-inpaint evaluate --labelled` reads them.
The labelled damage is thinned to its middle lines. They are cut at crossings, at the pixels that touch these, and where
the label is more than 16 pixels wide: the middle of a stain or of a hole is no line, and nobody clicks along it. Lines
of at least 50 pixels count. They are traced from points on them in three ways:

- exact: both ends and the middle;
- beside: the same points, each 3 pixels away in a random direction, as people click;
- turns: between two points one more, as long as the line between them is more than one and a half times as long as the
  straight way, as people do where a line turns back.

A line is found if the path is within 2 pixels of nine tenths of its middle line. It stays at the label if nine tenths
of the path are within 2 pixels of what is labelled.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from gan_inpaint.detection import trace
from gan_inpaint.detection.strokes import longest
from gan_inpaint.errors import NoLine
from gan_inpaint_training.detector.labelled import DAMAGED, LabelledPicture, Mask, labelled_pictures

SHORTEST = 50
WIDEST = 16
"""Pixels."""
NEAR = 2.01
"""Pixels; a little more than 2 for the rounding of distances."""
MOST = 0.9
BESIDE = 3.0
"""Pixels."""
TURNS = 1.5

Path2d = NDArray[np.intp]
Places = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A line of a picture, and how much of it the path is near to, and of the path to the label: shares of 1."""

    picture: str
    found: float
    at_label: float


def lines(label: Mask) -> Iterator[Path2d]:
    """Yield the middle lines (n, 2) of a label (H, W)."""
    damaged = label == DAMAGED
    thin = skeletonize(damaged)
    inside = cv2.distanceTransform(np.pad(damaged, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    neighbours = cv2.filter2D(thin.astype(np.uint8), -1, np.ones((3, 3), np.float32), borderType=cv2.BORDER_CONSTANT)
    crossings = cv2.dilate((thin & (neighbours > 3)).astype(np.uint8), np.ones((3, 3), np.uint8))
    alone = thin & (crossings == 0) & (2 * inside <= WIDEST)
    count, parts = cv2.connectedComponents(alone.astype(np.uint8), connectivity=8)
    for number in range(1, count):
        line = longest(np.argwhere(parts == number))
        if len(line) >= SHORTEST:
            yield line


def exact(line: Path2d) -> Places:
    """Return both ends and the middle of a line, (3, 2)."""
    return line[np.linspace(0, len(line) - 1, 3).round().astype(int)].astype(np.float64)


def beside(line: Path2d) -> Places:
    """Return the same, each as far beside the line as people click; which way depends on the line alone."""
    angles = np.random.default_rng(line[0]).uniform(0, 2 * np.pi, 3)
    return exact(line) + BESIDE * np.stack([np.sin(angles), np.cos(angles)], axis=1)


def turns(line: Path2d) -> Places:
    """Return both ends, the middle, and points between them where the line turns back, (n, 2)."""
    middle = (len(line) - 1) // 2
    return line[[0, *_between(line, 0, middle), *_between(line, middle, len(line) - 1)]].astype(np.float64)


def _between(line: Path2d, first: int, last: int) -> list[int]:
    """Return the numbers of the points that are given after the `first` pixel, up to the `last` one."""
    if last - first <= max(TURNS * math.dist(line[first], line[last]), 2 * math.ceil(NEAR)):
        return [last]
    middle = (first + last) // 2
    return [*_between(line, first, middle), *_between(line, middle, last)]


WAYS: tuple[Callable[[Path2d], Places], ...] = (exact, beside, turns)


def measured(picture: LabelledPicture, line: Path2d, points: Places) -> Line:
    """Trace a line of a picture by points (n, 2): row, column."""
    inside = np.clip(points, 0, np.subtract(picture.label.shape, 1))
    try:
        path = trace(picture.picture, [(column, row) for row, column in inside.tolist()]).path
    except NoLine:
        return Line(picture.name, 0.0, 0.0)
    walked = np.ones(picture.label.shape, np.uint8)
    walked[tuple(path.T)] = 0
    to_path, to_label = (
        cv2.distanceTransform(places, cv2.DIST_L2, 5)
        for places in (walked, (picture.label != DAMAGED).astype(np.uint8))
    )
    found, at_label = (to_path[tuple(line.T)] <= NEAR).mean(), (to_label[tuple(path.T)] <= NEAR).mean()
    return Line(picture.name, float(found), float(at_label))


def main(folder: Path) -> None:
    """Print a row for each picture and one for all of them, for each way to give points."""
    there = [(picture, line) for picture in labelled_pictures(folder) for line in lines(picture.label)]
    for way in WAYS:
        sys.stdout.write(f"{way.__name__}\n")
        all_lines = [measured(picture, line, way(line)) for picture, line in there]
        for name in [*sorted({line.picture for line in all_lines}), ""]:
            chosen = [line for line in all_lines if line.picture == name or not name]
            found, at_label = ([getattr(line, kind) for line in chosen] for kind in ("found", "at_label"))
            shares = [float(np.mean(np.array(values) >= MOST)) for values in (found, at_label)]
            row = f"{name or 'all':24} {len(chosen):4} lines  found {shares[0]:4.0%}  at the label {shares[1]:4.0%}"
            sys.stdout.write(f"{row}  of the lines {np.mean(found):.2f}, of the paths {np.mean(at_label):.2f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
