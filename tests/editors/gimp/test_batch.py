"""Several layers, and all open images, filled at once in a real GIMP: each image has one step of undo."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import EditorDaemon
from ..workbench import Screen, eventually
from .session import Gimp, dismiss_message
from .test_window import Photo

ALL_IMAGES = "^GAN Inpaint: fill in all open images$"
HOLE = (60, 40, 40, 30)


class Noise:
    """An image with noise, not shown."""

    def __init__(self, gimp: Gimp, hole: tuple[int, int, int, int] | None = HOLE) -> None:
        self.gimp = gimp
        made = gimp.call("create", width=160, height=120)
        self.image, self.layer = made["image"], made["layer"]
        if hole:
            gimp.call("select", image=self.image, box=hole)
        self.before = self.pixels()

    def pixels(self) -> bytes:
        return self.gimp.bytes("pixels", layer=self.layer)

    def stays(self) -> bool:
        return self.pixels() == self.before


def fill_all(gimp: Gimp, some: Noise, **arguments: Any) -> dict[str, Any]:
    how = {"procedure_name": "gan-inpaint-fill-all", "image": some.image, "drawables": [some.layer]}
    return gimp.call("run", **how, **arguments)


def outside(pixels: bytes) -> bytes:
    """The pixels that are not in HOLE."""
    x, y, width, height = HOLE
    rows = [bytearray(pixels[start : start + 480]) for start in range(0, len(pixels), 480)]
    for row in rows[y : y + height]:
        del row[3 * x : 3 * (x + width)]
    return b"".join(rows)


def test_all_images_are_filled_as_one_by_one_and_a_report_says_why_others_are_not(gimp: Gimp) -> None:
    alone = Noise(gimp)
    assert gimp.call("fill", image=alone.image, drawables=[alone.layer], dilate=3)["status"] == "success"
    expected = alone.pixels()
    gimp.call("close_all")
    first, unselected, covered, locked, last = (
        Noise(gimp),
        Noise(gimp, hole=None),
        Noise(gimp, hole=(0, 0, 160, 120)),
        Noise(gimp),
        Noise(gimp),
    )
    gimp.call("lock", layer=locked.layer)
    answer = fill_all(gimp, unselected, dilate=3)
    assert answer["status"] == "success"
    assert first.pixels() == last.pixels() == expected != first.before
    assert unselected.stays() and covered.stays() and locked.stays()
    filled, report = answer["values"]
    lines = report.split("\n")
    assert filled == 2
    assert lines[0] == "2 images were filled."
    assert lines[1].startswith("Left out, because nothing is selected there: “[Untitled]")
    assert "Nothing is left around the selection" in lines[2] or "nothing to take the fill from" in lines[2]
    assert lines[3].endswith("The layer's pixels are locked. Unlock them in the Layers dialog first.")
    assert len(lines) == 4


@pytest.mark.parametrize("output", ["new-layer", "masked-layer"])
def test_the_options_hold_for_every_image(gimp: Gimp, output: str) -> None:
    pictures = [Noise(gimp), Noise(gimp)]
    assert fill_all(gimp, pictures[0], output=output, model="classical")["values"][0] == 2
    for picture in pictures:
        assert picture.stays()
        names = [layer["name"] for layer in gimp.call("layers", image=picture.image)]
        assert names == ["GAN Inpaint 1: classical", "photo"]


def test_where_nothing_is_selected_in_any_image_a_sentence_says_so(gimp: Gimp) -> None:
    pictures = [Noise(gimp, hole=None), Noise(gimp, hole=None)]
    answer = fill_all(gimp, pictures[0])
    assert answer["status"] == "execution-error"
    assert answer["message"].startswith("Nothing is selected in any open image.")
    assert all(picture.stays() for picture in pictures)


def test_every_chosen_layer_is_filled_and_what_fails_in_one_is_named(gimp: Gimp) -> None:
    picture = Noise(gimp)
    other, locked = (gimp.call("add_noise", image=picture.image) for _ in range(2))
    gimp.call("rename", layer=locked, name="locked")
    gimp.call("lock", layer=locked)
    before = {layer: gimp.bytes("pixels", layer=layer) for layer in (picture.layer, other, locked)}
    gimp.call("select", image=picture.image, box=HOLE)
    gimp.call("choose_layers", image=picture.image, chosen=[*before])
    answer = gimp.call("fill", image=picture.image, drawables=[*before], source="active-layer")
    assert answer["status"] == "success"
    after = {layer: gimp.bytes("pixels", layer=layer) for layer in before}
    assert [after[layer] != before[layer] for layer in before] == [True, True, False]
    assert [outside(after[layer]) for layer in before] == [outside(before[layer]) for layer in before]
    assert all(layer["chosen"] for layer in gimp.call("layers", image=picture.image))
    refused = gimp.call("fill", image=picture.image, drawables=[locked, locked], source="active-layer")
    assert refused["status"] == "execution-error" and refused["message"].startswith("“locked”: The layer's pixels")


def test_one_undo_takes_the_fill_of_several_layers_back(gimp_window: Gimp, screen: Screen) -> None:
    photo = Photo(gimp_window, screen)
    other = gimp_window.call("add_noise", image=photo.image)
    photo.select(100, 80, 60, 50)
    before = photo.state()
    drawables = {"image": photo.image, "drawables": [photo.layer, other]}
    assert gimp_window.call("fill", **drawables, output="new-layer", source="active-layer")["status"] == "success"
    filled = photo.state()
    assert len(filled) == 4
    photo.press("ctrl+z")
    assert photo.becomes(before)
    photo.press("ctrl+y")
    assert photo.becomes(filled)


def open_dialog(photo: Photo) -> None:
    """Filters → GAN Inpaint, the last entry of the menu, → Fill in all open images…"""
    photo.press("alt+r", "Up", "Right", "a")
    eventually(lambda: photo.screen.windows(ALL_IMAGES))


def test_the_dialog_fills_all_images_and_each_has_its_own_step_of_undo(gimp_window: Gimp, screen: Screen) -> None:
    photos = [Photo(gimp_window, screen), Photo(gimp_window, screen)]
    gimp_window.call("create", width=64, height=48)  # nothing is selected in it, so the report has two lines
    before = photos[0].state()
    assert photos[1].state() == before
    open_dialog(photos[1])
    screen.press("alt+m", "Home", "alt+u", "Home", "alt+f", window=ALL_IMAGES)
    dismiss_message(screen)
    eventually(lambda: not gimp_window.filling())
    filled = photos[0].state()
    assert filled != before and photos[1].state() == filled
    photos[1].press("ctrl+z")
    assert photos[1].becomes(before)
    assert photos[0].state() == filled
    gimp_window.call("hide_last")
    photos[0].press("ctrl+z")
    assert photos[0].becomes(before)


def test_cancel_keeps_what_is_filled_and_leaves_the_rest_alone(
    gimp_window: Gimp, screen: Screen, editor_daemon: EditorDaemon
) -> None:
    first, second, third = (Photo(gimp_window, screen, *size) for size in ((400, 300), (2000, 1500), (400, 300)))
    gimp_window.call("select_speckles", image=second.image, spacing=120, side=24)
    before = [photo.state() for photo in (first, second, third)]
    open_dialog(third)
    screen.press("alt+m", "Home", "alt+u", "Home", "alt+f", window=ALL_IMAGES)
    eventually(lambda: first.state() != before[0])
    eventually(lambda: editor_daemon.status()["running"])
    with editor_daemon.paused():
        second.cancel()
    eventually(lambda: not editor_daemon.status()["running"])
    filled = first.state()
    assert [second.state(), third.state()] == before[1:]
    gimp_window.call("hide_last")
    gimp_window.call("hide_last")
    first.press("ctrl+z")
    assert first.becomes(before[0])
    first.press("ctrl+y")
    assert first.becomes(filled)
