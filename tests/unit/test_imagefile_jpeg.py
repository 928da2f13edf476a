"""JPEG files come back with the original's compression and with everything that they carry."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile
from PIL.ExifTags import IFD
from PIL.JpegImagePlugin import get_sampling
from skimage import data

from gan_inpaint import imagefile
from gan_inpaint.errors import CannotWrite, TooLarge, UnreadableImage, UnsupportedImage
from gan_inpaint.imagefile import jpeg_planes

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + bytes(70_000)  # more than one segment
XMP = b"<x:xmpmeta>a street</x:xmpmeta>"


def photograph() -> Image.Image:
    return Image.fromarray(data.astronaut()[100:261, 150:341])  # odd sizes, so that blocks are cut at the edge


def camera_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    exif.get_ifd(0x8769).update({0x927C: b"private notes of the maker", 0x9003: "2024:05:06 07:08:09"})
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 14.0)})
    return exif.tobytes()


def with_thumbnail(exif: bytes, thumbnail: bytes) -> bytes:
    """Append the directory of a thumbnail, which Pillow cannot write."""
    block = bytearray(exif.removeprefix(b"Exif\0\0"))
    assert block[:4] == b"MM\0*"
    (entries,) = struct.unpack_from(">H", block, 8)
    place = len(block)
    struct.pack_into(">I", block, 10 + 12 * entries, place)
    block += struct.pack(">HHHIIHHIII", 2, 0x0201, 4, 1, place + 30, 0x0202, 4, 1, len(thumbnail), 0) + thumbnail
    return b"Exif\0\0" + bytes(block)


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    """An image resource of Photoshop."""
    head = b"8BIM" + struct.pack(">HB", number, len(name)) + name + bytes(1 - len(name) % 2)
    return head + struct.pack(">I", len(data)) + data + bytes(len(data) % 2)


IPTC = resource(0x0404, b"\x1c\x02\x78\x00\x08A street\x1c\x02\x50\x00\x06Nobody")
OTHER = resource(0x03ED, bytes(range(16))) + resource(0x040A, b"\1", b"copyright")


def add_resources(path: Path, *parts: bytes) -> None:
    """Put image resources into a JPEG file, each into a separate segment."""
    whole, head = path.read_bytes(), b"Photoshop 3.0\0"
    segments = (struct.pack(">BBH", 0xFF, 0xED, len(head + part) + 2) + head + part for part in parts)
    path.write_bytes(whole[:2] + b"".join(segments) + whole[2:])


def refill(source: Path, target: Path) -> np.ndarray:
    opened = imagefile.open(source)
    pixels = opened.pixels.copy()
    pixels[40:60, 50:80] = 128
    imagefile.save(opened.with_pixels(pixels), target)
    return pixels


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("quality", [50, 95])
def test_the_compression_is_the_originals(
    tmp_path: Path, mode: str, subsampling: int, progressive: bool, quality: int
) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    options = {"quality": quality, "subsampling": subsampling, "progressive": progressive}
    photograph().convert(mode).save(source, **options)
    refill(source, target)
    with Image.open(source) as before, Image.open(target) as after:
        assert after.quantization == before.quantization
        assert get_sampling(after) == get_sampling(before)
        assert after.info.get("progressive") == before.info.get("progressive")
        assert (after.mode, after.size) == (before.mode, before.size)


def test_pixels_outside_the_mask_stay_within_the_rounding_of_the_compression(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source, quality=92, subsampling=0)
    pixels = refill(source, target)
    with Image.open(target) as image:
        difference = np.abs(np.asarray(image).astype(int) - pixels)
    difference[32:72, 48:88] = 0  # the blocks that hold a filled pixel
    assert difference.max() <= 6
    assert difference.mean() < 0.1


def test_saved_as_png_nothing_but_the_fill_changes(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.png"
    exif = camera_exif()
    photograph().save(source, quality=60, exif=exif, icc_profile=PROFILE, xmp=XMP, dpi=(300, 300))
    pixels = refill(source, target)
    with Image.open(target) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)
        assert image.info["icc_profile"] == PROFILE
        assert image.info["xmp"] == XMP
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.02)
        assert image.info["exif"] == exif


@pytest.mark.parametrize(("comment", "text"), [("for “a street”".encode(), "for “a street”"), (b"caf\xe9\0", "café")])
def test_saved_as_png_comment_and_iptc_are_kept(tmp_path: Path, comment: bytes, text: str) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.png"
    photograph().save(source, comment=comment)
    add_resources(source, OTHER + IPTC)
    refill(source, target)
    with Image.open(target) as image:
        assert image.info["Comment"] == text
        _, kind, length, *lines = image.info["Raw profile type iptc"].split("\n")
    assert (kind, int(length)) == ("iptc", len(IPTC))
    assert bytes.fromhex("".join(lines)) == IPTC


def test_exif_xmp_profile_comment_and_resolution_are_kept(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    carried = {"exif": camera_exif(), "icc_profile": PROFILE, "xmp": XMP, "comment": b"by nobody", "dpi": (240, 240)}
    photograph().save(source, **carried)
    refill(source, target)
    with Image.open(source) as before, Image.open(target) as after:
        assert after.info == before.info
        assert after.applist == before.applist


def test_the_thumbnail_that_shows_the_old_picture_goes(tmp_path: Path) -> None:
    thumbnail = io.BytesIO()
    photograph().resize((16, 16)).save(thumbnail, "JPEG")
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source, exif=with_thumbnail(camera_exif(), thumbnail.getvalue()))
    refill(source, target)
    assert thumbnail.getvalue() in source.read_bytes()
    assert thumbnail.getvalue()[-60:] not in target.read_bytes()
    with Image.open(source) as before, Image.open(target) as after:
        for directory in (0x8769, 0x8825):
            assert after.getexif().get_ifd(directory) == before.getexif().get_ifd(directory)
        assert dict(after.getexif()) == dict(before.getexif())
        assert before.getexif().get_ifd(IFD.IFD1) and not after.getexif().get_ifd(IFD.IFD1)


@pytest.mark.parametrize("number", [0x0409, 0x040C])
@pytest.mark.parametrize("cut", [None, 20, 300])
def test_photoshops_thumbnail_goes_and_its_other_resources_stay(tmp_path: Path, number: int, cut: int | None) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    thumbnail = np.random.default_rng(4).bytes(1001)
    photograph().save(source)
    resources = OTHER + resource(number, thumbnail, b"odd") + IPTC
    add_resources(source, *([resources] if cut is None else [resources[:cut], resources[cut:]]))
    refill(source, target)
    saved = target.read_bytes()
    assert all(thumbnail[start : start + 8] not in saved for start in range(0, 993, 8))
    with Image.open(target) as after:
        parts = [data.removeprefix(b"Photoshop 3.0\0") for name, data in after.applist if name == "APP13"]
    assert b"".join(parts) == OTHER + IPTC


def test_the_thumbnail_in_the_header_of_jfif_goes_and_its_resolution_stays(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source, dpi=(300, 300))
    whole, thumbnail = source.read_bytes(), np.random.default_rng(4).bytes(3 * 20 * 15)
    header = b"\xff\xe0" + struct.pack(">H", 16 + len(thumbnail)) + whole[6:18] + bytes((20, 15)) + thumbnail
    source.write_bytes(whole[:2] + header + whole[20:])
    refill(source, target)
    assert all(thumbnail[start : start + 8] not in target.read_bytes() for start in range(0, 892, 8))
    with Image.open(target) as after:
        assert after.info["dpi"] == (300, 300)


def test_resources_without_a_thumbnail_stay_as_they_are_damaged_ones_too(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().resize((80, 70)).save(source)
    plain, whole = source.read_bytes(), OTHER + IPTC
    for length in range(len(whole) + 1):
        source.write_bytes(plain)
        add_resources(source, whole[:length])
        imagefile.save(imagefile.open(source), target, force=True)
        added = source.read_bytes()[2 : len(source.read_bytes()) - len(plain) + 2]
        assert added in target.read_bytes()


def test_segments_about_the_old_pixels_or_further_pictures_go(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source)
    whole = source.read_bytes()
    outdated = b"\xff\xe2\x00\x08MPF\0II" + b"\xff\xeb\x00\x06JP\0\1"
    kept = b"\xff\xed\x00\x10Photoshop 3.0\0"
    source.write_bytes(whole[:2] + outdated + kept + whole[2:] + b"a second picture")
    refill(source, target)
    saved = target.read_bytes()
    assert kept in saved
    assert b"MPF" not in saved and b"\xff\xeb" not in saved[:200] and b"second" not in saved


def test_colours_stored_as_rgb_stay_so(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source, keep_rgb=True)
    refill(source, target)
    with Image.open(target) as image:
        assert image.info["adobe_transform"] == 0
        assert [layer[0] for layer in image.layer] == [ord(letter) for letter in "RGB"]


def test_a_cameras_file_without_jfif_header_keeps_its_colours(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source, quality=95, subsampling=0, exif=camera_exif())
    whole = source.read_bytes()
    assert whole[2:4] == b"\xff\xe0"
    source.write_bytes(whole[:2] + whole[20:])
    pixels = refill(source, target)
    assert b"JFIF" not in target.read_bytes()
    with Image.open(target) as image:
        assert np.abs(np.asarray(image).astype(int) - pixels)[:32].max() <= 6


JFIF, ADOBE = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"


@pytest.mark.parametrize("ids", [b"\1\2\3", b"RGB", b"\0\1\2", b"rgb"])
@pytest.mark.parametrize("adobe", [None, 0, 1, 7])
@pytest.mark.parametrize("jfif", [b"", JFIF, JFIF[:2] + b"\0\x09JFIF\0\1\1"])
@pytest.mark.parametrize("adobe_first", [False, True])
def test_the_colour_space_is_what_libjpeg_makes_of_it(
    tmp_path: Path, ids: bytes, adobe: int | None, jfif: bytes, adobe_first: bool
) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source, quality=95, subsampling=0)
    whole = source.read_bytes()[20:]
    frame = whole.index(b"\xff\xc0") + 10
    scan = whole.index(b"\xff\xda") + 5
    whole = bytearray(whole)
    for number in range(3):
        whole[frame + 3 * number] = whole[scan + 2 * number] = ids[number]
    marks = [jfif, b"" if adobe is None else ADOBE + bytes([adobe])]
    source.write_bytes(b"\xff\xd8" + b"".join(reversed(marks) if adobe_first else marks) + whole)
    decoded = np.asarray(Image.open(source))
    np.testing.assert_array_equal(decoded, cv2.imread(str(source), cv2.IMREAD_COLOR_RGB))
    np.testing.assert_array_equal(imagefile.open(source).pixels, decoded)
    pixels = refill(source, target)
    for after in (np.asarray(Image.open(target)), cv2.imread(str(target), cv2.IMREAD_COLOR_RGB)):
        assert np.abs(after.astype(int) - pixels)[:32].max() <= 8


def frame_of(path: Path) -> bytes:
    """The frame header's components: id, sampling factors, table."""
    whole, position = path.read_bytes(), 2
    while whole[position + 1] not in (0xC0, 0xC1, 0xC2):
        position += 2 + int.from_bytes(whole[position + 2 : position + 4])
    return whole[position + 10 : position + 2 + int.from_bytes(whole[position + 2 : position + 4])]


