"""Masks fit the photograph as the user sees it, whatever file they come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from gan_inpaint import imagefile
from gan_inpaint.errors import MaskSizeMismatch, UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile.mask import open_mask
from gan_inpaint.imagefile.orientation import to_stored, to_upright
from gan_inpaint.imagefile.photograph import Photograph

HEIGHT, WIDTH = 40, 60


@pytest.fixture
def shape() -> np.ndarray:
    """A mask of keep, half and fill that is different under every turn and mirror."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[5:20, 8:30] = 255
    mask[20:30, 8:12] = 128
    return mask


def photograph(folder: Path, orientation: int = 1, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Photograph:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, "gray").save(folder / "photo.jpg", exif=exif)
    return imagefile.open(folder / "photo.jpg")


def test_gray_of_8_bits_is_taken_as_it_is(tmp_path: Path, shape: np.ndarray) -> None:
    Image.fromarray(shape).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.png", photograph(tmp_path)), shape)


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float16"])
def test_other_depths_are_reduced_with_rounding(tmp_path: Path, shape: np.ndarray, dtype: str) -> None:
    deep = shape.astype("float64") / 255 * (65535 if dtype == "uint16" else 1)
    tifffile.imwrite(tmp_path / "mask.tif", deep.astype(dtype), metadata=None)
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.tif", photograph(tmp_path)), shape)


def test_16_bits_round_to_the_nearest_level(tmp_path: Path) -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    tifffile.imwrite(tmp_path / "mask.tif", values, metadata=None)
    mask = open_mask(tmp_path / "mask.tif", photograph(tmp_path, size=(256, 256)))
    np.testing.assert_array_equal(mask, np.rint(values / 257))


def test_impossible_floats_are_kept_in_range(tmp_path: Path) -> None:
    values = np.full((HEIGHT, WIDTH), np.nan, np.float32)
    values[0, :3] = [-1, 2, np.inf]
    tifffile.imwrite(tmp_path / "mask.tif", values, metadata=None)
    mask = open_mask(tmp_path / "mask.tif", photograph(tmp_path))
    assert mask[0, :4].tolist() == [0, 255, 255, 0]


def test_rgb_counts_by_its_luma(tmp_path: Path, shape: np.ndarray) -> None:
    Image.fromarray(np.dstack([shape] * 3)).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.png", photograph(tmp_path)), shape)


@pytest.mark.parametrize("mode", ["1", "P"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_1_bit_and_indexed_masks_are_taken(tmp_path: Path, shape: np.ndarray, mode: str, suffix: str) -> None:
    hard = np.where(shape == 255, 255, 0).astype(np.uint8)
    Image.fromarray(hard).convert(mode).save(tmp_path / f"mask{suffix}")
    np.testing.assert_array_equal(open_mask(tmp_path / f"mask{suffix}", photograph(tmp_path)), hard)


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 40)])
def test_one_colour_painted_on_transparency_means_its_opacity(
    tmp_path: Path, shape: np.ndarray, colour: tuple[int, int, int]
) -> None:
    colours = np.broadcast_to(np.array(colour, np.uint8), (HEIGHT, WIDTH, 3))
    Image.fromarray(np.dstack([colours, shape])).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.png", photograph(tmp_path)), shape)


def test_several_colours_on_transparency_mean_luma_times_opacity(tmp_path: Path) -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., 3] = 128
    pixels[:10, :, :3] = 255
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    mask = open_mask(tmp_path / "mask.png", photograph(tmp_path))
    assert (mask[:10] == 128).all() and (mask[10:] == 0).all()


