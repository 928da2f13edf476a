"""The part of a picture that is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_inpaint_client import Box, context_window


@pytest.mark.parametrize(
    ("selection", "window"),
    [
        (Box(500, 400, 10, 20), Box(436, 336, 138, 148)),  # small: 64 on each side
        (Box(500, 400, 128, 20), Box(436, 336, 256, 148)),
        (Box(500, 400, 200, 100), Box(400, 300, 400, 300)),  # half the longer side
        (Box(500, 400, 201, 100), Box(400, 300, 401, 300)),
        (Box(0, 0, 10, 10), Box(0, 0, 74, 74)),  # clipped at the corners
        (Box(990, 790, 10, 10), Box(926, 726, 74, 74)),
        (Box(-100, -100, 110, 120), Box(0, 0, 74, 84)),  # only what is inside counts
        (Box(0, 0, 1000, 800), Box(0, 0, 1000, 800)),
        (Box(-50, -50, 5000, 5000), Box(0, 0, 1000, 800)),
    ],
)
def test_the_window_holds_the_selection_and_its_surroundings(selection: Box, window: Box) -> None:
    assert context_window(selection, 1000, 800) == window


@pytest.mark.parametrize("outside", [Box(1000, 0, 5, 5), Box(-9, 0, 9, 9), Box(3, 800, 1, 1), Box(3, 3, 0, 5)])
def test_a_selection_outside_the_picture_has_no_window(outside: Box) -> None:
    window = context_window(outside, 1000, 800)
    assert window.width * window.height == 0


coordinates = st.integers(-5_000, 5_000)
sides = st.integers(1, 5_000)


@given(st.builds(Box, coordinates, coordinates, sides, sides), sides, sides)
def test_the_window_lies_inside_the_picture_and_covers_the_selection(selection: Box, width: int, height: int) -> None:
    inside, window = selection.clipped(width, height), context_window(selection, width, height)
    assert 0 <= window.x <= window.x + window.width <= width
    assert 0 <= window.y <= window.y + window.height <= height
    if inside.width and inside.height:
        assert inside.clipped(width, height) == inside
        assert window.x <= inside.x
        assert window.x + window.width >= inside.x + inside.width
        assert window.y <= inside.y
        assert window.y + window.height >= inside.y + inside.height