@pytest.mark.parametrize("subsampling", ["440", "411", "441", "444", "422", "420"])
@pytest.mark.parametrize("level", [60, 95])
def test_every_subsampling_stays(tmp_path: Path, subsampling: str, level: int) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    pixels = np.asarray(photograph())
    try:
        source.write_bytes(imagecodecs.jpeg8_encode(pixels, level=level, subsampling=subsampling))
    except ValueError:
        pytest.skip("this libjpeg does not write it")
    filled = refill(source, target)
    assert frame_of(target)[1::3] == frame_of(source)[1::3]
    with Image.open(source) as before, Image.open(target) as after:
        assert after.quantization == before.quantization
    for read in (cv2.imread(str(target), cv2.IMREAD_COLOR_RGB), np.asarray(Image.open(target))):
        moved = np.abs(read.astype(int) - filled)
        moved[32:72, 40:90] = 0
        assert moved.mean() < 0.6


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("factors", [((1, 2), (1, 1), (1, 1)), ((4, 1), (1, 1), (1, 1)), ((2, 2), (2, 1), (1, 2))])
@pytest.mark.parametrize("size", [(161, 191), (8, 8), (1, 1), (17, 3)])
def test_components_of_any_size_make_one_picture(
    progressive: bool, factors: jpeg_planes.Factors, size: tuple[int, int]
) -> None:
    pixels = np.asarray(photograph().resize(size[::-1]))
    encoded = jpeg_planes.encode(pixels, [[1] * 64], factors, progressive)
    read = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    np.testing.assert_array_equal(read, np.asarray(Image.open(io.BytesIO(encoded))))
    assert read.shape == pixels.shape
    luma = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(int) for each in (read, pixels)]
    assert np.abs(luma[0] - luma[1]).mean() < 2


