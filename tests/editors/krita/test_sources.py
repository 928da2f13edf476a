"""Where a fill in a real Krita is taken from."""

from __future__ import annotations

import numpy as np

from .picture import HOLE, Picture
from .session import Krita

X, Y, WIDTH, HEIGHT = HOLE
RIGHT = (X + WIDTH, 0, 280 - X - WIDTH, 200)


def two_grays(krita: Krita) -> Picture:
    """A picture that is dark and, from the right edge of the selection on, white."""
    picture = Picture(krita)
    krita.call("paint", name="Background", boxes=[(0, 0, 280, 200)], level=0.2)
    krita.call("paint", name="Background", boxes=[RIGHT], level=1.0)
    picture.select()
    krita.call("remember", name="model", value="classical")
    return picture


def off(picture: Picture, fill: str) -> int:
    """How far the fill is from the dark gray, at most."""
    pixels = picture.pixels(fill).reshape(picture.height, picture.width, 4)
    return int(np.abs(pixels[Y : Y + HEIGHT, X : X + WIDTH, :3].astype(int) - round(0.2 * 255)).max())


def test_what_a_mask_marks_is_not_sampled(krita: Krita) -> None:
    picture = two_grays(krita)
    assert off(picture, picture.fill()) > 2
    picture.undo()
    krita.call("remember", name="avoid", value=krita.call("add_mask", name="Background", box=RIGHT))
    fill = picture.fill()
    assert off(picture, fill) <= 2
    assert picture.box(fill) == list(HOLE)


def test_a_mask_of_a_picture_that_is_closed_counts_as_none(krita: Krita) -> None:
    picture = two_grays(krita)
    krita.call("remember", name="avoid", value="{00000000-0000-0000-0000-000000000000}")
    assert off(picture, picture.fill()) > 2


def test_the_dialog_lists_the_masks_and_an_empty_sampling_area_is_refused(krita: Krita) -> None:
    picture = two_grays(krita)
    mask = krita.call("add_mask", name="Background", box=(500, 500, 9, 9))
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    assert krita.call("dialog_choices", name="avoid") == [["None", ""], ["marked", mask]]
    krita.call("choose", name="sample", value=mask)
    krita.call("press", button="Fill")
    assert picture.message().startswith("The sampling area is empty")
    assert picture.layers() == ["Background"]
