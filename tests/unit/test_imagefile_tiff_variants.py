"""TIFFs that no textbook knows are read and saved as libtiff reads them: OpenCV's is the independent decoder."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.unit import tiffs

from gan_inpaint import imagefile
from gan_inpaint.errors import UnreadableImage, UnsupportedImage

HOLE = (slice(20, 30), slice(40, 50))


def picture(dtype: str, channels: int, seed: int = 2) -> np.ndarray:
    noise = np.random.default_rng(seed).random((67, 75, channels))
    return (noise * (np.iinfo(dtype).max if dtype.startswith("u") else 1)).astype(dtype)


def by_libtiff(path: Path) -> np.ndarray:
    """(H, W, C) as OpenCV reads it, in the order of the file."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    return pixels[..., [2, 1, 0, 3][: pixels.shape[2]]] if pixels.shape[2] >= 3 else pixels


def refill(source: Path, target: Path) -> np.ndarray:
    """Save with a filled hole; (H, W, C) of what should be in the file."""
    opened = imagefile.open(source)
    pixels = opened.pixels.copy()
    pixels[HOLE] = 1
    imagefile.save(opened.with_pixels(pixels), target, force=True)
    return pixels.reshape(*pixels.shape[:2], -1)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    compression=st.sampled_from([1, 5, 8, 32773]),
    predictor=st.sampled_from([1, 2, 3]),
    dtype=st.sampled_from(["uint8", "uint16", "float32"]),
    channels=st.sampled_from([1, 3]),
    order=st.sampled_from("<>"),
    fill_order=st.sampled_from([1, 2]),
    tile=st.sampled_from([0, 16, 32]),
    rows=st.sampled_from([1, 7, 67]),
)
def test_every_combination_is_what_libtiff_makes_of_it(
    tmp_path: Path, compression: int, predictor: int, dtype: str, channels: int, **layout: Any
) -> None:
    if predictor == 3 and dtype != "float32" and compression in (5, 8):
        return  # which libtiff refuses
    if layout["fill_order"] == 2 and layout["tile"]:
        return  # which OpenCV does not read
    pixels = picture(dtype, channels)
    source = tiffs.write(tmp_path / "in.tif", pixels, compression=compression, predictor=predictor, **layout)
    opened = imagefile.open(source).pixels.reshape(pixels.shape)
    np.testing.assert_array_equal(opened, by_libtiff(source))
    np.testing.assert_array_equal(opened, pixels)
    saved = refill(source, tmp_path / "out.tif")
    np.testing.assert_array_equal(by_libtiff(tmp_path / "out.tif"), saved)
    before, after = (
        {
            tag.code: tag.value
            for tag in tifffile.TiffFile(path).pages.first.tags
            if tag.code not in (273, 279, 324, 325)
        }
        for path in (source, tmp_path / "out.tif")
    )
    assert before == after


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("compression", [1, 5, 32773])
@pytest.mark.parametrize(("extra", "shown"), [([0], 3), ([1], 4), ([2], 4), ([0, 2], 4), ([2, 0], 4), ([0, 0], 3)])
def test_only_alpha_is_transparency_and_other_channels_come_back_untouched(
    tmp_path: Path, dtype: str, compression: int, extra: list[int], shown: int
) -> None:
    pixels = picture(dtype, 3 + len(extra))
    source = tiffs.write(tmp_path / "in.tif", pixels, compression=compression, change={338: (3, extra)})
    channels = [0, 1, 2, *[3 + at for at, kind in enumerate(extra) if kind][:1]]
    assert len(channels) == shown
    np.testing.assert_array_equal(imagefile.open(source).pixels, pixels[..., channels])
    saved = refill(source, tmp_path / "out.tif")
    after = tifffile.imread(tmp_path / "out.tif")
    others = [each for each in range(pixels.shape[2]) if each not in channels]
    np.testing.assert_array_equal(after[..., channels], saved)
    np.testing.assert_array_equal(after[..., others], pixels[..., others])


def test_a_fourth_channel_that_nothing_describes_is_not_transparency(tmp_path: Path) -> None:
    pixels = picture("uint8", 4)
    source = tiffs.write(tmp_path / "in.tif", pixels, without=(338,))
    assert imagefile.open(source).pixels.shape == (67, 75, 3)
    refill(source, tmp_path / "out.tif")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif")[..., 3], pixels[..., 3])


