"""Several layers, and all open pictures, filled with one set of options in a real Krita."""

from __future__ import annotations

import numpy as np

from ..conftest import EditorDaemon
from ..workbench import eventually
from .picture import HOLE, Picture
from .session import Krita


def report(krita: Krita) -> list[str]:
    """The lines of the message that a batch ends with."""
    return krita.until("messages")[-1].splitlines()


def test_every_open_picture_is_filled_and_a_report_says_why_others_are_not(krita: Krita) -> None:
    filled, unselected, hidden, last = (Picture(krita) for _ in range(4))
    for number, picture in enumerate((filled, unselected, hidden, last)):
        krita.call("show_picture", number=number)
        krita.until("picture_is_shown", number=number)
        if picture is not unselected:
            picture.select()
    before = last.pixels()
    krita.call("show_picture", number=2)
    krita.until("picture_is_shown", number=2)
    krita.call("hide", name="Background")
    krita.call("trigger", action="gan_inpaint_all")
    lines = report(krita)
    assert lines[:2] == ["2 images were filled.", "Left out, because nothing is selected there: “picture”"]
    assert lines[2].startswith("“picture”: The chosen layer is hidden.")
    for number, layers in enumerate([2, 1, 1, 2]):
        krita.call("show_picture", number=number)
        krita.until("picture_is_shown", number=number)
        krita.until("count_is", layers_wanted=layers)
    selected, changed = last.selection(), (last.pixels() != before).any(axis=1)
    assert not changed[selected == 0].any() and changed[selected == 255].mean() > 0.9
    last.undo()
    assert np.array_equal(last.pixels(), before)
    krita.call("show_picture", number=0)
    krita.until("picture_is_shown", number=0)
    krita.until("count_is", layers_wanted=2)


def test_without_any_selection_nothing_changes(krita: Krita) -> None:
    pictures = [Picture(krita), Picture(krita)]
    krita.call("trigger", action="gan_inpaint_all")
    assert report(krita)[0] == "No image was filled."
    assert [picture.layers() for picture in pictures] == [["Background"], ["Background"]]


def test_cancel_keeps_what_is_filled_and_leaves_the_rest_alone(krita: Krita, editor_daemon: EditorDaemon) -> None:
    first = Picture(krita)
    first.select()
    Picture(krita, 2000, 1500)
    krita.call("select_speckles", spacing=120, side=24)
    Picture(krita).select()
    krita.call("trigger", action="gan_inpaint_all")
    krita.until("layers_of_picture_are", number=0, count=2)
    eventually(lambda: editor_daemon.status()["running"])
    with editor_daemon.paused():
        assert krita.until("progress").startswith("Image 2 of 3: ")
        krita.call("press_cancel")
        assert report(krita) == ["1 image was filled.", "Cancelled: all other images stay as they were."]
    eventually(lambda: not editor_daemon.status()["running"])
    assert [krita.call("layers_of_picture_are", number=number, count=1) for number in range(3)] == [False, True, True]


def test_every_chosen_layer_is_filled(krita: Krita) -> None:
    picture = Picture(krita)
    layer = krita.call("add", kind="empty paint layer")
    krita.call("paint", name=layer, boxes=[[0, 0, picture.width, picture.height]], level=0.5)
    krita.call("paint", name=layer, boxes=[HOLE], level=0.05)
    krita.call("remember", name="source", value="active-layer")
    picture.select()
    krita.call("trigger", action="select_all_layers")
    krita.call("trigger", action="gan_inpaint_again")
    fills = ["GAN Inpaint 1: default", "GAN Inpaint 2: default"]
    krita.until("count_is", layers_wanted=4)
    layers = picture.layers()
    assert [layers[0], layers[2]] == ["Background", layer] and {layers[1], layers[3]} == set(fills)
    above = picture.pixels(layers[3])[picture.selection() == 255]
    assert np.abs(above.astype(int)[:, :3] - 128).max() < 12, "it is filled from its own layer"
    for left in (3, 2):
        picture.undo(layers=left)
