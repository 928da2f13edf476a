"""What a retoucher does in a real GIMP: an empty layer, a torn corner, a stroke of paint."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ..workbench import Workbench
from .session import Gimp

WIDTH, HEIGHT = 160, 120
HOLE = (60, 40, 40, 30)
BESIDE = (90, 50, 30, 30)
GRAY = 90

Pixels = npt.NDArray[np.uint8]


class Photo:
    """A gray image with a white speck, which is selected; `photo` is its layer."""

    def __init__(self, gimp: Gimp, **properties: Any) -> None:
        self.gimp = gimp
        made = gimp.call("create", width=WIDTH, height=HEIGHT, **properties)
        self.image, self.photo = made["image"], made["layer"]

    def paint(self, layer: int, pixels: Pixels) -> None:
        self.gimp.call("paint", layer=layer, data=base64.b64encode(pixels.tobytes()).decode())

    def select(self, box: tuple[int, int, int, int], feather: float = 0) -> None:
        self.gimp.call("select", image=self.image, box=box, feather=feather)

    def run(self, layer: int, name: str = "fill", **arguments: Any) -> None:
        answer = self.gimp.call(
            "run", procedure_name=f"gan-inpaint-{name}", image=self.image, drawables=[layer], **arguments
        )
        assert answer == {"status": "success", "message": ""}

    def pixels(self, layer: int, channels: int = 4, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> Pixels:
        return np.frombuffer(self.gimp.bytes("pixels", layer=layer), np.uint8).reshape(*shape, channels)

    def selection(self) -> Pixels:
        return np.frombuffer(self.gimp.bytes("selection", layer=self.photo), np.uint8).reshape(HEIGHT, WIDTH)

    def layers(self) -> list[dict[str, Any]]:
        return self.gimp.call("layers", image=self.image)


@pytest.fixture
def speck(gimp: Gimp) -> Photo:
    made = Photo(gimp)
    x, y, width, height = HOLE
    picture = np.full((HEIGHT, WIDTH, 3), GRAY, np.uint8)
    picture[y + 5 : y + height - 5, x + 5 : x + width - 5] = 255
    made.paint(made.photo, picture)
    return made


def test_an_empty_layer_above_the_photograph_just_works_fill_after_fill(speck: Photo) -> None:
    before = speck.pixels(speck.photo, 3)
    empty = speck.gimp.call("add_empty", image=speck.image)
    seen = np.zeros((HEIGHT, WIDTH), np.uint8)
    for box in (HOLE, BESIDE):
        speck.select(box, feather=6)
        speck.run(empty)
        seen = np.maximum(seen, speck.selection())
    filled = speck.pixels(empty)
    assert np.array_equal(speck.pixels(speck.photo, 3), before)
    assert not filled[seen == 0].any(), "the result covers only what was selected"
    assert (filled[seen == 255][:, 3] >= 250).all()
    assert np.abs(filled[seen == 255][:, :3].astype(int) - GRAY).max() <= 3
    assert (filled[..., 3] >= seen.astype(int) - 2).all()
    assert [layer["id"] for layer in speck.layers()] == [empty, speck.photo]


def test_the_source_can_be_chosen(speck: Photo) -> None:
    empty = speck.gimp.call("add_empty", image=speck.image)
    speck.select(HOLE)
    answer = speck.gimp.call("fill", image=speck.image, drawables=[empty], source="active-layer")
    assert answer["message"].startswith("The chosen layer is empty there.")
    speck.run(empty, source="visible", output="new-layer")
    names = [layer["name"] for layer in speck.layers()]
    assert names[0] == "GAN Inpaint 1: default" and len(names) == 3
    assert not speck.pixels(empty).any()


def test_a_layer_that_is_laid_over_the_others_in_another_way_is_refused(speck: Photo) -> None:
    empty = speck.gimp.call("add_empty", image=speck.image)
    speck.gimp.call("set_up", layer=empty, opacity=40)
    speck.select(HOLE)
    answer = speck.gimp.call("fill", image=speck.image, drawables=[empty])
    assert answer["message"].startswith("The chosen layer does not show its pixels as they are")


@pytest.mark.parametrize("precision", ["u8-non-linear", "u32-non-linear"])
def test_the_transparent_parts_of_a_layer_become_opaque_and_the_rest_stays(gimp: Gimp, precision: str) -> None:
    made = Photo(gimp, precision=precision, alpha=True)
    sample = int(precision[1:3].rstrip("-")) // 8
    picture = np.full((HEIGHT, WIDTH, 4 * sample), 200, np.uint8)
    picture[..., 3 * sample :] = 255
    picture[80:, 100:, 3 * sample :] = 128  # smoke
    picture[:30, :40] = 0
    made.paint(made.photo, picture)
    made.gimp.call("select", image=made.image, box=(0, 0, WIDTH, HEIGHT))
    made.run(made.photo, "fill-transparent")
    after = made.pixels(made.photo, 4 * sample)
    assert (after[:30, :40, 3 * sample :] == 255).all() and (after[:30, :40, sample - 1] > 150).all()
    untouched = np.ones((HEIGHT, WIDTH), bool)
    untouched[:30, :40] = False
    assert np.array_equal(after[untouched], picture[untouched])


def test_without_transparent_parts_that_is_said(speck: Photo) -> None:
    answer = speck.gimp.call(
        "run", procedure_name="gan-inpaint-fill-transparent", image=speck.image, drawables=[speck.photo]
    )
    assert answer["message"].startswith("Nothing is transparent here.")


def test_what_is_selected_and_transparent_becomes_opaque_as_far_as_it_is_selected(gimp: Gimp) -> None:
    made = Photo(gimp, alpha=True)
    picture = np.full((HEIGHT, WIDTH, 4), (200, 200, 200, 255), np.uint8)
    picture[:30, :40] = 0
    made.paint(made.photo, picture)
    made.select((5, 5, 25, 20), feather=4)
    made.run(made.photo)
    after, selected = made.pixels(made.photo), made.selection()
    assert np.abs(after[:30, :40, 3].astype(int) - selected[:30, :40]).max() <= 1
    assert np.array_equal(after[selected == 0], picture[selected == 0])


def test_new_layers_are_numbered_and_named_after_what_made_them_whatever_they_are_called(speck: Photo) -> None:
    speck.select(HOLE)
    for model in ("default", "classical"):
        speck.run(speck.photo, output="new-layer", model=model)
        newest = next(layer for layer in speck.layers() if layer["name"].startswith("GAN Inpaint"))
        assert newest["name"] == {"default": "GAN Inpaint 1: default", "classical": "GAN Inpaint 2: classical"}[model]
        speck.gimp.call("rename", layer=newest["id"], name="retouch")


@pytest.mark.parametrize("opacity", [100, 50])  # above a layer that shines through, the fill is a copy of all of it
def test_the_receipt_of_a_new_layer_stays_in_the_file_and_repeats_the_fill_bit_by_bit(
    gimp: Gimp, tmp_path: Path, workbench: Workbench, daemon_environment: dict[str, str], opacity: int
) -> None:
    made = Photo(gimp)
    hole = np.s_[HOLE[1] : HOLE[1] + HOLE[3], HOLE[0] : HOLE[0] + HOLE[2]]
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[hole] = 255
    for name, pixels in (("photo", made.pixels(made.photo, 3)), ("mask", mask)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    made.select(HOLE)
    gimp.call("set_up", layer=made.photo, opacity=opacity)
    made.run(made.photo, output="new-layer", dilate=5)
    saved = str(workbench.path / f"receipt-{opacity}.xcf")
    gimp.call("save", image=made.image, path=saved)
    layer = gimp.call("reopened", path=saved)["layer"]
    text = gimp.call("note", layer=layer, name="gan-inpaint-receipt")
    (tmp_path / "how.json").write_text(text, "utf-8")
    command = (sys.executable, "-m", "gan_inpaint", "fill", "photo.png", "mask.png", "out.png", "--no-daemon")
    ended = subprocess.run(
        (*command, "--receipt", "how.json"), cwd=tmp_path, env=daemon_environment, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    filled = made.pixels(layer, 4, (HOLE[3], HOLE[2]))[..., :3] if opacity == 100 else made.pixels(layer, 3)[hole]
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out.png"))[hole], filled)


def test_a_new_layer_can_have_the_selection_as_its_mask(speck: Photo) -> None:
    speck.select(HOLE, feather=6)
    speck.run(speck.photo, output="masked-layer")
    new = speck.layers()[0]
    x, y, width, height = new["box"]
    mask = np.frombuffer(speck.gimp.bytes("layer_mask", layer=new["id"]), np.uint8).reshape(height, width)
    assert np.array_equal(mask, speck.selection()[y : y + height, x : x + width])
    filled = speck.pixels(new["id"], 4, (height, width))
    assert (filled[..., 3] == 255).all() and np.abs(filled[..., :3].astype(int) - GRAY).max() <= 3


def test_what_is_painted_is_gone_and_the_paint_with_it(speck: Photo) -> None:
    before = speck.pixels(speck.photo, 3)
    painted = speck.gimp.call("add_empty", image=speck.image)
    speck.gimp.call("set_up", layer=painted, opacity=50)
    x, y, width, height = HOLE
    paint = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    paint[y : y + height, x : x + width] = (255, 0, 0, 255)
    paint[y + height, x : x + width] = (0, 255, 0, 80)
    speck.paint(painted, paint)
    speck.run(painted, "fill-painted")
    fill, photo = speck.layers()
    assert photo["id"] == speck.photo and np.array_equal(speck.pixels(speck.photo, 3), before)
    assert fill["name"] == "GAN Inpaint 1: default" and fill["box"] == [x, y, width, height + 1]
    filled = speck.pixels(fill["id"], 4, (height + 1, width))
    assert np.abs(filled[:-1, :, :3].astype(int) - GRAY).max() <= 3, "neither the speck nor the paint"
    assert (filled[:-1, :, 3] == 255).all() and (filled[-1, :, 3] == 80).all()


def test_paint_outside_the_selection_stays_for_another_fill(speck: Photo) -> None:
    painted = speck.gimp.call("add_empty", image=speck.image)
    x, y, width, height = HOLE
    paint = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    paint[y : y + height, x : x + width] = (255, 0, 0, 255)
    paint[:8, :8] = (0, 255, 0, 90)
    speck.paint(painted, paint)
    speck.select(HOLE)
    speck.run(painted, "fill-painted")
    left, fill, photo = speck.layers()
    assert left["id"] == painted and photo["id"] == speck.photo and fill["box"] == [x, y, width, height]
    paint[y : y + height, x : x + width, 3] = 0
    assert np.array_equal(speck.pixels(painted, 4)[..., 3], paint[..., 3])
    assert np.array_equal(speck.pixels(painted, 4)[:8, :8], paint[:8, :8])


def test_a_layer_without_paint_is_refused(speck: Photo) -> None:
    empty = speck.gimp.call("add_empty", image=speck.image)
    answer = speck.gimp.call("run", procedure_name="gan-inpaint-fill-painted", image=speck.image, drawables=[empty])
    assert answer["message"].startswith("Nothing is painted on this layer.")
