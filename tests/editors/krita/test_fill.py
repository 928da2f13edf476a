"""A fill in a real Krita: what it adds, what it leaves alone, and what undo and redo give back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .picture import HOLE, Picture
from .session import Krita

KINDS = {
    "RGBA U8": {},
    "RGBA U16, linear light": {"depth": "U16"},
    "RGBA U16, sRGB": {"depth": "U16", "profile": "sRGB-elle-V2-srgbtrc.icc"},
    "RGBA F16": {"depth": "F16"},
    "RGBA F32": {"depth": "F32"},
    "GRAYA U8": {"model": "GRAYA"},
    "GRAYA U16": {"model": "GRAYA", "depth": "U16"},
    "GRAYA F32": {"model": "GRAYA", "depth": "F32"},
}


def test_the_entries_stand_in_the_filter_menu(krita: Krita) -> None:
    scratches = ["GAN Inpaint: Select Scratches…", "GAN Inpaint: Repair Scratches…"]
    entries = ["GAN Inpaint…", "GAN Inpaint Again", "GAN Inpaint: Fill All Open Images", "GAN Inpaint: Variants…"]
    parts = ["GAN Inpaint: Fill Transparent Parts", "GAN Inpaint: Fill What Is Painted"]
    others = ["GAN Inpaint: Trace Scratch", "GAN Inpaint: Settings…"]
    assert krita.call("menu", name="Filter")[-10:] == [*entries, *parts, *scratches, *others]


def test_a_shortcut_can_be_given_to_an_entry(krita: Krita) -> None:
    assert krita.call("shortcut", action="gan_inpaint_again") == "Ctrl+Alt+G"


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_outside_the_selection_are_bit_identical(krita: Krita, kind: str) -> None:
    picture = Picture(krita, **KINDS[kind])
    picture.select(feather=6)
    before, selected = picture.pixels(), picture.selection()
    picture.fill()
    changed = (picture.pixels() != before).any(axis=1)
    assert (selected == 0).any() and not changed[selected == 0].any()
    assert (selected == 255).any() and changed[selected == 255].mean() > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_one_undo_restores_every_byte_and_redo_the_fill(krita: Krita, kind: str) -> None:
    picture = Picture(krita, **KINDS[kind])
    picture.select(feather=6)
    before = picture.pixels()
    fill = picture.fill()
    filled = picture.pixels(fill)
    picture.undo()
    assert picture.layers() == ["Background"]
    assert np.array_equal(picture.pixels(), before)
    picture.redo()
    assert np.array_equal(picture.pixels(fill), filled)


@pytest.mark.parametrize("kind", ["RGBA U8", "RGBA U16, linear light", "RGBA F32", "GRAYA U8"])
def test_a_fill_is_a_layer_of_the_selections_size_and_softness(krita: Krita, kind: str) -> None:
    picture = Picture(krita, **KINDS[kind])
    picture.select(feather=6)
    fill = picture.fill()
    assert picture.layers() == ["Background", fill]
    x, y, width, height = picture.box(fill)
    selected = picture.selection().reshape(picture.height, picture.width)
    rows, columns = selected.any(axis=1).nonzero()[0], selected.any(axis=0).nonzero()[0]
    assert (x, y, width, height) == (columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert np.array_equal(picture.alpha(fill), picture.selection())


def test_a_picture_with_a_fill_is_marked_as_modified(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select()
    krita.call("forget_changes")
    picture.fill()
    assert krita.call("modified")


def test_a_fill_starts_from_what_earlier_fills_have_left(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select(box=(40, 40, 40, 40))
    picture.fill()
    beside = (90, 40, 40, 40)
    picture.select(box=beside)
    picture.fill(layers=3)
    on_top = picture.pixels()
    picture.undo(layers=2)
    krita.call("trigger", action="flatten_image")
    krita.until("count_is", layers_wanted=1)
    picture.select(box=beside)
    picture.fill()
    assert np.array_equal(picture.pixels(), on_top)


def test_a_fill_that_was_renamed_still_counts_as_a_part_of_the_layer(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select(box=(40, 40, 40, 40))
    krita.call("rename", name=picture.fill(), to="retouch")
    krita.call("activate", name="retouch")
    krita.until("is_active", name="retouch")
    across = (60, 40, 60, 40)
    picture.select(box=across)
    assert picture.box(picture.fill(layers=3)) == list(across)


def test_a_layer_that_only_has_the_name_of_a_fill_is_none(krita: Krita) -> None:
    picture = Picture(krita)
    krita.call("rename", name=krita.call("add", kind="empty paint layer"), to="GAN Inpaint 1: default")
    krita.call("activate", name="GAN Inpaint 1: default")
    krita.until("is_active", name="GAN Inpaint 1: default")
    krita.call("remember", name="source", value="active-layer")
    picture.select()
    assert picture.refused().startswith("The chosen layer is empty there.")


def test_a_selection_of_the_layers_own_is_what_is_filled(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select(box=(200, 150, 30, 30))
    krita.call("select_locally", name="Background", box=HOLE)
    assert picture.box(picture.fill()) == list(HOLE)


@pytest.mark.parametrize(
    ("opacity", "mode", "steps"), [(102, "normal", 1), (255, "multiply", 2), (140, "screen", 2), (180, "multiply", 2)]
)
def test_a_fill_of_a_layer_that_is_seen_through_looks_as_the_layer_around_it(
    krita: Krita, opacity: int, mode: str, steps: int
) -> None:
    picture = Picture(krita)
    everything, object_ = (0, 0, picture.width, picture.height), (115, 70, 30, 30)
    krita.call("paint", name="Background", boxes=[everything], level=0.6)
    layer = krita.call("add", kind="empty paint layer")
    krita.call("paint", name=layer, boxes=[everything], level=0.5)
    krita.call("look", name=layer, opacity=opacity, mode=mode)
    clean = picture.pixels()
    krita.call("paint", name=layer, boxes=[object_], level=0.05)
    krita.call("activate", name=layer)
    krita.until("is_active", name=layer)
    picture.select()
    before = picture.pixels()
    assert np.abs(before.astype(int) - clean).max() > 20
    krita.call("trigger", action="gan_inpaint_again")
    krita.until("inside_is", name="GAN Inpaint 1: default", siblings=[layer, "GAN Inpaint 1: default"])
    assert np.abs(picture.pixels().astype(int) - clean).max() <= 6
    assert ("Undo takes two steps" in " ".join(krita.call("messages"))) == (steps == 2)
    picture.select(box=(30, 30, 40, 40))
    krita.call("trigger", action="gan_inpaint_again")
    krita.until("inside_is", name=layer, siblings=[layer, "GAN Inpaint 1: default", "GAN Inpaint 2: default"])
    assert np.abs(picture.pixels().astype(int) - clean).max() <= 6
    for _ in range(1 + steps):
        krita.until("step", action="edit_undo")
    krita.until("inside_is", name=layer, siblings=["Background", layer])
    assert np.array_equal(picture.pixels(), before)


def test_a_layer_that_is_seen_through_and_has_other_colours_than_the_picture_is_refused(krita: Krita) -> None:
    picture = Picture(krita)
    krita.call("look", name="Background", opacity=102)
    krita.call("convert", name="Background", model="RGBA", depth="U16", profile="sRGB-elle-V2-g10.icc")
    picture.select()
    assert picture.refused().startswith("The layer is not opaque, or not in the mode Normal, and has other colours")


def test_two_specks_in_the_corners_of_96_megapixels_are_filled(krita: Krita) -> None:
    width, height = 12_000, 8_000
    krita.call("create_even", width=width, height=height, level=0.45)
    krita.until("ready")
    specks = [(100, 100, 50, 50), (width - 200, height - 200, 50, 50)]
    krita.call("select_boxes", boxes=specks)
    krita.call("trigger", action="gan_inpaint_again")
    krita.until("count_is", layers_wanted=2)
    for box in specks:
        filled = np.frombuffer(krita.bytes("pixels", name="GAN Inpaint 1: default", box=box), np.uint8).reshape(-1, 4)
        assert (filled[:, 3] == 255).all()
        assert np.abs(filled[:, :3].astype(int) - round(0.45 * 255)).max() < 12


def test_a_layer_with_colours_of_its_own_is_filled_in_them(krita: Krita) -> None:
    picture = Picture(krita)
    deep = ["RGBA", "U16", "sRGB-elle-V2-g10.icc"]
    krita.call("convert", name="Background", model=deep[0], depth=deep[1], profile=deep[2])
    picture.select()
    before = picture.pixels()
    fill = picture.fill()
    assert picture.colours(fill) == deep
    picture.undo()
    assert np.array_equal(picture.pixels(), before)


@pytest.mark.parametrize("kind", ["group", "clone layer", "transparency mask"])
def test_layers_without_pixels_of_their_own_are_filled_as_they_look(krita: Krita, kind: str) -> None:
    picture = Picture(krita)
    name = krita.call("group", name="Background") if kind == "group" else krita.call("add", kind=kind)
    shown = "Background" if kind == "transparency mask" else name
    krita.call("activate", name=name)
    krita.until("is_active", name=name)
    picture.select()
    count = len(picture.layers())
    fill = picture.fill(layers=count + 1)
    layers = picture.layers()
    assert layers[layers.index(shown) + 1] == fill
    assert (picture.alpha(fill) == picture.selection()).all()


def test_a_selection_past_the_pictures_edge_is_filled_as_far_as_it_goes(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select(box=(-20, 30, 60, 40))
    assert picture.box(picture.fill()) == [0, 30, 40, 40]


def test_a_locked_layer_is_no_obstacle_to_a_layer_above_it(krita: Krita) -> None:
    picture = Picture(krita)
    krita.call("lock", name="Background")
    picture.select()
    before = picture.pixels("Background")
    picture.fill()
    assert np.array_equal(picture.pixels("Background"), before)


def test_the_dialog_offers_the_models_and_its_values_are_used_again(krita: Krita) -> None:
    picture = Picture(krita)
    picture.select(feather=6)
    krita.call("remember", name="quality", value="no such")
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    shown = krita.call("dialog")
    titles = dict(zip(shown["models"], shown["titles"], strict=True))
    expected = {"default": "Photographs (default)", "auto": "Automatic", "classical": "Classical, no network"}
    assert titles.items() >= expected.items()
    assert len(shown["models"]) == len(set(shown["models"])) == len(set(shown["titles"])), "each model once"
    assert krita.call("dialog")["quality"] == "normal"
    wanted: dict[str, Any] = {"model": "classical", "quality": "best", "dilate": 9, "feather": 5}
    krita.call("dialog", **wanted)
    krita.call("press", button="Fill")
    krita.until("count_is", layers_wanted=2)
    by_dialog = picture.pixels()
    picture.undo()
    picture.fill(action="gan_inpaint_again")
    assert np.array_equal(picture.pixels(), by_dialog)
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    assert {name: krita.call("dialog")[name] for name in wanted} == wanted
    krita.call("press", button="Cancel")
    assert len(picture.layers()) == 2


def test_krita_stays_responsive_during_a_fill(krita: Krita) -> None:
    picture = Picture(krita, 1600, 1200)
    krita.call("select_speckles", spacing=150, side=24)
    krita.call("watch_gaps")
    picture.fill()
    assert krita.call("largest_gap") < 1  # seconds; 0.2 to 0.3 were seen, and a fill takes many


@pytest.mark.parametrize("depth", ["U8", "F32"])
def test_the_new_layer_can_be_opaque_with_the_selection_as_its_mask(krita: Krita, depth: str) -> None:
    picture = Picture(krita, depth=depth)
    picture.select(feather=6)
    before, selected, earlier = picture.pixels(), picture.selection(), krita.call("next_undo")
    krita.call("remember", name="output", value="masked-layer")
    fill = picture.fill()
    assert [each["type"] for each in krita.call("tree", name=fill)] == ["transparencymask"]
    assert np.array_equal(np.frombuffer(krita.bytes("mask_of", name=fill), np.uint8), selected)
    assert (picture.alpha(fill)[selected > 0] == 255).all()
    changed = (picture.pixels() != before).any(axis=1)
    assert not changed[selected == 0].any() and changed[selected == 255].mean() > 0.9
    picture.undo()
    assert np.array_equal(picture.pixels(), before) and krita.call("next_undo") == earlier
    picture.redo()
    assert np.array_equal(np.frombuffer(krita.bytes("mask_of", name=fill), np.uint8), selected)
