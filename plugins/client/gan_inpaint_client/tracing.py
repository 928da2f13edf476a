"""Lines that are traced in a picture of any size: what the daemon gets of it; without input or output.

Only the surroundings of a line are sent, in boxes along it, so the cost grows with the line and not with the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import groupby
from typing import Any, NamedTuple

from .components import component_boxes
from .crop import Box
from .errors import ClientError
from .job import Progress
from .masks import cut, spread
from .planner import merged, union
from .requests import TraceReply, TraceRequest

NO_LINE = "no_line"  # the error code if nothing stands out along a line
MOST_POINTS = 256  # that the daemon takes for one line
MOST_BOXES = 30
MOST_DRAWN = 1 << 22  # pixels of a rough stroke; more of them are no line
CELL = 256  # side in pixels of the squares that a line crosses, of which boxes are made
FAR = 128  # pixels beside a line in which it is looked for at most, if its points are far apart
NEAR = 32  # the same for points that are close together
SEEN = 40  # pixels more that decide on a place
STEP = 16  # pixels along a line from one place that is looked at to the next

Point = tuple[float, float]


class Line(NamedTuple):
    """A line to trace: `points` (x, y) on it in its order, or the mask of a rough `stroke`, a byte a pixel of a box."""

    points: Sequence[Point] = ()
    stroke: bytes = b""
    box: Box = Box(0, 0, 0, 0)


def stroke_lines(mask: bytes, area: Box) -> list[Line]:
    """Return the lines of a mask of rough strokes, a byte a pixel of `area`; strokes near each other are one."""
    boxes = [box.shifted(area.x, area.y) for box in component_boxes(mask, area.width)]
    return [Line(stroke=cut(mask, area, box, 1), box=box) for box in merged(boxes)]


def path_lines(points: Sequence[Point]) -> list[Line]:
    """Return the lines through points in their order: several, which meet, if the daemon takes no more at once."""
    starts = range(0, max(1, len(points) - 1), MOST_POINTS - 1)
    return [Line(points=points[start : start + MOST_POINTS]) for start in starts]


class Tracing:
    """Trace lines one after the other; nothing stands out along some of them, perhaps.

        tracing = Tracing(lines, (width, height), read, description)
        tracing.begin(limit)
        while (request := tracing.next_request()) is not None:
            try: tracing.take(…the answer…)
            except ClientError as problem: tracing.skip(problem)
        tracing.finish()
        tracing.area, tracing.mask

    `read` returns the pixels of a box; `description` are the fields of a request that describe them.

    Attributes:
        note: nothing; other work has something to say at times.
    """

    note = ""

    def __init__(
        self,
        lines: Iterable[Line],
        size: tuple[int, int],
        read: Callable[[Box], bytes],
        description: Mapping[str, Any],
    ) -> None:
        self._lines, self._size, self._read, self._description = list(lines), size, read, description
        self._number = -1
        self._found: list[tuple[Box, bytes]] = []
        self._nothing: ClientError | None = None

    def begin(self, _limit: int) -> None:
        """Begin with the first line. Whatever the daemon's limit is, the request itself observes it."""
        self._number = -1

    def next_request(self) -> TraceRequest | None:
        """Return the request for the next line; None after the last one."""
        self._number += 1
        return self._request(self._lines[self._number]) if self._number < len(self._lines) else None

    def take(self, reply: TraceReply) -> None:
        """Keep the answer to the last request."""
        self._found += [(box.shifted(*self._corner), mask) for box, mask in reply.masks if mask.strip(b"\0")]

    def skip(self, problem: ClientError) -> None:
        """Go on without the last line if nothing stands out along it; raise every other problem."""
        if problem.code != NO_LINE:
            raise problem
        self._nothing = problem

    def finish(self) -> None:
        """Raise ClientError `no_line` if no line was found."""
        if not self._found and self._nothing is not None:
            raise self._nothing

    def progress(self, of_piece: Progress) -> Progress:
        """Return the progress of all lines from that of the last request."""
        return {**of_piece, "done": self._number, "total": len(self._lines)}

    @property
    def area(self) -> Box:
        """The box around all lines that were found."""
        return reduce(union, (box for box, _mask in self._found))

    @property
    def mask(self) -> bytes:
        """The lines in the area: a byte a pixel, 255 or 0."""
        area = self.area
        mask = bytearray(area.width * area.height)
        for box, part in self._found:
            for y in range(box.height):
                row = part[y * box.width : (y + 1) * box.width]
                if row.strip(b"\0"):
                    start = (box.y - area.y + y) * area.width + box.x - area.x
                    mask[start : start + box.width] = _either(mask[start : start + box.width], row)
        return bytes(mask)

    def _request(self, line: Line) -> TraceRequest:
        boxes = line_boxes(line, self._size)
        area = reduce(union, boxes)
        self._corner = area[:2]
        pixels = tuple(self._read(box) for box in boxes)
        strokes = tuple(spread(line.stroke, line.box, box) for box in boxes) if line.stroke else ()
        points = tuple((round(x - area.x, 2), round(y - area.y, 2)) for x, y in line.points)
        inside = tuple(box.shifted(-area.x, -area.y) for box in boxes)
        fields = {"points": points, "strokes": strokes, **self._description}
        return TraceRequest(pixels, inside, area.width, area.height, **fields)


