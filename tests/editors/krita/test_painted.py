"""Paint and it is gone, in a real Krita: the fill covers the paint, in one step of undo, stroke after stroke."""

from __future__ import annotations

import numpy as np
import pytest

from .picture import HOLE, Picture
from .session import Krita

ACTION = "gan_inpaint_painted"
LEVEL = 0.4
GRAY = round(LEVEL * 255)
RIM = (HOLE[0], HOLE[1] + HOLE[3], HOLE[2], 4)
BESIDE = (190, 100, 40, 40)


class Paint:
    """A gray picture with a white speck, and a layer above it on which the speck is painted over."""

    def __init__(self, krita: Krita, colour: str = "ff0000") -> None:
        self.krita, self.picture = krita, Picture(krita)
        krita.call("paint", name="Background", boxes=[(0, 0, 280, 200)], level=LEVEL)
        x, y, width, height = HOLE
        krita.call("paint", name="Background", boxes=[(x + 5, y + 5, width - 10, height - 10)], level=1.0)
        self.layer = krita.call("add", kind="empty paint layer")
        krita.call("stroke", name=self.layer, box=HOLE, colour=colour)
        krita.call("stroke", name=self.layer, box=RIM, colour=colour, alpha=80)
        self.activate()

    def activate(self) -> None:
        self.krita.call("activate", name=self.layer)
        self.krita.until("is_active", name=self.layer)

    def fill(self, *earlier: str) -> str:
        """Run the command; the name of the layer that then covers the paint, above `earlier` ones."""
        name = f"GAN Inpaint {len(earlier) + 1}: default"
        self.krita.call("trigger", action=ACTION)
        self.krita.until("inside_is", name=self.layer, siblings=[self.layer, *earlier, name])
        return name

    def undo(self, *siblings: str) -> None:
        self.krita.until("step", action="edit_undo")
        self.krita.until("inside_is", name=self.layer, siblings=[*siblings])

    def looks_empty(self) -> bool:
        return bool(np.abs(self.picture.pixels()[:, :3].astype(int) - GRAY).max() <= 3)


@pytest.mark.parametrize("colour", ["ff0000", "00ff40", "000000"])
def test_what_is_painted_is_gone_and_the_picture_below_stays(krita: Krita, colour: str) -> None:
    paint = Paint(krita, colour)
    background = paint.picture.pixels("Background")
    paint.fill()
    assert paint.looks_empty(), "the opacity of the paint blends"
    assert np.array_equal(paint.picture.pixels("Background"), background)


def test_one_undo_brings_the_paint_back_and_redo_the_fill(krita: Krita) -> None:
    paint = Paint(krita)
    picture, earlier = paint.picture, krita.call("next_undo")
    before, painted = picture.pixels(), picture.pixels(paint.layer)
    fill = paint.fill()
    after, filled = picture.pixels(), picture.pixels(fill)
    paint.undo("Background", paint.layer)
    assert np.array_equal(picture.pixels(paint.layer), painted) and np.array_equal(picture.pixels(), before)
    assert krita.call("next_undo") == earlier
    krita.until("step", action="edit_redo")
    krita.until("inside_is", name=paint.layer, siblings=[paint.layer, fill])
    assert np.array_equal(picture.pixels(fill), filled) and np.array_equal(picture.pixels(), after)


def test_stroke_after_stroke_on_the_same_layer_only_the_new_one_is_filled(krita: Krita) -> None:
    paint = Paint(krita)
    first = paint.fill()
    krita.until("is_active", name=paint.layer)
    filled = paint.picture.pixels(first)
    krita.call("stroke", name=paint.layer, box=BESIDE, colour="0000ff")
    second = paint.fill(first)
    assert paint.looks_empty()
    assert np.array_equal(paint.picture.pixels(first), filled)
    assert krita.call("box_of", name=second) == list(BESIDE)
    paint.undo(paint.layer, first)
    paint.undo("Background", paint.layer)


def test_nothing_new_is_nothing(krita: Krita) -> None:
    paint = Paint(krita)
    paint.fill()
    krita.call("trigger", action=ACTION)
    assert paint.picture.message().startswith("Nothing is painted on this layer.")


def test_only_the_paint_inside_the_selection_counts(krita: Krita) -> None:
    paint = Paint(krita)
    paint.picture.select((HOLE[0], HOLE[1], 30, HOLE[3]))
    before = paint.picture.pixels()
    paint.fill()
    changed = (paint.picture.pixels() != before).any(axis=1)
    selected = paint.picture.selection()
    assert changed[selected == 255].all() and not changed[selected == 0].any()


@pytest.mark.parametrize("why", ["nothing", "a photograph", "vector", "opacity", "colours"])
def test_what_cannot_be_filled_is_refused(krita: Krita, why: str) -> None:
    paint = Paint(krita)
    if why == "nothing":
        krita.call("clear", name=paint.layer, box=(0, 0, 280, 200))
    elif why in ("a photograph", "vector"):
        name = "Background" if why == "a photograph" else krita.call("add", kind="vector layer")
        krita.call("activate", name=name)
        krita.until("is_active", name=name)
    elif why == "opacity":
        krita.call("look", name=paint.layer, opacity=128)
    else:
        krita.call("convert", name=paint.layer, model="RGBA", depth="U16", profile="sRGB-elle-V2-g10.icc")
    sentences = {"opacity": "The painted layer is seen through.", "colours": "The painted layer has other colours"}
    assert paint.picture.refused(ACTION).startswith(sentences.get(why, "Nothing is painted on this layer."))
