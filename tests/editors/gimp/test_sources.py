"""Where a fill in a real GIMP is taken from."""

from __future__ import annotations

import base64

import numpy as np

from .session import Gimp

SIZE = (160, 120)
HOLE = (60, 40, 40, 30)
RIGHT = (100, 0, 60, 120)
GRAY, RED = (90, 90, 90), (250, 10, 20)


def two_colours(gimp: Gimp) -> dict[str, int]:
    """An image that is gray and, from the right edge of the selection on, red."""
    made = gimp.call("create", width=SIZE[0], height=SIZE[1])
    picture = np.full((SIZE[1], SIZE[0], 3), GRAY, np.uint8)
    picture[:, RIGHT[0] :] = RED
    gimp.call("paint", layer=made["layer"], data=base64.b64encode(picture.tobytes()).decode())
    gimp.call("select", image=made["image"], box=HOLE)
    return made


def off(gimp: Gimp, made: dict[str, int]) -> int:
    """How far the fill is from gray, at most."""
    pixels = np.frombuffer(gimp.bytes("pixels", layer=made["layer"]), np.uint8).reshape(SIZE[1], SIZE[0], 3)
    assert (pixels[:, RIGHT[0] :] == RED).all(), "what is avoided does not change"
    x, y, width, height = HOLE
    return int(np.abs(pixels[y : y + height, x : x + width].astype(int) - GRAY).max())


def test_what_a_channel_marks_is_not_sampled(gimp: Gimp) -> None:
    for avoided in (True, False):
        made = two_colours(gimp)
        given = {"avoid": gimp.call("add_channel", image=made["image"], box=RIGHT)} if avoided else {}
        answer = gimp.call("fill", image=made["image"], drawables=[made["layer"]], model="classical", **given)
        assert answer == {"status": "success", "message": ""}
        assert (off(gimp, made) <= 2) == avoided


def test_a_sampling_area_may_be_far_from_the_selection(gimp: Gimp) -> None:
    width, height = 900, 120
    levels = np.random.default_rng(3).integers(88, 169, width).astype(np.uint8)
    picture = np.repeat(levels[:height, None], width, axis=1)  # stripes that lie
    picture[:, 700:] = levels[700:]  # and that stand
    results = []
    for box in ((710, 5, 180, 110), None):
        made = gimp.call("create", width=width, height=height, gray=True)
        gimp.call("paint", layer=made["layer"], data=base64.b64encode(picture.tobytes()).decode())
        gimp.call("select", image=made["image"], box=HOLE)
        given = {} if box is None else {"sample": gimp.call("add_channel", image=made["image"], box=box)}
        assert gimp.call("fill", image=made["image"], drawables=[made["layer"]], **given)["status"] == "success"
        pixels = np.frombuffer(gimp.bytes("pixels", layer=made["layer"]), np.uint8).reshape(height, width)
        inside = pixels[45:65, 65:95].astype(float)
        results.append(np.abs(np.diff(inside, axis=1)).mean() > np.abs(np.diff(inside, axis=0)).mean())
    assert results == [True, False]


def test_a_channel_of_another_image_is_refused(gimp: Gimp) -> None:
    made, other = two_colours(gimp), two_colours(gimp)
    channel = gimp.call("add_channel", image=other["image"], box=RIGHT)
    answer = gimp.call("fill", image=made["image"], drawables=[made["layer"]], avoid=channel)
    assert answer["status"] == "execution-error" and "another picture" in answer["message"]
