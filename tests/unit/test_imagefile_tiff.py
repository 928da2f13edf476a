"""TIFF files come back byte for byte, but for the strips or tiles that hold filled pixels."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from gan_inpaint import imagefile
from gan_inpaint.errors import TooLarge, UnreadableImage, UnsupportedImage

COMPRESSIONS = [None, "lzw", "adobe_deflate", "deflate", "packbits", "zstd", "lzma"]
LAYOUTS: list[tuple[int, bool, str, dict[str, Any]]] = [
    # channels, stored apart, byte order, strips or tiles
    (1, False, "<", {"rowsperstrip": 7}),
    (3, False, ">", {"rowsperstrip": 7}),
    (3, True, "<", {"tile": (16, 32)}),
    (4, False, "<", {"tile": (16, 32)}),
    (4, True, ">", {"rowsperstrip": 67}),
    (2, False, ">", {"tile": (32, 16), "bigtiff": True}),
]
HOLE = (slice(20, 30), slice(40, 50))


def picture(dtype: str, channels: int = 3, size: tuple[int, int] = (67, 75)) -> np.ndarray:
    noise = np.random.default_rng(2).random((*size, channels) if channels > 1 else size)
    return (noise * (np.iinfo(dtype).max if dtype.startswith("u") else 1)).astype(dtype)


def write_tiff(path: Path, pixels: np.ndarray, planar: bool = False, **options: Any) -> Path:
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if channels in (2, 4):
        options["extrasamples"] = ["unassalpha"]
    if channels > 1:
        options["planarconfig"] = "separate" if planar else "contig"
    tifffile.imwrite(
        path,
        np.moveaxis(pixels, -1, 0) if planar else pixels,
        **{"photometric": "rgb" if channels > 2 else "minisblack", "metadata": None, **options},
    )
    return path


def refill(source: Path, target: Path) -> np.ndarray:
    opened = imagefile.open(source)
    pixels = opened.pixels.copy()
    pixels[HOLE] = 1
    imagefile.save(opened.with_pixels(pixels), target)
    return pixels


def tags_of(path: Path) -> dict[int, Any]:
    """All tags but those that say where and how large the strips or tiles are."""
    with tifffile.TiffFile(path) as file:
        return {tag.code: tag.value for tag in file.pages.first.tags if tag.code not in (273, 279, 324, 325)}


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_encoding_comes_back(tmp_path: Path, dtype: str, compression: str | None) -> None:
    predictors = (False,) if compression in (None, "packbits") else (False, True)
    for (channels, planar, byteorder, layout), predictor in itertools.product(LAYOUTS, predictors):
        pixels = picture(dtype, channels)
        options = {"compression": compression, "predictor": predictor, "byteorder": byteorder, **layout}
        source = write_tiff(tmp_path / "in.tif", pixels, planar, **options)
        opened = imagefile.open(source)
        np.testing.assert_array_equal(opened.pixels, pixels)
        changed = pixels.copy()
        changed[HOLE] = 1
        imagefile.save(opened.with_pixels(changed), tmp_path / "out.tif", force=True)
        again = imagefile.open(tmp_path / "out.tif").pixels
        assert again.dtype == dtype
        np.testing.assert_array_equal(again, changed)
        assert tags_of(tmp_path / "out.tif") == tags_of(source)


def test_other_readers_see_the_same(tmp_path: Path) -> None:
    write_tiff(tmp_path / "in.tif", picture("uint8"), compression="lzw", predictor=True)
    pixels = refill(tmp_path / "in.tif", tmp_path / "out.tif")
    with Image.open(tmp_path / "out.tif") as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("bigtiff", [False, True])
def test_exif_profile_xmp_and_resolution_are_kept(tmp_path: Path, bigtiff: bool) -> None:
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    directory = ImageFileDirectory_v2()
    directory[0x010F] = "Scanner"
    directory[700] = b"<x:xmpmeta/>"
    directory[0x8769] = {0x9003: "2024:05:06 07:08:09", 0x927C: b"private notes of the maker"}
    image = Image.fromarray(picture("uint8"))
    image.save(source, tiffinfo=directory, icc_profile=b"profile" * 40, dpi=(1200, 1200), big_tiff=bigtiff)
    refill(source, target)
    assert tags_of(target) == tags_of(source)
    with Image.open(target) as after:
        assert after.getexif().get_ifd(0x8769)[0x927C] == b"private notes of the maker"
        assert after.info["icc_profile"] == b"profile" * 40


def test_only_strips_with_filled_pixels_are_written_anew(tmp_path: Path) -> None:
    source = write_tiff(tmp_path / "in.tif", picture("uint16"), compression="lzw", rowsperstrip=10)
    refill(source, tmp_path / "out.tif")
    before, after = source.read_bytes(), (tmp_path / "out.tif").read_bytes()
    with tifffile.TiffFile(source) as file:
        for number, (offset, count) in enumerate(zip(*strips_of(file), strict=True)):
            same = before[offset : offset + count] == after[offset : offset + count]
            assert same == (number != 2)


def test_strips_that_grow_a_little_do_not_double_the_file(tmp_path: Path) -> None:
    source, target = (
        write_tiff(tmp_path / "in.tif", picture("uint8"), compression="lzw", rowsperstrip=5),
        tmp_path / "o.tif",
    )
    opened = imagefile.open(source)
    filled = opened.pixels.copy()
    filled[:, 40:50] = np.random.default_rng(5).integers(0, 256, (67, 10, 3))  # in every strip
    imagefile.save(opened.with_pixels(filled), target)
    np.testing.assert_array_equal(imagefile.open(target).pixels, filled)
    assert target.stat().st_size < 1.3 * source.stat().st_size


def strips_of(file: Any) -> tuple[Any, Any]:
    return file.pages.first.dataoffsets, file.pages.first.databytecounts


def test_what_was_filled_is_nowhere_left_in_the_file(tmp_path: Path) -> None:
    secret = b"SECRET OF THE PICTURE" * 60
    pixels = np.zeros((67, 75), np.uint8)
    pixels[HOLE] = np.frombuffer(secret[:100], np.uint8).reshape(10, 10)
    source = write_tiff(tmp_path / "in.tif", pixels, compression="packbits")
    assert b"SECRET" in source.read_bytes()
    opened = imagefile.open(source)
    filled = opened.pixels.copy()
    filled[HOLE] = np.random.default_rng(0).integers(0, 255, (10, 10))
    filled[0:5] = np.random.default_rng(1).integers(0, 255, (5, 75))  # makes the strip longer, so that it moves
    imagefile.save(opened.with_pixels(filled), tmp_path / "out.tif")
    assert b"SECRET" not in (tmp_path / "out.tif").read_bytes()
    np.testing.assert_array_equal(imagefile.open(tmp_path / "out.tif").pixels, filled)


def test_thumbnails_behind_the_picture_go(tmp_path: Path) -> None:
    source = tmp_path / "in.tif"
    with tifffile.TiffWriter(source) as writer:
        writer.write(picture("uint8"), photometric="rgb", metadata=None)
        thumbnail = 255 - picture("uint8", size=(8, 9))
        writer.write(thumbnail, photometric="rgb", subfiletype=1, metadata=None)
    pixels = refill(source, tmp_path / "out.tif")
    assert thumbnail.tobytes() in source.read_bytes()
    assert thumbnail.tobytes() not in (tmp_path / "out.tif").read_bytes()
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert len(file.pages) == 1
        np.testing.assert_array_equal(file.asarray(), pixels)


@pytest.mark.parametrize("bigtiff", [False, True])
def test_photoshops_thumbnail_goes_and_its_other_resources_stay(tmp_path: Path, bigtiff: bool) -> None:
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    rest = b"8BIM\x03\xed\0\0\0\0\0\x04rest"
    thumbnail = b"8BIM\x04\x0c\0\0\0\0\0\x09THUMBNAIL\0"
    block = thumbnail + rest
    write_tiff(source, picture("uint8"), bigtiff=bigtiff, extratags=[(34377, 7, len(block), block, True)])
    pixels = refill(source, target)
    assert b"THUMBNAIL" in source.read_bytes() and b"THUMBNAIL" not in target.read_bytes()
    assert tags_of(target) == tags_of(source) | {34377: rest}
    np.testing.assert_array_equal(tifffile.imread(target), pixels)


def test_negatives_are_read_and_written_with_white_as_the_largest_value(tmp_path: Path) -> None:
    stored = picture("uint16", 1)
    source = write_tiff(tmp_path / "in.tif", stored, photometric="miniswhite")
    opened = imagefile.open(source)
    np.testing.assert_array_equal(opened.pixels, 65535 - stored)
    filled = opened.pixels.copy()
    filled[HOLE] = 65535
    imagefile.save(opened.with_pixels(filled), tmp_path / "out.tif")
    expected = stored.copy()
    expected[HOLE] = 0
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif"), expected)


def test_nothing_changed_means_the_same_file(tmp_path: Path) -> None:
    source = write_tiff(tmp_path / "in.tif", picture("float32"), compression="zstd", predictor=True)
    imagefile.save(imagefile.open(source), tmp_path / "out.tif")
    assert (tmp_path / "out.tif").read_bytes() == source.read_bytes()


def test_a_file_can_be_replaced_by_its_own_result(tmp_path: Path) -> None:
    source = write_tiff(tmp_path / "in.tif", picture("uint16"), compression="lzw")
    opened = imagefile.open(source)
    filled = opened.pixels.copy()
    filled[HOLE] = 0
    imagefile.save(opened.with_pixels(filled), source, force=True)
    np.testing.assert_array_equal(imagefile.open(source).pixels, filled)


def test_a_source_that_changed_meanwhile_is_noticed(tmp_path: Path) -> None:
    source = write_tiff(tmp_path / "in.tif", picture("uint8"))
    opened = imagefile.open(source)
    write_tiff(source, picture("uint8", size=(99, 99)))
    with pytest.raises(UnreadableImage, match="changed"):
        imagefile.save(opened, tmp_path / "out.tif")
    assert [path.name for path in tmp_path.iterdir()] == ["in.tif"]


def cmyk(path: Path) -> None:
    tifffile.imwrite(path, picture("uint8", 4), photometric="separated", metadata=None)


def indexed(path: Path) -> None:
    tifffile.imwrite(path, picture("uint8", 1), photometric="palette", colormap=np.zeros((3, 256), np.uint16))


def one_bit(path: Path) -> None:
    Image.new("1", (40, 30)).save(path)


def whole_numbers_of_32_bits(path: Path) -> None:
    tifffile.imwrite(path, np.zeros((20, 30), np.uint32), metadata=None)


def doubles(path: Path) -> None:
    tifffile.imwrite(path, np.zeros((20, 30)), metadata=None)


def pages(path: Path) -> None:
    tifffile.imwrite(path, np.zeros((2, 20, 30), np.uint8), photometric="minisblack", metadata=None)


def pyramid(path: Path) -> None:
    with tifffile.TiffWriter(path) as writer:
        writer.write(picture("uint8"), photometric="rgb", subifds=1, metadata=None)
        writer.write(picture("uint8", size=(20, 20)), photometric="rgb", subfiletype=1, metadata=None)


def layers(path: Path) -> None:
    block = b"Adobe Photoshop Document Data Block\0MIB8ryaL" + bytes(40)
    write_tiff(path, picture("uint8"), extratags=[(37724, 7, len(block), block, True)])


def raw(path: Path) -> None:
    tifffile.imwrite(path, picture("uint16", 1), photometric=32803, metadata=None)


def five_channels_without_a_word_about_them(path: Path) -> None:
    tifffile.imwrite(path, picture("uint8", 5), photometric="rgb", extrasamples=["unspecified"] * 2, metadata=None)
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages.first.tags[338].overwrite(0, dtype=3)


def jpeg_inside(path: Path) -> None:
    tifffile.imwrite(path, picture("uint8", 1, (64, 64)), photometric="minisblack", compression="jpeg", metadata=None)


REFUSED = [
    cmyk, indexed, one_bit, whole_numbers_of_32_bits, doubles, pages, pyramid, layers, raw, jpeg_inside,
    five_channels_without_a_word_about_them,
]  # fmt: skip


@pytest.mark.parametrize("write", REFUSED)
def test_other_kinds_are_refused_with_a_hint(tmp_path: Path, write: Any) -> None:
    write(tmp_path / "in.tif")
    with pytest.raises(UnsupportedImage) as refusal:
        imagefile.open(tmp_path / "in.tif")
    assert refusal.value.message.endswith(".") and refusal.value.hint.endswith(".")


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_cut_file_is_refused_or_its_pixels_are_whole(tmp_path: Path, compression: str | None) -> None:
    path = write_tiff(tmp_path / "in.tif", picture("uint16", 3, (5, 6)), compression=compression, rowsperstrip=3)
    whole, pixels = path.read_bytes(), imagefile.open(path).pixels
    refused = 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            np.testing.assert_array_equal(imagefile.open(path).pixels, pixels)
        except (UnreadableImage, UnsupportedImage):
            refused += 1
    assert refused >= len(whole) - 32  # the last bytes may be a checksum, or marks of the end


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_damage_never_ends_in_another_error(tmp_path: Path, compression: str | None) -> None:
    path = write_tiff(tmp_path / "in.tif", picture("uint16", 3, (3, 4)), compression=compression)
    whole = path.read_bytes()
    for place in range(4, len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            imagefile.open(path)
        except (UnreadableImage, UnsupportedImage, TooLarge) as refusal:
            assert refusal.hint
