"""A new layer looks right where it lies, and what is selected far apart is filled however large the picture is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .session import Gimp

SIZE = (160, 120)
HOLE = (60, 40, 40, 30)
LOOKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "opacity": {"opacity": 40},
    "multiply": {"mode": "multiply"},
    "mask": {"mask": (0, 0, 80, 120)},
    "filter": {"invert": True},
    "all of it": {"opacity": 70, "mode": "screen", "mask": (0, 0, 80, 120), "invert": True},
}


def seen(gimp: Gimp, look: dict[str, Any], backdrop: bool, **arguments: str) -> tuple[np.ndarray, list[str]]:
    """The composite picture after a fill, and the names of the layers."""
    made = gimp.call("create", width=SIZE[0], height=SIZE[1])
    if backdrop:
        gimp.call("backdrop", image=made["image"], colour="tan")
    gimp.call("set_up", layer=made["layer"], **look)
    gimp.call("select", image=made["image"], box=HOLE)
    answer = gimp.call("fill", image=made["image"], drawables=[made["layer"]], **arguments)
    assert answer == {"status": "success", "message": ""}
    names = [layer["name"] for layer in gimp.call("layers", image=made["image"])]
    pixels = np.frombuffer(gimp.bytes("seen", image=made["image"]), np.uint8).reshape(SIZE[1], SIZE[0], 4)
    return pixels.astype(int), names


@pytest.mark.parametrize("backdrop", [False, True])
@pytest.mark.parametrize("look", LOOKS)
def test_a_new_layer_looks_like_a_fill_in_place(gimp: Gimp, look: str, backdrop: bool) -> None:
    in_place, before = seen(gimp, LOOKS[look], backdrop)
    above, after = seen(gimp, LOOKS[look], backdrop, output="new-layer")
    assert after == ["GAN Inpaint 1: default", *before]
    seen_at_all = in_place[..., 3] > 0
    assert np.abs(above - in_place)[seen_at_all].max() <= 1
    assert np.array_equal(above[..., 3], in_place[..., 3])


def test_a_locked_layer_is_no_obstacle_to_a_new_layer(gimp: Gimp) -> None:
    for look in ({}, {"opacity": 40}):
        made = gimp.call("create", width=SIZE[0], height=SIZE[1])
        gimp.call("set_up", layer=made["layer"], **look)
        gimp.call("select", image=made["image"], box=HOLE)
        gimp.call("lock", layer=made["layer"])
        before = gimp.bytes("pixels", layer=made["layer"])
        answer = gimp.call("fill", image=made["image"], drawables=[made["layer"]], output="new-layer")
        assert answer["status"] == "success"
        assert gimp.bytes("pixels", layer=made["layer"]) == before


@pytest.mark.parametrize("output", ["active-layer", "new-layer"])
def test_two_specks_in_the_corners_of_96_megapixels_are_filled(gimp: Gimp, output: str) -> None:
    width, height = 12_000, 8_000
    made = gimp.call("far_specks", width=width, height=height)
    specks = [(110, 110, 30, 30), (width - 190, height - 190, 30, 30)]
    selected = [gimp.bytes("selected_levels", image=made["image"], box=(*speck[:2], 50, 50)) for speck in specks]
    assert max(gimp.call("mean", layer=made["layer"], box=speck) for speck in specks) < 20
    answer = gimp.call("fill", image=made["image"], drawables=[made["layer"]], output=output)
    assert answer == {"status": "success", "message": ""}
    filled = gimp.call("layers", image=made["image"])[0]
    left, top = filled["box"][:2]
    for x, y, *size in specks:
        assert abs(gimp.call("mean", layer=filled["id"], box=(x - left, y - top, *size)) - 128) < 12
    after = [gimp.bytes("selected_levels", image=made["image"], box=(*speck[:2], 50, 50)) for speck in specks]
    assert after == selected
