"""What a retoucher does in a real Krita: an empty layer, a torn corner, fill after fill."""

from __future__ import annotations

import numpy as np
import pytest

from .picture import HOLE, Picture
from .session import Krita

LEVEL = 0.4
GRAY = round(LEVEL * 255)
BESIDE = (140, 70, 50, 40)


@pytest.fixture
def speck(krita: Krita) -> Picture:
    """A gray picture with a white speck, which is selected."""
    picture = Picture(krita)
    krita.call("paint", name="Background", boxes=[(0, 0, 280, 200)], level=LEVEL)
    x, y, width, height = HOLE
    krita.call("paint", name="Background", boxes=[(x + 5, y + 5, width - 10, height - 10)], level=1.0)
    picture.select()
    return picture


def activate_empty(krita: Krita) -> str:
    name = krita.call("add", kind="empty paint layer")
    krita.call("activate", name=name)
    krita.until("is_active", name=name)
    return name


def test_an_empty_layer_above_the_photograph_just_works_fill_after_fill(speck: Picture) -> None:
    krita, before = speck.krita, speck.pixels("Background")
    empty = activate_empty(krita)
    for count, box in enumerate((HOLE, BESIDE)):
        speck.select(box, feather=6)
        fill = speck.fill(layers=3 + count)
        assert np.array_equal(speck.alpha(fill), speck.selection()), "the result covers only what was selected"
        inside = speck.pixels(fill)[speck.selection() == 255]
        assert np.abs(inside[:, :3].astype(int) - GRAY).max() <= 3
    assert np.array_equal(speck.pixels("Background"), before) and not speck.pixels(empty).any()
    speck.undo(layers=3)
    speck.undo(layers=2)


def test_the_source_can_be_chosen(speck: Picture) -> None:
    activate_empty(speck.krita)
    speck.krita.call("remember", name="source", value="active-layer")
    assert speck.refused().startswith("The chosen layer is empty there.")


def test_the_transparent_parts_of_a_layer_become_opaque_in_one_step(speck: Picture) -> None:
    krita = speck.krita
    krita.call("paint", name="Background", boxes=[(0, 0, 280, 200)], level=LEVEL)
    krita.call("clear", name="Background", box=(0, 0, 60, 50))
    krita.call("clear_selection")
    fill = speck.fill(action="gan_inpaint_transparent")
    assert speck.box(fill) == [0, 0, 60, 50]
    merged = speck.pixels().reshape(speck.height, speck.width, 4)
    assert (merged[..., 3] == 255).all() and np.abs(merged[..., :3].astype(int) - GRAY).max() <= 3
    speck.undo()


def test_without_transparent_parts_that_is_said(speck: Picture) -> None:
    assert speck.refused(action="gan_inpaint_transparent").startswith("Nothing is transparent here.")


def test_a_fill_leaves_no_other_step_of_undo_behind(speck: Picture) -> None:
    earlier = speck.krita.call("next_undo")
    speck.fill()
    assert speck.krita.call("next_undo") != earlier
    speck.undo()
    assert speck.krita.call("next_undo") == earlier


def test_what_is_selected_and_transparent_becomes_opaque_as_far_as_it_is_selected(speck: Picture) -> None:
    speck.krita.call("clear", name="Background", box=(0, 0, 120, speck.height))
    speck.select(box=(100, 50, 40, 40), feather=6)
    assert np.array_equal(speck.alpha(speck.fill()), speck.selection())


def test_new_layers_are_numbered_and_named_after_what_made_them(speck: Picture) -> None:
    assert speck.fill() == "GAN Inpaint 1: default"
    speck.krita.call("remember", name="model", value="classical")
    assert speck.fill(layers=3) == "GAN Inpaint 2: classical"
