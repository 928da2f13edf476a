"""Frames of an animated layer in a real Krita: the one that is seen is filled, or each on its own."""

from __future__ import annotations

import numpy as np
import pytest

from .picture import HOLE, Picture
from .session import Krita

FRAMES = ((0, 0.2), (3, 0.5), (7, 0.8))  # times, and how light they are around the object that is to go
DARK = 0.02


@pytest.fixture
def picture(krita: Krita) -> Picture:
    made = Picture(krita)
    krita.call("remember", name="frames", value="")
    krita.call("animate", name="Background", frames=FRAMES, hole=HOLE, dark=DARK)
    krita.call("show_time", time=3)
    made.select()
    return made


def levels(picture: Picture) -> list[float]:
    """How light the selected part is in each frame; the frame that was shown before is shown again."""
    before, selected = picture.krita.call("shown_time"), picture.selection() == 255
    found = []
    for time, _level in FRAMES:
        picture.krita.call("show_time", time=time)
        found.append(picture.pixels()[selected][:, :3].mean() / 255)
    picture.krita.call("show_time", time=before)
    return found


def test_this_frame_is_filled_and_all_others_stay_as_they_are(picture: Picture) -> None:
    fill = picture.fill()
    assert fill == "GAN Inpaint 1: default"
    assert picture.krita.call("next_undo")[1] == "Undo Add Layer"
    picture.undo()
    assert picture.layers() == ["Background"]
    picture.redo()
    assert picture.krita.call("shown_time") == 3
    assert levels(picture) == pytest.approx([DARK, FRAMES[1][1], DARK], abs=0.04)


def test_all_frames_are_filled_each_from_its_own_pixels(picture: Picture) -> None:
    krita = picture.krita
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    assert [value for _text, value in krita.call("dialog_choices", name="frames")] == ["this", "all"]
    krita.call("choose", name="frames", value="all")
    krita.call("press", button="Fill")
    krita.until("count_is", layers_wanted=2)
    fill = picture.layers()[1]
    assert krita.call("shown_time") == 3
    picture.undo()
    picture.redo()
    assert levels(picture) == pytest.approx([level for _time, level in FRAMES], abs=0.04)
    outside = picture.selection() == 0
    for time, _level in FRAMES:
        krita.call("show_time", time=time)
        assert (picture.alpha(fill)[outside] == 0).all() and (picture.alpha(fill)[~outside] == 255).all()


def test_what_fails_in_one_frame_is_named_and_the_others_are_filled(picture: Picture) -> None:
    krita = picture.krita
    krita.call("remember", name="frames", value="all")
    krita.call("remember", name="source", value="active-layer")
    krita.call("show_time", time=0)
    krita.call("clear", name="Background", box=[0, 0, picture.width, picture.height])
    krita.call("show_time", time=3)
    krita.call("trigger", action="gan_inpaint_again")
    krita.until("count_is", layers_wanted=2)
    assert picture.message().startswith("“frame 0”: The chosen layer is empty there.")
    assert levels(picture)[1:] == pytest.approx([level for _time, level in FRAMES[1:]], abs=0.04)


def test_a_layer_without_frames_is_not_asked_about_them(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select()
    before = np.array(picture.pixels())
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    assert not krita.call("dialog_has", name="frames")
    krita.call("press", button="Cancel")
    assert np.array_equal(picture.pixels(), before)
