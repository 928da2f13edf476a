"""Masks and pixels as bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint.engine.transparency import transparent_parts
from gan_inpaint_client import Box, masks

channels = st.binary(min_size=1, max_size=300)


@given(data=st.data())
def test_a_product_is_that_of_each_pair(data: st.DataObject) -> None:
    first = data.draw(channels)
    second = data.draw(st.binary(min_size=len(first), max_size=len(first)))
    exact = np.frombuffer(first, np.uint8) / 255 * np.frombuffer(second, np.uint8)
    result = np.frombuffer(masks.product(first, second), np.uint8)
    assert np.abs(result - exact).max() <= 0.5
    assert masks.product(first, b"\xff" * len(first)) == first


def test_what_is_selected_at_all_becomes_wholly_selected() -> None:
    assert masks.wholly_selected(bytes(range(256))) == b"\0" + b"\xff" * 255


@given(data=st.data())
def test_a_cut_is_that_part_of_the_picture(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    inner = Box(left + 5, top - 3, data.draw(st.integers(1, width - left)), data.draw(st.integers(1, height - top)))
    picture = np.arange(width * height * 2, dtype=np.uint16).reshape(height, width, 2)
    part = picture[top : top + inner.height, left : left + inner.width]
    assert masks.cut(picture.tobytes(), Box(5, -3, width, height), inner, 4) == part.tobytes()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_the_transparent_parts_of_an_editor_are_those_of_the_daemon(
    width: int, height: int, data: st.DataObject
) -> None:
    levels = st.sampled_from([0, 90, 254, 255])
    alpha = bytes(data.draw(st.lists(levels, min_size=width * height, max_size=width * height)))
    image = np.zeros((height, width, 4), np.uint8)
    image[..., 3] = np.frombuffer(alpha, np.uint8).reshape(height, width)
    assert masks.transparent(alpha, width) == transparent_parts(image).tobytes()