PLAIN = 67 * 75 * 3
ODD_TAGS: dict[str, dict[str, Any]] = {
    "no RowsPerStrip": {"rows": 67, "without": (278,)},
    "no StripByteCounts": {"rows": 67, "without": (279,)},
    "StripByteCounts of 0": {"rows": 67, "change": {279: (4, 0)}},
    "too long StripByteCounts": {"rows": 67, "change": {279: (4, PLAIN + 5000)}},
    "too short StripByteCounts": {"rows": 67, "change": {279: (4, PLAIN - 100)}},
    "one strip too many": {"rows": 67, "change": {273: (4, [8, 8]), 279: (4, [PLAIN, 0])}},
    "one BitsPerSample for all": {"change": {258: (3, 8)}},
    "RowsPerStrip of 2³²-1": {"rows": 67, "change": {278: (4, 2**32 - 1)}},
    "Orientation 0": {"change": {274: (3, 0)}},
    "no Compression": {"without": (259,)},
}


@pytest.mark.parametrize("oddity", ODD_TAGS)
def test_wrong_tags_are_corrected_as_libtiff_corrects_them(tmp_path: Path, oddity: str) -> None:
    pixels = picture("uint8", 3)
    source = tiffs.write(tmp_path / "in.tif", pixels, **ODD_TAGS[oddity])
    np.testing.assert_array_equal(by_libtiff(source), pixels)
    np.testing.assert_array_equal(imagefile.open(source).pixels, pixels)
    saved = refill(source, tmp_path / "out.tif")
    np.testing.assert_array_equal(by_libtiff(tmp_path / "out.tif"), saved)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out.tif")), saved)


@pytest.mark.parametrize("compression", [5, 8])
def test_a_compressed_strip_without_a_size_is_the_rest_of_the_file(tmp_path: Path, compression: int) -> None:
    pixels = picture("uint8", 3)
    source = tiffs.write(tmp_path / "in.tif", pixels, compression=compression, rows=67, change={279: (4, 0)})
    np.testing.assert_array_equal(by_libtiff(source), pixels)
    np.testing.assert_array_equal(imagefile.open(source).pixels, pixels)
    saved = refill(source, tmp_path / "out.tif")
    np.testing.assert_array_equal(by_libtiff(tmp_path / "out.tif"), saved)


@pytest.mark.parametrize("compression", [5, 8, 32773])
@pytest.mark.parametrize("fill_order", [1, 2])
def test_a_compressed_strip_whose_size_reaches_behind_the_file_is_read_if_all_of_it_is_there(
    tmp_path: Path, compression: int, fill_order: int
) -> None:
    pixels, source = picture("uint8", 3), tmp_path / "in.tif"
    tiffs.write(source, pixels, compression=compression, fill_order=fill_order, change={279: (4, [10**6] * 5)})
    np.testing.assert_array_equal(imagefile.open(source).pixels, pixels)
    saved = refill(source, tmp_path / "out.tif")
    np.testing.assert_array_equal(imagefile.open(tmp_path / "out.tif").pixels, saved)


@pytest.mark.parametrize("compression", [5, 8, 32773])
def test_a_compressed_strip_that_ends_with_the_file_too_early_is_still_damage(tmp_path: Path, compression: int) -> None:
    source = tmp_path / "in.tif"
    tiffs.write(source, picture("uint8", 3), compression=compression, rows=67)
    with tifffile.TiffFile(source, mode="r+") as file:
        page, size = file.pages.first, file.filehandle.size
        file.filehandle.seek(0)
        strip = file.filehandle.read(size)[8 : 8 + page.databytecounts[0]]
        page.tags[273].overwrite([size])
    source.write_bytes(source.read_bytes() + strip[: len(strip) * 2 // 3])
    with pytest.raises(UnreadableImage, match="damaged or incomplete"):
        imagefile.open(source)


def write_sparse(path: Path, pixels: np.ndarray, compression: int, missing: set[int]) -> np.ndarray:
    """Write tiles of 32 × 32 pixels without those that are `missing`, as GDAL does; the pixels that remain."""
    tiffs.write(path, pixels, compression=compression, tile=32)
    left = pixels.copy()
    with tifffile.TiffFile(path, mode="r+") as file:
        page = file.pages.first
        for code in (324, 325):
            values = [0 if number in missing else value for number, value in enumerate(page.tags[code].value)]
            page.tags[code].overwrite(values)
    for number in missing:
        row, column = divmod(number, 3)
        left[32 * row : 32 * row + 32, 32 * column : 32 * column + 32] = 0
    return left


@pytest.mark.parametrize("compression", [1, 5])
@pytest.mark.parametrize("missing", [{8}, {0, 1, 2}, {1}])
def test_tiles_that_are_not_stored_are_black_and_stay_so_until_they_are_filled(
    tmp_path: Path, compression: int, missing: set[int]
) -> None:
    pixels = write_sparse(tmp_path / "in.tif", picture("uint8", 3), compression, missing)
    np.testing.assert_array_equal(imagefile.open(tmp_path / "in.tif").pixels, pixels)
    saved = refill(tmp_path / "in.tif", tmp_path / "out.tif")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif"), saved)
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        unstored = {number for number, count in enumerate(file.pages.first.databytecounts) if not count}
    assert unstored == missing - {1}  # the hole is in tile 1


def thumbnail_of(pixels: np.ndarray) -> bytes:
    jpeg = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[::4, ::4])).save(jpeg, "JPEG")
    return jpeg.getvalue()


