"""A line is traced over the wire: from points on it or a rough stroke along it, and from its surroundings alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gan_inpaint.detection import trace
from gan_inpaint.server import Config

WIDTH, HEIGHT = 600, 500
POINTS = [(100.0, 62.0), (500.0, 438.0)]
BOXES = [(40, 0, 260, 300), (200, 130, 260, 300), (380, 300, 220, 200)]


def _scan() -> np.ndarray:
    """Gray grain with a light line, 3 pixels wide, from one corner towards another."""
    scan = np.random.default_rng(2).normal(110, 4, (HEIGHT, WIDTH)).astype(np.uint8)
    for x in range(90, 511):
        y = round(60 + (x - 100) * 0.95)
        scan[y - 1 : y + 2, x] = 190
    return scan


SCAN = _scan()
KEYS: dict[str, Any] = {"width": WIDTH, "height": HEIGHT, "layout": "gray", "depth": "u8"}


@pytest.fixture
def client(start_daemon, connect):
    return connect(start_daemon(Config()))


def _parts(of: np.ndarray) -> list[bytes]:
    return [np.ascontiguousarray(of[y : y + height, x : x + width]).tobytes() for x, y, width, height in BOXES]


def test_points_give_the_mask_of_the_line(client) -> None:
    reply, frames, _ = client.outcome(client.request("trace", SCAN.tobytes(), **KEYS, points=POINTS))
    assert (reply["type"], reply["width"], reply["height"]) == ("traced", WIDTH, HEIGHT)
    assert reply["length"] == pytest.approx(400, abs=10) and 2 <= reply["thickness"] <= 5
    mask = np.frombuffer(frames[0], np.uint8).reshape(HEIGHT, WIDTH)
    assert np.array_equal(mask, trace(SCAN, POINTS).mask)


def test_boxes_along_the_line_are_enough(client) -> None:
    reply, frames, _ = client.outcome(client.request("trace", *_parts(SCAN), **KEYS, points=POINTS, boxes=BOXES))
    assert reply["type"] == "traced"
    assert frames == _parts(trace(SCAN, POINTS).mask)


@pytest.mark.parametrize("boxes", [[], BOXES])
def test_a_rough_stroke_takes_the_place_of_points(client, boxes: list[Any]) -> None:
    stroke = np.zeros((HEIGHT, WIDTH), np.uint8)
    for x in range(150, 450):
        y = round(60 + (x - 100) * 0.95) + 4
        stroke[y - 10 : y + 11, x] = 255
    parts = (_parts(SCAN) + _parts(stroke)) if boxes else [SCAN.tobytes(), stroke.tobytes()]
    reply, frames, _ = client.outcome(client.request("trace", *parts, **KEYS, within=True, boxes=boxes))
    assert reply["type"] == "traced" and reply["length"] == pytest.approx(300, abs=30)
    assert len(frames) == max(1, len(boxes))
    if not boxes:
        mask = np.frombuffer(frames[0], np.uint8).reshape(HEIGHT, WIDTH) > 0
        assert (mask & (SCAN > 180)).sum() > 0.9 * mask.sum() * 3 / 5
        assert mask[round(60 + 200 * 0.95), 300]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"points": POINTS[:1]}, "bad_request"),
        ({"points": [(1.0, 1.0), (WIDTH + 1.0, 5.0)]}, "bad_request"),
        ({"points": [(1, 1)] * 300}, "bad_request"),
        ({"points": [(1, "x"), (2, 2)]}, "bad_request"),
        ({"points": POINTS, "boxes": [(500, 0, 600, 500)]}, "bad_request"),
        ({"points": [(20.0, 480.0), (60.0, 300.0)]}, "no_line"),
    ],
)
def test_what_cannot_be_traced_is_refused(client, keys: dict[str, Any], code: str) -> None:
    reply, _, _ = client.outcome(client.request("trace", SCAN.tobytes(), **KEYS, **keys))
    assert (reply["type"], reply["code"]) == ("error", code)
    assert reply["message"].endswith(".")
