"""`gan-inpaint-fill`, called by a script in a real GIMP: what it changes and what it leaves alone."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from .session import Gimp

SIZE = (160, 120)
LAYER = (7, 9, 140, 100)  # x, y, width, height: neither at the image's corner nor of its size
HOLE = (60, 40, 40, 30)
KINDS = {
    "rgb u8": {"precision": "u8-non-linear"},
    "rgb u8, linear light": {"precision": "u8-linear"},
    "rgba u8": {"precision": "u8-non-linear", "alpha": True},
    "gray u8": {"precision": "u8-non-linear", "gray": True},
    "gray-alpha u8": {"precision": "u8-non-linear", "gray": True, "alpha": True},
    "rgb u8, wide gamut": {"precision": "u8-non-linear", "profile": "new_rgb_adobe"},
    "rgb u16": {"precision": "u16-non-linear"},
    "rgba u16, linear light": {"precision": "u16-linear", "alpha": True},
    "gray u16, perceptual": {"precision": "u16-perceptual", "gray": True},
    "rgb u32, linear light": {"precision": "u32-linear"},
    "gray-alpha u32": {"precision": "u32-non-linear", "gray": True, "alpha": True},
    "rgb half, linear light": {"precision": "half-linear"},
    "rgba float, linear light": {"precision": "float-linear", "alpha": True},
    "rgb float, wide gamut": {"precision": "float-non-linear", "profile": "new_rgb_adobe"},
    "rgba double, linear light": {"precision": "double-linear", "alpha": True},
}


@dataclass(frozen=True)
class Picture:
    """An image in GIMP with one layer of noise, and a selection."""

    gimp: Gimp
    image: int
    layer: int

    @classmethod
    def create(cls, gimp: Gimp, *, soft: bool = False, **properties: Any) -> Picture:
        made = gimp.call("create", width=SIZE[0], height=SIZE[1], layer=LAYER, **properties)
        gimp.call("select", image=made["image"], box=HOLE, ellipse=soft, feather=8 if soft else 0)
        return cls(gimp, **made)

    def fill(self, **arguments: Any) -> None:
        answer = self.gimp.call("fill", image=self.image, drawables=[self.layer], **arguments)
        assert answer == {"status": "success", "message": ""}

    def layers(self) -> list[dict[str, Any]]:
        return self.gimp.call("layers", image=self.image)

    def pixels(self, layer: int | None = None, count: int = LAYER[2] * LAYER[3]) -> npt.NDArray[np.uint8]:
        """A layer's bytes, a row for each pixel."""
        data = self.gimp.bytes("pixels", layer=layer or self.layer)
        return np.frombuffer(data, np.uint8).reshape(count, -1)

    def selection(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.gimp.bytes("selection", layer=self.layer), np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_outside_the_selection_are_bit_identical(gimp: Gimp, kind: str) -> None:
    picture = Picture.create(gimp, soft=True, **KINDS[kind])
    before, selected = picture.pixels(), picture.selection()
    picture.fill()
    changed = (picture.pixels() != before).any(axis=1)
    assert (selected == 0).any() and not changed[selected == 0].any()
    assert (selected == 255).any() and changed[selected == 255].mean() > 0.9


@pytest.mark.parametrize("precision", ["u8-non-linear", "u16-linear", "float-linear", "u32-linear"])
def test_alpha_that_is_not_transparent_is_never_changed(gimp: Gimp, precision: str) -> None:
    picture = Picture.create(gimp, precision=precision, alpha=True, soft=True)
    visible = picture.pixels().copy()
    if precision == "u8-non-linear":
        visible[:, 3] |= 1  # the noise has transparent pixels
        gimp.call("paint", layer=picture.layer, data=base64.b64encode(visible.tobytes()).decode())
    before = picture.pixels()
    picture.fill()
    after, alpha = picture.pixels(), 3 * before.shape[1] // 4
    assert np.array_equal(after[:, alpha:], before[:, alpha:])
    assert not np.array_equal(after[:, :alpha], before[:, :alpha])


@pytest.mark.parametrize("precision", ["u8-non-linear", "u16-non-linear", "float-linear"])
def test_a_new_layer_has_the_size_and_the_alpha_of_the_selection(gimp: Gimp, precision: str) -> None:
    picture = Picture.create(gimp, precision=precision)
    before = picture.pixels()
    picture.fill(output="new-layer")
    new, source = picture.layers()
    assert new["name"] == "GAN Inpaint 1: default"
    assert new["box"] == list(HOLE)
    assert np.array_equal(picture.pixels(), before)
    filled = picture.pixels(new["id"], HOLE[2] * HOLE[3])
    sample = filled.shape[1] // 4
    opaque = {"u8-non-linear": b"\xff", "u16-non-linear": b"\xff\xff", "float-linear": np.float32(1).tobytes()}
    assert (filled[:, 3 * sample :] == np.frombuffer(opaque[precision], np.uint8)).all()
    assert source["chosen"]


def test_both_outputs_hold_the_same_fill(gimp: Gimp) -> None:
    in_place, above = Picture.create(gimp), Picture.create(gimp)
    in_place.fill()
    above.fill(output="new-layer")
    inside = in_place.pixels()[in_place.selection() == 255]
    assert np.array_equal(above.pixels(above.layers()[0]["id"], HOLE[2] * HOLE[3])[:, :3], inside)


def test_the_soft_edge_of_a_selection_becomes_the_new_layers_alpha(gimp: Gimp) -> None:
    picture = Picture.create(gimp, soft=True)
    picture.fill(output="new-layer")
    new = picture.layers()[0]
    x, y, width, height = new["box"]
    selected = picture.selection().reshape(LAYER[3], LAYER[2])
    part = selected[y - LAYER[1] : y - LAYER[1] + height, x - LAYER[0] : x - LAYER[0] + width]
    assert np.array_equal(picture.pixels(new["id"], width * height)[:, 3], part.reshape(-1))


@pytest.mark.parametrize("arguments", [{"model": "classical"}, {"dilate": 0}, {"feather": 12}, {"quality": "best"}])
def test_every_argument_reaches_the_fill(gimp: Gimp, arguments: dict[str, Any]) -> None:
    plain, picture = Picture.create(gimp), Picture.create(gimp)
    plain.fill()
    picture.fill(**arguments)
    assert not np.array_equal(picture.pixels(), plain.pixels())