def test_a_thumbnail_directory_as_in_exif_is_no_page_and_its_picture_goes(tmp_path: Path) -> None:
    pixels, source = picture("uint8", 3), tmp_path / "in.tif"
    thumbnail = thumbnail_of(pixels)
    tiffs.write(source, pixels)
    data = bytearray(source.read_bytes())
    with tifffile.TiffFile(source) as file:
        link = file.pages.first.offset + 2 + 12 * len(file.pages.first.tags)
    data += bytes(len(data) % 2)
    at = len(data)
    data += thumbnail + bytes(len(thumbnail) % 2)
    data[link : link + 4] = len(data).to_bytes(4, "little")
    for code, kind, value in ((259, 3, 6), (513, 4, at), (514, 4, len(thumbnail))):
        data += (
            code.to_bytes(2, "little")
            + kind.to_bytes(2, "little")
            + (1).to_bytes(4, "little")
            + value.to_bytes(4, "little")
        )
    data[len(data) - 36 : len(data) - 36] = (3).to_bytes(2, "little")
    source.write_bytes(bytes(data) + bytes(4))
    assert imagefile.pages(source) == 1
    saved = refill(source, tmp_path / "out.tif")
    np.testing.assert_array_equal(by_libtiff(tmp_path / "out.tif"), saved)
    assert thumbnail in source.read_bytes() and thumbnail not in (tmp_path / "out.tif").read_bytes()
    assert len(tifffile.TiffFile(tmp_path / "out.tif").pages) == 1


@pytest.mark.parametrize("count", [10**4, 10**9])
def test_a_thumbnail_with_wrong_sizes_takes_nothing_else_with_it(tmp_path: Path, count: int) -> None:
    pixels = picture("uint8", 3)
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        writer.write(np.ascontiguousarray(pixels[::4, ::4]), photometric="rgb", metadata=None, subfiletype=1)
        writer.write(pixels, photometric="rgb", metadata=None)
    with tifffile.TiffFile(tmp_path / "in.tif", mode="r+") as file:
        file.pages.first.tags[279].overwrite([count], dtype=4)
    saved = refill(tmp_path / "in.tif", tmp_path / "out.tif")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif"), saved)


@pytest.mark.parametrize("bigtiff", [False, True])
def test_a_preview_that_comes_first_is_no_page_and_goes(tmp_path: Path, bigtiff: bool) -> None:
    pixels = picture("uint8", 3)
    preview = np.ascontiguousarray(pixels[::4, ::4])
    with tifffile.TiffWriter(tmp_path / "in.tif", bigtiff=bigtiff) as writer:
        writer.write(preview, photometric="rgb", metadata=None, subfiletype=1)
        writer.write(pixels, photometric="rgb", metadata=None)
    np.testing.assert_array_equal(imagefile.open(tmp_path / "in.tif").pixels, pixels)
    saved = refill(tmp_path / "in.tif", tmp_path / "out.tif")
    assert preview.tobytes() not in (tmp_path / "out.tif").read_bytes()
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert len(file.pages) == 1
        np.testing.assert_array_equal(file.asarray(), saved)


