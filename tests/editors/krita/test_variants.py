"""Several fills side by side in a real Krita: one click adds one of them, in one step of undo."""

from __future__ import annotations

import numpy as np
import pytest

from ..conftest import EditorDaemon
from ..workbench import eventually
from .picture import Picture
from .session import Krita

USUAL, OTHER, ANOTHER, NEXT, WITHOUT = (
    "Photographs (default)",
    "Other places 1",
    "Other places 2",
    "Other places 3",
    "Without copies",
)


@pytest.fixture
def picture(krita: Krita) -> Picture:
    made = Picture(krita)
    made.select(feather=6)
    return made


def shown(krita: Krita, action: str = "gan_inpaint_variants") -> list[str]:
    """The texts of the dialog of variants, once all fills have come."""
    krita.call("trigger", action=action)
    krita.until("variants_are_ready")
    return krita.call("variants")


def test_the_fills_are_shown_beside_what_was_there_before(picture: Picture) -> None:
    texts = shown(picture.krita)
    assert texts[:6] == ["Before", f"1 {USUAL}", f"2 {OTHER}", f"3 {ANOTHER}", f"4 {NEXT}", f"5 {WITHOUT}"]
    assert {text[2:] for text in texts[6:]} >= {"Portraits", "Classical, no network"}
    assert picture.krita.call("variants_look_different")
    assert picture.krita.call("variants_say", sentence="Click on the fill that you want.")
    picture.krita.call("cancel_variants")


def test_one_click_adds_a_fill_and_one_undo_removes_it(picture: Picture) -> None:
    before, selected = picture.pixels(), picture.selection()
    shown(picture.krita)
    picture.krita.call("choose_variant", number=2)
    picture.krita.until("count_is", layers_wanted=2)
    fill = picture.layers()[1]
    assert fill == "GAN Inpaint 1: default, variant 2" and not picture.krita.call("variants")
    assert np.array_equal(picture.alpha(fill), selected)
    changed = (picture.pixels() != before).any(axis=1)
    assert not changed[selected == 0].any() and changed[selected == 255].mean() > 0.9
    picture.undo()
    assert picture.layers() == ["Background"] and np.array_equal(picture.pixels(), before)
    assert picture.fill() == "GAN Inpaint 2: default", "the usual fill is the one without a variant"


def test_more_adds_others_and_the_fills_of_before_can_still_be_chosen(picture: Picture) -> None:
    before = shown(picture.krita)
    picture.krita.call("press_more")
    picture.krita.until("variants_are_ready")
    after = picture.krita.call("variants")
    assert after[: len(before)] == before
    assert after[len(before) :] == ["8 Other places 4", "9 Other places 5", "Other places 6"]
    picture.krita.call("choose_variant", number=1)
    picture.krita.until("count_is", layers_wanted=2)
    by_click = picture.pixels()
    picture.undo()
    picture.fill()
    assert np.array_equal(picture.pixels(), by_click)


@pytest.mark.parametrize("ready", [True, False])
def test_cancel_leaves_all_as_it_was(picture: Picture, editor_daemon: EditorDaemon, ready: bool) -> None:
    before, earlier = picture.pixels(), picture.krita.call("next_undo")
    picture.krita.call("trigger", action="gan_inpaint_variants")
    picture.krita.until("variants_are_ready" if ready else "variants")
    picture.krita.call("cancel_variants")
    eventually(lambda: not editor_daemon.status()["running"])
    assert picture.layers() == ["Background"] and np.array_equal(picture.pixels(), before)
    assert picture.krita.call("next_undo") == earlier
    picture.fill()


def test_the_dialog_of_a_fill_leads_to_the_variants_with_its_values(picture: Picture) -> None:
    krita = picture.krita
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    krita.call("dialog", model="classical", dilate=9)
    krita.call("press_variants")
    krita.until("variants_are_ready")
    assert krita.call("variants")[1:3] == ["1 Classical, no network", f"2 {USUAL}"]
    krita.call("choose_variant", number=1)
    krita.until("count_is", layers_wanted=2)
    by_click = picture.pixels()
    picture.undo()
    picture.fill()
    assert np.array_equal(picture.pixels(), by_click)


def test_a_picture_that_changes_meanwhile_stays_as_it_is(picture: Picture) -> None:
    shown(picture.krita)
    picture.krita.call("change", name="Background", box=(110, 70, 20, 20))
    before = picture.pixels()
    picture.krita.call("choose_variant", number=1)
    assert picture.message().startswith("The picture has changed in the meantime")
    assert picture.layers() == ["Background"] and np.array_equal(picture.pixels(), before)


def test_a_second_dialog_is_refused(picture: Picture) -> None:
    shown(picture.krita)
    picture.krita.call("trigger", action="gan_inpaint_again")
    assert picture.message().startswith("GAN Inpaint is already at work.")
    picture.krita.call("cancel_variants")


def test_deep_and_linear_pictures_have_thumbnails_too(krita: Krita) -> None:
    picture = Picture(krita, depth="F32")
    picture.select()
    assert len(shown(krita)) > 4 and krita.call("variants_look_different")
    krita.call("choose_variant", number=3)
    krita.until("count_is", layers_wanted=2)
    picture.undo()


def test_krita_stays_responsive_meanwhile(krita: Krita) -> None:
    picture = Picture(krita, 1600, 1200)
    picture.select((500, 400, 400, 300))
    krita.call("watch_gaps")
    shown(krita)
    assert krita.call("largest_gap") < 0.5  # seconds
    krita.call("cancel_variants")


def test_all_fills_can_be_kept_as_hidden_layers_of_a_group_in_one_step_of_undo(picture: Picture) -> None:
    krita = picture.krita
    before, earlier = picture.pixels(), krita.call("next_undo")
    count = len(shown(krita)) - 1
    assert not krita.call("variants_are_kept")
    krita.call("keep_variants", on=True)
    krita.call("choose_variant", number=2)
    krita.until("count_is", layers_wanted=2)
    assert picture.layers() == ["Background", "GAN Inpaint: variants"]
    inside = krita.call("tree", name="GAN Inpaint: variants")[::-1]
    assert [layer["visible"] for layer in inside] == [number == 2 for number in range(1, count + 1)]
    assert [layer["name"] for layer in inside[:2]] == ["GAN Inpaint 1: default", "GAN Inpaint 2: default, variant 2"]
    together = picture.pixels()
    picture.undo()
    assert np.array_equal(picture.pixels(), before) and krita.call("next_undo") == earlier
    picture.redo()
    assert np.array_equal(picture.pixels(), together)
    picture.undo()
    shown(krita)
    assert krita.call("variants_are_kept"), "it is remembered"
    krita.call("keep_variants", on=False)
    krita.call("choose_variant", number=2)
    krita.until("count_is", layers_wanted=2)
    assert picture.layers()[1] == f"GAN Inpaint {count + 1}: default, variant 2"
    assert np.abs(picture.pixels().astype(int) - together).max() <= 2, "the hidden layers change nothing"


def test_a_fill_goes_on_from_the_visible_one_of_a_group(picture: Picture) -> None:
    krita = picture.krita
    shown(krita)
    krita.call("keep_variants", on=True)
    krita.call("choose_variant", number=1)
    krita.until("count_is", layers_wanted=2)
    krita.call("activate", name="GAN Inpaint 1: default")
    krita.until("is_active", name="GAN Inpaint 1: default")
    picture.select((150, 90, 40, 40))
    krita.call("trigger", action="gan_inpaint_again")
    krita.until("count_is", layers_wanted=3)
    assert picture.layers()[:2] == ["Background", "GAN Inpaint: variants"]
