"""WebP files come back lossless or lossy as they were, with their metadata."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from gan_inpaint import imagefile
from gan_inpaint.errors import UnreadableImage, UnsupportedImage


def photograph(mode: str = "RGB") -> Image.Image:
    pixels = data.astronaut()[100:261, 150:341]
    if mode == "RGBA":
        alpha = np.random.default_rng(5).integers(0, 256, pixels.shape[:2], np.uint8)
        pixels = np.dstack([pixels, alpha])
    return Image.fromarray(pixels)


def camera_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 8
    return exif.tobytes()


def refill(source: Path, target: Path) -> np.ndarray:
    opened = imagefile.open(source)
    pixels = opened.pixels.copy()
    pixels[40:60, 50:80, :3] = 128
    imagefile.save(opened.with_pixels(pixels), target)
    return pixels


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_lossless_files_stay_exact(tmp_path: Path, mode: str) -> None:
    photograph(mode).save(tmp_path / "in.webp", lossless=True, exact=True)
    pixels = refill(tmp_path / "in.webp", tmp_path / "out.webp")
    with Image.open(tmp_path / "out.webp") as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_lossy_files_stay_lossy_and_close(tmp_path: Path, mode: str) -> None:
    photograph(mode).save(tmp_path / "in.webp", quality=80)
    pixels = refill(tmp_path / "in.webp", tmp_path / "out.webp")
    assert b"VP8L" not in (tmp_path / "out.webp").read_bytes()
    with Image.open(tmp_path / "out.webp") as image:
        difference = np.abs(np.asarray(image)[..., :3].astype(int) - pixels[..., :3])
        alpha = np.asarray(image)[..., 3:]
    np.testing.assert_array_equal(alpha, pixels[..., 3:])
    assert difference.mean() < 2


@pytest.mark.parametrize("lossless", [False, True])
def test_metadata_are_kept(tmp_path: Path, lossless: bool) -> None:
    carried = {"exif": camera_exif(), "xmp": b"<x:xmpmeta/>", "icc_profile": b"profile" * 30}
    photograph().save(tmp_path / "in.webp", lossless=lossless, **carried)
    assert imagefile.open(tmp_path / "in.webp").container.orientation == 8
    refill(tmp_path / "in.webp", tmp_path / "out.webp")
    with Image.open(tmp_path / "in.webp") as before, Image.open(tmp_path / "out.webp") as after:
        assert {key: after.info[key] for key in carried} == {key: before.info[key] for key in carried}


def test_saved_as_png_nothing_but_the_fill_changes(tmp_path: Path) -> None:
    photograph().save(tmp_path / "in.webp", quality=60, exif=camera_exif())
    pixels = refill(tmp_path / "in.webp", tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)
        assert image.getexif()[0x0112] == 8


def test_an_animation_is_refused(tmp_path: Path) -> None:
    photograph().save(tmp_path / "in.webp", save_all=True, append_images=[Image.new("RGB", (191, 161))])
    with pytest.raises(UnsupportedImage):
        imagefile.open(tmp_path / "in.webp")


@pytest.mark.parametrize("lossless", [False, True])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, lossless: bool) -> None:
    path = tmp_path / "in.webp"
    photograph().resize((33, 25)).save(path, exif=camera_exif(), lossless=lossless)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableImage):
            imagefile.open(path)