@pytest.mark.parametrize("mark", [{"subfiletype": 1}, {"subfiletype": 3}, {"extratags": [(255, 3, 1, 2, True)]}])
@pytest.mark.parametrize("size", [(67, 75), (67, 76), (90, 20)])
def test_what_is_not_smaller_than_the_picture_is_a_page_whatever_its_mark(
    tmp_path: Path, mark: dict[str, Any], size: tuple[int, int]
) -> None:
    first, second = picture("uint8", 3), np.resize(picture("uint8", 3, 5), (*size, 3))
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        writer.write(first, photometric="rgb", metadata=None)
        writer.write(second, photometric="rgb", metadata=None, **mark)
    assert imagefile.pages(tmp_path / "in.tif") == 2
    imagefile.edit(tmp_path / "in.tif", tmp_path / "out.tif", lambda scan, page: None if page else scan.pixels // 2)
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        np.testing.assert_array_equal(file.pages[0].asarray(), first // 2)
        np.testing.assert_array_equal(file.pages[1].asarray(), second)


def test_a_mask_of_transparency_is_no_page_and_stays(tmp_path: Path) -> None:
    """As the infrared exposures of film scanners are marked."""
    pixels, infrared = picture("uint16", 3), picture("uint16", 1)[..., 0]
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        writer.write(pixels, photometric="rgb", metadata=None)
        writer.write(infrared, photometric="minisblack", metadata=None, subfiletype=2)
    with tifffile.TiffFile(tmp_path / "in.tif", mode="r+") as file:
        file.pages[1].tags[254].overwrite(4)
    saved = refill(tmp_path / "in.tif", tmp_path / "out.tif")
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        np.testing.assert_array_equal(file.pages[0].asarray(), saved)
        np.testing.assert_array_equal(file.pages[1].asarray(), infrared)


@pytest.mark.parametrize("compression", [None, "lzw"])
def test_an_infrared_exposure_that_nothing_marks_is_no_page_and_stays(tmp_path: Path, compression: str | None) -> None:
    """As some scanners' programs write it: 16-bit gray of the picture's size, behind the picture."""
    pixels, infrared = picture("uint16", 3), picture("uint16", 1)[..., 0]
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        writer.write(pixels, photometric="rgb", metadata=None, compression=compression)
        writer.write(infrared, photometric="minisblack", metadata=None, compression=compression)
    assert imagefile.pages(tmp_path / "in.tif") == 1
    saved = refill(tmp_path / "in.tif", tmp_path / "out.tif")
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        np.testing.assert_array_equal(file.pages[0].asarray(), saved)
        np.testing.assert_array_equal(file.pages[1].asarray(), infrared)


@pytest.mark.parametrize("change", ["8 bits", "another size", "colour", "a third page", "gray first"])
def test_two_pictures_in_a_file_are_two_pages(tmp_path: Path, change: str) -> None:
    dtype = "uint8" if change == "8 bits" else "uint16"
    colour, gray = picture(dtype, 3), picture(dtype, 1)[..., 0]
    pages = {
        "8 bits": [colour, gray],
        "another size": [colour, gray[:50]],
        "colour": [colour, colour],
        "a third page": [colour, gray, colour],
        "gray first": [gray, colour],
    }[change]
    with tifffile.TiffWriter(tmp_path / "in.tif") as writer:
        for page in pages:
            writer.write(page, photometric="rgb" if page.ndim == 3 else "minisblack", metadata=None)
    assert imagefile.pages(tmp_path / "in.tif") == len(pages)


@pytest.mark.parametrize(
    ("pixels", "options", "sentence"),
    [
        (picture("uint16", 1)[..., 0].astype("int16"), {}, "signed whole numbers of 16 bits a channel"),
        (picture("uint16", 1)[..., 0].astype("uint32"), {}, "whole numbers of 32 bits a channel"),
        (picture("uint8", 3), {"compression": "jpeg"}, "compressed as JPEG, so that no pixel would come back"),
        (picture("uint8", 3), {"compression": "webp"}, "compressed as WebP, so that no pixel would come back"),
        (picture("uint8", 3), {"compression": "jpegxl"}, "compressed as JPEG XL, so"),
        (picture("uint8", 3), {"compression": "jpeg2000"}, "compressed as JPEG 2000, so"),
    ],
)
def test_a_tiff_that_is_not_worked_on_is_refused_with_its_reason(
    tmp_path: Path, pixels: np.ndarray, options: dict[str, Any], sentence: str
) -> None:
    photometric = "rgb" if pixels.ndim == 3 else "minisblack"
    tifffile.imwrite(tmp_path / "in.tif", pixels, photometric=photometric, metadata=None, **options)
    with pytest.raises(UnsupportedImage, match=sentence) as refusal:
        imagefile.open(tmp_path / "in.tif")
    assert refusal.value.hint.startswith("Save it with")


def test_a_strip_that_is_really_cut_is_still_damage(tmp_path: Path) -> None:
    for compression in (1, 5, 8, 32773):
        source = tiffs.write(tmp_path / "in.tif", picture("uint8", 3), compression=compression, rows=67)
        with tifffile.TiffFile(source, mode="r+") as file:
            page = file.pages.first
            page.tags[273].overwrite([file.filehandle.size - 50])
            page.tags[279].overwrite([PLAIN])
        with pytest.raises(UnreadableImage):
            imagefile.open(source)