@pytest.mark.parametrize("stray", [b"\0", b"junk", b"\xff\x00", b"\xff\xff\xff", b"\xff\xd0", b"\xff\x01"])
def test_stray_bytes_between_segments_are_skipped_as_libjpeg_skips_them(tmp_path: Path, stray: bytes) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    photograph().save(source, quality=95, subsampling=0)
    whole = source.read_bytes()
    source.write_bytes(whole[:20] + stray + whole[20:])
    np.testing.assert_array_equal(imagefile.open(source).pixels, cv2.imread(str(source), cv2.IMREAD_COLOR_RGB))
    refill(source, target)
    assert b"JFIF" in target.read_bytes()


def test_three_quantisation_tables_stay_three(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jpg", tmp_path / "out.jpg"
    tables = [[base + step for step in range(64)] for base in (2, 3, 4)]
    photograph().save(source, qtables=tables)
    refill(source, target)
    with Image.open(source) as before, Image.open(target) as after:
        assert len(before.quantization) == 3
        assert after.quantization == before.quantization
        assert after.layer == before.layer


def test_noise_at_the_best_quality_can_be_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
    with monkeypatch.context() as patch:
        patch.setattr(ImageFile, "MAXBLOCK", 4 * noise.nbytes)
        Image.fromarray(noise).save(tmp_path / "in.jpg", quality=100, subsampling=0, progressive=True)
    refill(tmp_path / "in.jpg", tmp_path / "out.jpg")


def test_cmyk_is_refused(tmp_path: Path) -> None:
    photograph().convert("CMYK").save(tmp_path / "in.jpg")
    with pytest.raises(UnsupportedImage, match="CMYK"):
        imagefile.open(tmp_path / "in.jpg")


def test_another_format_is_refused_before_the_work(tmp_path: Path) -> None:
    photograph().save(tmp_path / "in.jpg")
    opened = imagefile.open(tmp_path / "in.jpg")
    with pytest.raises(CannotWrite) as refusal:
        imagefile.check_target(opened, tmp_path / "out.tif")
    assert ".jpg" in refusal.value.hint and ".png" in refusal.value.hint


@pytest.mark.parametrize("progressive", [False, True])
def test_a_cut_file_is_refused_or_its_pixels_are_whole(tmp_path: Path, progressive: bool) -> None:
    path = tmp_path / "in.jpg"
    photograph().resize((33, 25)).save(path, exif=camera_exif(), progressive=progressive)
    whole, pixels = path.read_bytes(), imagefile.open(path).pixels
    refused = 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            np.testing.assert_array_equal(imagefile.open(path).pixels, pixels)
        except UnreadableImage:
            refused += 1
    assert refused >= len(whole) - 8  # the marker of the end adds nothing


def test_damaged_segments_never_end_in_another_error(tmp_path: Path) -> None:
    path = tmp_path / "in.jpg"
    photograph().resize((17, 9)).save(path, exif=camera_exif(), icc_profile=PROFILE[:300])
    whole = path.read_bytes()
    for place in range(2, len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            imagefile.open(path)
        except (UnreadableImage, UnsupportedImage, TooLarge) as refusal:
            assert refusal.hint