def test_the_ringing_of_jpeg_is_no_mask(tmp_path: Path) -> None:
    hard = np.zeros((HEIGHT, WIDTH), np.uint8)
    hard[8:24, 16:40] = 255
    Image.fromarray(hard).save(tmp_path / "mask.jpg", quality=75)
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.jpg", photograph(tmp_path)), hard)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_drawn_on_what_the_viewer_shows_fits(tmp_path: Path, shape: np.ndarray, orientation: int) -> None:
    turned = photograph(tmp_path, orientation)
    Image.fromarray(to_upright(shape, orientation)).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.png", turned), shape)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_mask_drawn_on_the_stored_picture_fits_where_only_that_can_be(
    tmp_path: Path, shape: np.ndarray, orientation: int
) -> None:
    turned = photograph(tmp_path, orientation)
    Image.fromarray(shape).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.png", turned), shape)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_with_the_photographs_own_orientation_fits(tmp_path: Path, shape: np.ndarray, orientation: int) -> None:
    turned = photograph(tmp_path, orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(shape).save(tmp_path / "mask.png", exif=exif)
    np.testing.assert_array_equal(open_mask(tmp_path / "mask.png", turned), shape)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_is_what_viewers_do(shape: np.ndarray, orientation: int, tmp_path: Path) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(shape).save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as image:
        seen = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(to_upright(shape, orientation), seen)
    np.testing.assert_array_equal(to_stored(seen, orientation), shape)


def test_another_size_names_both_and_what_is_expected(tmp_path: Path) -> None:
    turned = photograph(tmp_path, orientation=6)
    Image.new("L", (30, 20)).save(tmp_path / "mask.png")
    with pytest.raises(MaskSizeMismatch) as mismatch:
        open_mask(tmp_path / "mask.png", turned)
    assert "30 × 20" in mismatch.value.message
    assert "40 × 60" in mismatch.value.message and "60 × 40" in mismatch.value.message
    assert "40 × 60" in mismatch.value.hint


def cmyk(path: Path) -> None:
    Image.new("CMYK", (WIDTH, HEIGHT)).save(path / "mask.jpg")


def pages(path: Path) -> None:
    tifffile.imwrite(path / "mask.tif", np.zeros((2, HEIGHT, WIDTH), np.uint8), photometric="minisblack")


def lab(path: Path) -> None:
    tifffile.imwrite(path / "mask.tif", np.zeros((HEIGHT, WIDTH, 3), np.uint8), photometric="cielab", metadata=None)


def labels(path: Path) -> None:
    tifffile.imwrite(path / "mask.tif", np.arange(HEIGHT * WIDTH, dtype=np.int32).reshape(HEIGHT, WIDTH), metadata=None)


def animation(path: Path) -> None:
    first, second = (Image.new("L", (WIDTH, HEIGHT), level) for level in (0, 255))
    first.save(path / "mask.webp", save_all=True, append_images=[second])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "bool"])
@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_zeros_and_ones_are_black_and_white(tmp_path: Path, shape: np.ndarray, dtype: str, suffix: str) -> None:
    """As programs for segmentation write them."""
    ones = (shape == 255).astype(dtype)
    if suffix == "tif":
        tifffile.imwrite(tmp_path / "mask.tif", ones, photometric="minisblack", metadata=None)
    else:
        Image.fromarray(ones.astype(np.uint16) if dtype == "int32" else ones).save(tmp_path / "mask.png")
    read = open_mask(tmp_path / f"mask.{suffix}", photograph(tmp_path))
    np.testing.assert_array_equal(read, ones.astype(np.uint8) * 255)


@pytest.mark.parametrize("write", [cmyk, pages, lab, labels, animation])
def test_what_is_no_mask_is_refused(tmp_path: Path, write: Any) -> None:
    write(tmp_path)
    (mask,) = tmp_path.glob("mask.*")
    with pytest.raises(UnsupportedImage) as refusal:
        open_mask(mask, photograph(tmp_path))
    assert refusal.value.message.startswith("The mask") and "photograph" not in refusal.value.message


def test_a_cut_1_bit_mask_is_refused_or_its_pixels_are_whole(tmp_path: Path, shape: np.ndarray) -> None:
    hard = np.where(shape == 255, 255, 0).astype(np.uint8)
    Image.fromarray(hard).convert("1").save(tmp_path / "mask.tif", compression="tiff_lzw")
    opened = photograph(tmp_path)
    whole = (tmp_path / "mask.tif").read_bytes()
    refused = 0
    for length in range(len(whole)):
        (tmp_path / "mask.tif").write_bytes(whole[:length])
        try:
            np.testing.assert_array_equal(open_mask(tmp_path / "mask.tif", opened), hard)
        except (UnreadableImage, UnsupportedImage):
            refused += 1
    assert refused >= len(whole) - 30  # the values of resolution tags stand at the end and are not needed
