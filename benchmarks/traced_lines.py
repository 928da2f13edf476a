"""How well `trace` follows the lines of labelled pictures: `python -m benchmarks.traced_lines PICTURES`.

PICTURES holds NAME.png with NAME_mask.png, 255 where it is damaged, as `gan-inpaint evaluate --labelled` reads them.
What is damaged is thinned to its middle lines, which are cut at crossings and the pixels that touch them. Lines of at
least 50 pixels count. Three points of each are given: both ends and the middle.

A line is found if the path is within 2 pixels of nine tenths of its middle line. It stays at the label if nine tenths
of the path are within 2 pixels of what is labelled.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
NEAR = 2.01
"""Pixels; a little more than 2 for the rounding of distances."""
MOST = 0.9

Path2d = NDArray[np.intp]


@dataclass(frozen=True)
class Line:
    """A line of a picture, and how much of it the path is near to, and of the path to the label: shares of 1."""

    picture: str
    found: float
    at_label: float


def lines(label: Mask) -> Iterator[Path2d]:
    """Yield the middle lines (n, 2) of a label (H, W)."""
    thin = skeletonize(label == DAMAGED)
    neighbours = cv2.filter2D(thin.astype(np.uint8), -1, np.ones((3, 3), np.float32), borderType=cv2.BORDER_CONSTANT)
    crossings = cv2.dilate((thin & (neighbours > 3)).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, parts = cv2.connectedComponents((thin & (crossings == 0)).astype(np.uint8), connectivity=8)
    for number in range(1, count):
        line = longest(np.argwhere(parts == number))
        if len(line) >= SHORTEST:
            yield line


def measured(picture: LabelledPicture, line: Path2d) -> Line:
    """Trace a line of a picture by three points."""
    ends = line[np.linspace(0, len(line) - 1, 3).round().astype(int)]
    try:
        path = trace(picture.picture, [(float(column), float(row)) for row, column in ends]).path
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
    """Print a row for each picture, and one for all of them."""
    all_lines = [measured(picture, line) for picture in labelled_pictures(folder) for line in lines(picture.label)]
    for name in [*sorted({line.picture for line in all_lines}), ""]:
        chosen = [line for line in all_lines if line.picture == name or not name]
        found, at_label = ([getattr(line, kind) for line in chosen] for kind in ("found", "at_label"))
        shares = [float(np.mean(np.array(values) >= MOST)) for values in (found, at_label)]
        row = f"{name or 'all':24} {len(chosen):4} lines  found {shares[0]:4.0%}  at the label {shares[1]:4.0%}"
        sys.stdout.write(f"{row}  of the lines {np.mean(found):.2f}, of the paths {np.mean(at_label):.2f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
