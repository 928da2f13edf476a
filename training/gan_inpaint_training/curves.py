"""Curves over the images seen, as self-contained SVG elements."""

from __future__ import annotations

import html
import math

Points = list[tuple[int, float]]

WIDTH, HEIGHT = 420, 240  # pixels
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 28, 24  # margins in pixels
SMOOTHED = 0.05
"""Share of a curve that its running mean covers."""


def curve(name: str, points: Points) -> str:
    """Draw the finite `points` (images seen, value) and their running mean, with axes."""
    points = [(images, value) for images, value in points if math.isfinite(value)]
    if not points:
        return ""
    rows, columns = ticks([value for _, value in points]), ticks([float(images) for images, _ in points])
    x = _Axis(columns[0], columns[-1], LEFT, WIDTH - RIGHT)
    y = _Axis(rows[0], rows[-1], HEIGHT - BOTTOM, TOP)
    grid = [
        *(_line(LEFT, y(row), WIDTH - RIGHT, y(row)) + _label(LEFT - 6, y(row) + 4, "end", row) for row in rows),
        *(_line(x(column), TOP, x(column), HEIGHT - BOTTOM) for column in columns),
        *(_label(x(column), HEIGHT - 6, "middle", column) for column in (columns[0], columns[-1])),
    ]
    drawn = [_path(points, x, y, 'stroke="#9bc" stroke-width="1"'), _path(smoothed(points), x, y, 'stroke="#136"')]
    title = f'<text x="{LEFT}" y="18" font-size="14">{html.escape(name.replace("_", " "))}</text>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">'
    return "\n".join([head, title, *grid, *drawn, "</svg>"])


def smoothed(points: Points) -> Points:
    """Return the exponential running mean at the same images."""
    weight = 1 / max(1.0, SMOOTHED * len(points))
    means, mean = [], points[0][1]
    for images, value in points:
        mean += weight * (value - mean)
        means.append((images, mean))
    return means


def thinned(points: Points, groups: int = WIDTH) -> Points:
    """Reduce `points` to the resolution of a drawing: keep the lowest and the highest of each group of neighbours."""
    size = math.ceil(len(points) / groups)
    if size <= 2:
        return points
    kept: Points = []
    for first in range(0, len(points), size):
        by_value = sorted(points[first : first + size], key=lambda point: point[1])
        kept += sorted({by_value[0], by_value[-1]})
    return kept


def ticks(values: list[float], most: int = 5) -> list[float]:
    """Return round numbers, 1, 2 or 5 times a power of ten apart, that enclose all values."""
    lowest, highest = min(values), max(values)
    if highest == lowest:
        highest = lowest + (abs(lowest) or 1.0)
    rough = (highest - lowest) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(lowest / step + 1e-9), math.ceil(highest / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


class _Axis:
    """Maps values from `low` to `high` to pixels from `start` to `stop`."""

    def __init__(self, low: float, high: float, start: float, stop: float) -> None:
        self.low, self.scale, self.start = low, (stop - start) / (high - low), start

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) * self.scale, 1)


def _path(points: Points, x: _Axis, y: _Axis, style: str) -> str:
    places = " ".join(f"{x(images)},{y(value)}" for images, value in thinned(points))
    return f'<polyline fill="none" {style} points="{places}"/>'


def _line(left: float, top: float, right: float, bottom: float) -> str:
    return f'<line x1="{left}" y1="{top}" x2="{right}" y2="{bottom}" stroke="#ddd"/>'


def _label(left: float, top: float, anchor: str, value: float) -> str:
    return f'<text x="{left}" y="{top}" text-anchor="{anchor}" font-size="11">{value:.4g}</text>'
