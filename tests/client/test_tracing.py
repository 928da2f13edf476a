"""The client sends the surroundings of a line, and puts together what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gan_inpaint import protocol
from gan_inpaint.detection import trace
from gan_inpaint.server import Config
from gan_inpaint_client import Box, ClientError, connect
from gan_inpaint_client.tracing import MOST_BOXES, MOST_POINTS, Line, Tracing, line_boxes, path_lines, stroke_lines

SIZE = (900, 700)
GRAY = {"layout": "gray", "depth": "u8"}


def _scan() -> np.ndarray:
    scan = np.random.default_rng(4).normal(100, 4, SIZE[::-1]).astype(np.uint8)
    for x in range(50, 850):
        y = round(80 + x * 0.6)
        scan[y - 1 : y + 2, x] = 180
    scan[600:603, 20:300] = 30
    return scan


SCAN = _scan()
LIGHT, DARK = [(60.0, 118.0), (840.0, 582.0)], [(30.0, 601.0), (290.0, 600.0)]


def _read(box: Box) -> bytes:
    return np.ascontiguousarray(SCAN[box.y : box.y + box.height, box.x : box.x + box.width]).tobytes()


def _traced(lines: list[Line], start_daemon: Callable[..., Any]) -> np.ndarray:
    """The mask (H, W) that the real daemon finds."""
    tracing = Tracing(lines, SIZE, _read, GRAY)
    with connect(start_daemon(Config()).runtime_file) as client:
        tracing.begin(0)
        while (request := tracing.next_request()) is not None:
            try:
                tracing.take(client.perform(request))
            except ClientError as problem:
                tracing.skip(problem)
    tracing.finish()
    area, mask = tracing.area, np.zeros(SIZE[::-1], np.uint8)
    mask[area.y : area.y + area.height, area.x : area.x + area.width] = np.frombuffer(tracing.mask, np.uint8).reshape(
        area.height, area.width
    )
    return mask


def test_lines_are_found_one_after_the_other_and_end_as_one_mask(start_daemon: Callable[..., Any]) -> None:
    nothing = Line(points=[(700.0, 50.0), (850.0, 60.0)])
    mask = _traced([*path_lines(LIGHT), nothing, *path_lines(DARK)], start_daemon)
    assert np.array_equal(mask, trace(SCAN, LIGHT).mask | trace(SCAN, DARK).mask)


def test_a_stroke_is_enough(start_daemon: Callable[..., Any]) -> None:
    stroke = np.zeros((40, 220), np.uint8)
    stroke[12:28] = 255
    mask = _traced(stroke_lines(stroke.tobytes(), Box(50, 583, 220, 40)), start_daemon)
    assert mask[600:603, 70:250].mean() > 200 and not mask[:590].any()


def test_nothing_that_stands_out_is_said(start_daemon: Callable[..., Any]) -> None:
    with pytest.raises(ClientError) as problem:
        _traced([Line(points=[(700.0, 50.0), (850.0, 60.0)])], start_daemon)
    assert problem.value.code == "no_line"


@pytest.mark.parametrize(
    ("points", "share"),
    [([(10, 10), (5990, 3990)], 0.4), ([(3000, 0), (3010, 3999)], 0.1), ([(100, 100), (130, 90)], 0.02)],
)
def test_what_is_sent_grows_with_the_line_and_not_with_the_picture(
    points: list[tuple[float, float]], share: float
) -> None:
    boxes = line_boxes(Line(points=points), (6000, 4000))
    assert len(boxes) <= MOST_BOXES
    assert sum(box.width * box.height for box in boxes) < share * 24e6
    for step in np.linspace(0, 1, 500):
        x, y = (one + (other - one) * step for one, other in zip(*points, strict=True))
        near = [box for box in boxes if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height]
        assert near, "the line itself is sent"


def test_many_points_are_several_lines_that_meet() -> None:
    points = [(float(x), 5.0) for x in range(600)]
    lines = path_lines(points)
    assert all(len(line.points) <= MOST_POINTS for line in lines)
    assert [line.points[0] for line in lines[1:]] == [line.points[-1] for line in lines[:-1]]
    assert (lines[0].points[0], lines[-1].points[-1]) == (points[0], points[-1])


def test_the_limits_are_those_of_the_daemon() -> None:
    assert (MOST_POINTS, MOST_BOXES) == (protocol.MOST_POINTS, protocol.MOST_BOXES)
