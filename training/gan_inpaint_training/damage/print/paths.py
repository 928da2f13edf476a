"""Lines across a print: their paths, their branches, and their width and opacity along them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage.layers import Opacity, smooth_noise
from gan_inpaint_training.damage.print.sheet import Point

FINE = 2
"""Lines are drawn at this multiple of the crop's resolution."""
MARGIN = 24
"""Pixels around a crop beyond which no line is drawn."""

Points = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """A path of `points` (n, 2), x and y in pixels; `width` in pixels at its start, `taper` times that at its end."""

    points: Points
    width: float
    taper: float = 1.0


def walk(
    random: np.random.Generator, start: Point, heading: float, length: float, bend: float, kinks: float = 0.0
) -> Points:
    """Return a path of `length` pixels from `start` on.

    Its heading, in radians, changes by about `bend` over 10 pixels; a share `kinks` of its steps turns sharply.
    """
    step = float(np.clip(length / 40, 1.5, 8))
    count = max(2, min(round(length / step), 400))
    turns = random.normal(0, bend * (step / 10) ** 0.5, count)
    if kinks:
        turns += (random.random(count) < kinks) * random.normal(0, 0.7, count)
    headings = heading + np.cumsum(turns - turns.mean() / 2)
    steps = step * np.stack([np.cos(headings), np.sin(headings)], 1)
    return np.concatenate([start[None], start + np.cumsum(steps, 0)])


def branching(
    random: np.random.Generator, trunk: Line, depth: int, spacing: float, bend: float, kinks: float = 0.0
) -> list[Line]:
    """Return `trunk` with its branches: about one each `spacing` pixels, with branches themselves, down to `depth`."""
    lines = [trunk]
    if depth <= 0:
        return lines
    points = trunk.points
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    for _ in range(min(int(random.poisson(length / spacing)), 24)):
        number = int(random.integers(len(points) - 1))
        along = points[number + 1] - points[number]
        side = random.choice([-1, 1]) * random.uniform(0.3, 1.2)
        heading = float(np.arctan2(along[1], along[0])) + side
        own = float(np.exp(random.uniform(np.log(0.06), np.log(0.5)))) * length
        way = walk(random, points[number], heading, own, bend, kinks)
        branch = Line(way, trunk.width * random.uniform(0.4, 0.9), random.uniform(0.2, 0.7))
        lines += branching(random, branch, depth - 1, spacing, bend, kinks)
    return lines


def drawn(
    random: np.random.Generator,
    lines: Sequence[Line],
    size: int,
    *,
    ragged: float = 0.5,
    gaps: float = 0.0,
    soft: float = 0.7,
) -> Opacity:
    """Return the opacity (size, size) of `lines`.

    `ragged`: how much their width varies, as a share of it; `gaps`: share of their length that is missing; `soft`:
    pixels over which their edges fade.
    """
    centre = np.full((FINE * size, FINE * size), 255, np.uint8)
    widths = np.zeros(centre.shape, np.float32)
    for line in lines:
        _draw_centre(centre, widths, line)
    return around(random, centre, widths, ragged=ragged, gaps=gaps, soft=soft)


def around(
    random: np.random.Generator,
    centre: NDArray[np.uint8],
    widths: Opacity,
    *,
    ragged: float,
    gaps: float,
    soft: float,
) -> Opacity:
    """Return the opacity of lines whose centres are the zeros of `centre`, at FINE times the resolution.

    `widths`: their width in pixels of the crop, at their centres.
    """
    fine = len(centre)
    size = fine // FINE
    zeros = centre == 0
    if not zeros.any():
        return np.zeros((size, size), np.float32)
    distance, labels = cv2.distanceTransformWithLabels(centre, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    of_label = np.zeros(int(labels.max()) + 1, np.float32)
    of_label[labels[zeros]] = widths[zeros]
    width = of_label[labels]
    uneven = 0.5 * smooth_noise(random, fine, 5) + 0.5 * smooth_noise(random, fine, 18)
    half = 0.5 * FINE * width * (1 + ragged * (3 * uneven - 1.5))
    opacity = np.clip((half - distance) / (FINE * soft) + 0.5, 0, 1)
    opacity *= np.minimum(1, 1.5 * width)
    if gaps:
        opacity *= np.clip(6 * (smooth_noise(random, fine, float(random.uniform(10, 60))) - gaps) + 0.5, 0, 1)
    return cv2.resize(opacity.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)


def _draw_centre(centre: NDArray[np.uint8], widths: Opacity, line: Line) -> None:
    size = len(centre) // FINE
    near: BoolArray = np.all((line.points > -MARGIN) & (line.points < size + MARGIN), axis=1)
    if not near.any():
        return
    scaled = (FINE * line.points).round().astype(np.int32)
    chunks = 5 if line.taper != 1 else 1
    for number, part in enumerate(np.array_split(np.arange(len(scaled)), chunks)):
        if not len(part) or not near[part].any():
            continue
        way = scaled[max(part[0] - 1, 0) : part[-1] + 1]
        width = line.width * (1 + (line.taper - 1) * number / max(chunks - 1, 1))
        cv2.polylines(centre, [way], False, 0)
        cv2.polylines(widths, [way], False, width)