def line_boxes(line: Line, size: tuple[int, int]) -> tuple[Box, ...]:
    """Return boxes of a picture of that size which hold a line and its surroundings: MOST_BOXES at most."""
    places, far = (_drawn(line), FAR) if line.stroke else (_along(line.points), _far(line.points))
    across, down = (max(place[axis] for place in places) - min(place[axis] for place in places) for axis in (0, 1))
    cell = CELL
    while (boxes := _runs(places, cell, across > down))[MOST_BOXES:]:
        cell *= 2
    return tuple(box.with_margin(far + SEEN).clipped(*size) for box in boxes)


def _far(points: Sequence[Point]) -> int:
    """Return how far beside a line through these points it is looked for."""
    longest = max(math.dist(*pair) for pair in _pairs(points))
    return min(FAR, max(NEAR, math.ceil(longest)))


def _along(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Return places along the straight lines between points."""
    places = []
    for (x, y), (next_x, next_y) in _pairs(points):
        count = max(1, math.ceil(math.hypot(next_x - x, next_y - y) / STEP))
        steps = [step / count for step in range(count + 1)]
        places += [(round(x + (next_x - x) * step), round(y + (next_y - y) * step)) for step in steps]
    return places


def _pairs(points: Sequence[Point]) -> list[tuple[Point, Point]]:
    return [(points[number], points[number + 1]) for number in range(len(points) - 1)]


def _drawn(line: Line) -> list[tuple[int, int]]:
    """Return places on a stroke: the ends of every STEP-th row and of its last one, and every STEP-th pixel between."""
    width = line.box.width
    places = []
    for y in [*range(0, line.box.height, STEP), line.box.height - 1]:
        row = line.stroke[y * width : (y + 1) * width]
        places += [(line.box.x + x, line.box.y + y) for x in range(0, width, STEP) if row[x : x + STEP].strip(b"\0")]
    return places or [line.box[:2]]


def _runs(places: Iterable[tuple[int, int]], cell: int, across: bool) -> list[Box]:
    """Return boxes of the cells in which places are: one for each row of cells that touch, or each column."""
    cells = sorted({(y // cell, x // cell) if across else (x // cell, y // cell) for x, y in places})
    boxes = []
    for _key, run in groupby(enumerate(cells), key=lambda each: (each[1][0], each[1][1] - each[0])):
        inside = [at for _index, at in run]
        (line, start), (_same, end) = inside[0], inside[-1]
        box = Box(line * cell, start * cell, cell, (end - start + 1) * cell)
        boxes.append(Box(box.y, box.x, box.height, box.width) if across else box)
    return boxes


def _either(one: bytearray, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") | int.from_bytes(other, "big")).to_bytes(len(other), "big")
