"""PNG files come back as they were, but for the filled pixels."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from gan_inpaint import imagefile
from gan_inpaint.errors import UnreadableImage, UnsupportedImage

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ANCILLARY = [
    (b"gAMA", struct.pack(">I", 45455)),
    (b"iCCP", b"profile\0\0" + zlib.compress(PROFILE)),
    (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
    (b"tEXt", b"Title\0A street"),
    (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"),
]


def picture(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    return np.random.default_rng(3).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path: Path, pixels: np.ndarray, *ancillary: tuple[bytes, bytes]) -> Path:
    encoded = imagecodecs.png_encode(pixels)
    path.write_bytes(encoded[:33] + b"".join(chunk(*each) for each in ancillary) + encoded[33:])
    return path


def chunks_of(path: Path) -> list[tuple[bytes, bytes]]:
    data, position, found = path.read_bytes(), 8, []
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        found.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + length]))
        position += 12 + length
    return [each for each in found if each[0] not in (b"IDAT", b"IHDR", b"IEND")]


def refill(source: Path, target: Path) -> tuple[np.ndarray, np.ndarray]:
    """Fill a rectangle of `source` into `target`; returns what was saved and what any reader sees in it."""
    photograph = imagefile.open(source)
    pixels = photograph.pixels.copy()
    pixels[3:6, 4:9] = 77
    imagefile.save(photograph.with_pixels(pixels), target)
    return pixels, imagecodecs.png_decode(target.read_bytes())


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [(), (2,), (3,), (4,)])
def test_every_depth_and_layout_comes_back(tmp_path: Path, dtype: str, channels: tuple[int, ...]) -> None:
    pixels = picture((11, 13, *channels), dtype)
    source = write_png(tmp_path / "in.png", pixels)
    np.testing.assert_array_equal(imagefile.open(source).pixels, pixels)
    saved, seen = refill(source, tmp_path / "out.png")
    assert seen.dtype == dtype
    np.testing.assert_array_equal(seen, saved)


def test_profile_texts_and_resolution_are_kept_at_16_bits(tmp_path: Path) -> None:
    source = write_png(tmp_path / "in.png", picture((11, 13, 3), "uint16"), *ANCILLARY)
    refill(source, tmp_path / "out.png")
    assert chunks_of(tmp_path / "out.png") == ANCILLARY
    with Image.open(tmp_path / "out.png") as image:
        assert image.info["icc_profile"] == PROFILE


def test_chunks_behind_the_pixels_are_kept(tmp_path: Path) -> None:
    source = write_png(tmp_path / "in.png", picture((11, 13, 3), "uint8"))
    source.write_bytes(source.read_bytes()[:-12] + chunk(b"tEXt", b"Author\0Nobody") + chunk(b"IEND", b""))
    refill(source, tmp_path / "out.png")
    assert chunks_of(tmp_path / "out.png") == [(b"tEXt", b"Author\0Nobody")]


def test_what_would_be_wrong_after_a_change_is_left_out(tmp_path: Path) -> None:
    outdated = [(b"tIME", bytes(7)), (b"caBX", b"signature of the old pixels"), (b"zzZZ", b"unsafe to copy")]
    source = write_png(tmp_path / "in.png", picture((11, 13, 3), "uint8"), *outdated, (b"zzZz", b"safe to copy"))
    refill(source, tmp_path / "out.png")
    assert chunks_of(tmp_path / "out.png") == [(b"zzZz", b"safe to copy")]


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_transparent_colour_becomes_an_alpha_channel(tmp_path: Path, dtype: str) -> None:
    pixels = picture((11, 13), dtype)
    source = write_png(tmp_path / "in.png", pixels, (b"tRNS", struct.pack(">H", int(pixels[2, 2]))))
    photograph = imagefile.open(source)
    np.testing.assert_array_equal(photograph.pixels[..., 0], pixels)
    np.testing.assert_array_equal(photograph.pixels[..., 1] == 0, pixels == pixels[2, 2])
    saved, seen = refill(source, tmp_path / "out.png")
    np.testing.assert_array_equal(seen, saved)
    assert chunks_of(tmp_path / "out.png") == []


def test_the_exif_thumbnail_goes_and_the_rest_of_exif_stays(tmp_path: Path) -> None:
    exif = exif_with_thumbnail()
    source = write_png(tmp_path / "in.png", picture((11, 13, 3), "uint8"), (b"eXIf", exif))
    assert imagefile.open(source).container.orientation == 6
    refill(source, tmp_path / "out.png")
    ((_, kept),) = chunks_of(tmp_path / "out.png")
    assert b"THUMBNAIL" in exif and b"THUMBNAIL" not in kept
    before, after = Image.Exif(), Image.Exif()
    before.load(exif)
    after.load(kept)
    assert dict(before) == dict(after) == {0x0112: 6}


def exif_with_thumbnail() -> bytes:
    main = struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 26)
    thumbnail = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, 9, 0)
    return b"II*\0" + struct.pack("<I", 8) + main + thumbnail + b"THUMBNAIL"


@pytest.mark.parametrize("mode", ["1", "P"])
def test_indexed_and_1_bit_files_are_refused(tmp_path: Path, mode: str) -> None:
    Image.fromarray(picture((11, 13), "uint8")).convert(mode).save(tmp_path / "in.png")
    with pytest.raises(UnsupportedImage) as refusal:
        imagefile.open(tmp_path / "in.png")
    assert refusal.value.hint


def test_an_animation_is_refused(tmp_path: Path) -> None:
    frames = [Image.fromarray(picture((11, 13, 3), "uint8")), Image.new("RGB", (13, 11))]
    frames[0].save(tmp_path / "in.png", save_all=True, append_images=frames[1:])
    with pytest.raises(UnsupportedImage):
        imagefile.open(tmp_path / "in.png")


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = write_png(tmp_path / "in.png", picture((11, 13, 3), "uint16"), *ANCILLARY).read_bytes()
    for length in range(len(whole)):
        (tmp_path / "in.png").write_bytes(whole[:length])
        with pytest.raises(UnreadableImage):
            imagefile.open(tmp_path / "in.png")


def test_one_wrong_byte_anywhere_is_noticed(tmp_path: Path) -> None:
    whole = write_png(tmp_path / "in.png", picture((5, 4), "uint8")).read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        (tmp_path / "in.png").write_bytes(damaged)
        with pytest.raises(UnreadableImage):
            imagefile.open(tmp_path / "in.png")
