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
from gan_inpaint.errors import CannotWrite, UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile.mask import save_masks

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


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((3000, 1), "uint8"), ((3000, 4), "uint8"), ((3000, 1), "uint16"), ((3000, 2), "uint16"), ((3000, 1, 3), "uint8")],
)
def test_narrow_and_tall_noise_can_be_saved(tmp_path: Path, shape: tuple[int, ...], dtype: str) -> None:
    pixels = picture(shape, dtype)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    imagefile.save(imagefile.open(tmp_path / "in.png"), tmp_path / "out.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out.png")), pixels)


def test_more_rows_than_png_can_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="1 × 1000001 pixels") as refusal:
        save_masks([np.zeros((1_000_001, 1), np.uint8)], [1], tmp_path / "mask.png")
    assert refusal.value.hint
    assert list(tmp_path.iterdir()) == []


def write_interlaced(path: Path, pixels: np.ndarray) -> Path:
    """Adam7, unfiltered, as no library at hand writes it."""
    lines = b""
    for left, top, step_x, step_y in (
        *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
        *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
    ):
        for row in pixels[top::step_y, left::step_x]:
            lines += b"\0" + row.astype(pixels.dtype.newbyteorder(">")).tobytes() if row.size else b""
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[pixels.shape[2] if pixels.ndim == 3 else 1]
    header = struct.pack(">IIBBBBB", *pixels.shape[1::-1], pixels.itemsize * 8, colour, 0, 0, 1)
    chunks = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(lines)), chunk(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    return path


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("shape", [(1, 1), (11, 13, 2), (9, 17, 3), (4, 3, 4), (1, 9), (9, 1, 3)])
def test_interlaced_files_are_read_without_a_word(
    tmp_path: Path, dtype: str, shape: tuple[int, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    pixels = picture(shape, dtype)
    source = write_interlaced(tmp_path / "in.png", pixels)
    if dtype == "uint8":
        np.testing.assert_array_equal(np.asarray(Image.open(source)), pixels)
    np.testing.assert_array_equal(imagefile.open(source).pixels, pixels)
    assert capfd.readouterr() == ("", "")


def test_a_cut_interlaced_stream_is_refused(tmp_path: Path) -> None:
    source = write_interlaced(tmp_path / "in.png", picture((5, 6, 3), "uint8"))
    whole = source.read_bytes()
    stream = whole[41:-16]
    for length in range(len(stream)):
        source.write_bytes(whole[:33] + chunk(b"IDAT", stream[:length]) + chunk(b"IEND", b""))
        if length < len(stream) - 4:  # the last four bytes are a check sum
            with pytest.raises(UnreadableImage):
                imagefile.open(source)


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


@pytest.mark.parametrize(
    ("channels", "transparent", "before", "after"),
    [
        ((3,), (7, 7, 7), (5, 6, 5), (5, 6, 5, 8)),
        ((), (7,), (5,), (5, 8)),
        ((3,), None, (5, 6, 5), (5, 6, 5)),
        ((4,), None, (5, 6, 5, 1), (5, 6, 5, 1)),
    ],
)
def test_the_significant_bits_are_those_of_every_channel(
    tmp_path: Path,
    channels: tuple[int, ...],
    transparent: tuple[int, ...] | None,
    before: tuple[int, ...],
    after: tuple[int, ...],
) -> None:
    ancillary = [(b"sBIT", bytes(before))]
    if transparent:
        ancillary.append((b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)))
    source = write_png(tmp_path / "in.png", picture((11, 13, *channels), "uint8"), *ancillary)
    refill(source, tmp_path / "out.png")
    assert chunks_of(tmp_path / "out.png") == [(b"sBIT", bytes(after))]


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
