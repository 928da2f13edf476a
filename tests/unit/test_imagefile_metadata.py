"""Orientation and thumbnails are found wherever programs put them, and what is unknown comes back."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from skimage import data

from gan_inpaint import imagefile
from gan_inpaint.imagefile import xmp

PIXELS = data.astronaut()[100:180, 150:270]


def jpeg(pixels: np.ndarray) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=60)
    return encoded.getvalue()


THUMBNAIL = jpeg(np.ascontiguousarray(PIXELS[::3, ::3]))


def exif(orientation: int = 3) -> bytes:
    """An EXIF block with an orientation, and a thumbnail."""
    main = struct.pack("<HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 26)
    second = struct.pack("<HHHIIHHIII", 2, 0x201, 4, 1, 56, 0x202, 4, 1, len(THUMBNAIL), 0)
    return b"II*\0" + struct.pack("<I", 8) + main + second + THUMBNAIL


def packet(form: str, orientation: int = 3) -> str:
    image = base64.b64encode(THUMBNAIL).decode()
    prefix = "xap" if form == "old names" else "xmp"
    described = {
        "attribute": f'<rdf:Description tiff:Orientation="{orientation}" xmp:Rating="5">',
        "element": f'<rdf:Description xmp:Rating="5"><tiff:Orientation>{orientation}</tiff:Orientation>',
    }.get(form, f"<rdf:Description tiff:Orientation='{orientation}' xmp:Rating='5'>")
    thumbnails = (
        f"<{prefix}:Thumbnails><rdf:Alt><rdf:li rdf:parseType='Resource'>"
        f"<{prefix}GImg:image>{image}</{prefix}GImg:image></rdf:li></rdf:Alt></{prefix}:Thumbnails>"
    )
    return (
        f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>{described}{thumbnails}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def raw(kind: str, profile: bytes) -> bytes:
    digits = profile.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return f"\n{kind}\n{len(profile):8}\n{lines}\n".encode()


HEADED = b"Exif\0\0" + exif()
KEY = b"Raw profile type "
XMP = packet("attribute").encode()
CHUNKS: dict[str, bytes] = {
    "eXIf": chunk(b"eXIf", exif()),
    "eXIf with a header": chunk(b"eXIf", HEADED),
    "zTXt exif": chunk(b"zTXt", KEY + b"exif\0\0" + zlib.compress(raw("exif", HEADED))),
    "tEXt exif": chunk(b"tEXt", KEY + b"exif\0" + raw("exif", HEADED)),
    "iTXt exif": chunk(b"iTXt", KEY + b"exif\0\1\0\0\0" + zlib.compress(raw("exif", HEADED))),
    "zTXt exif without a header": chunk(b"zTXt", KEY + b"exif\0\0" + zlib.compress(raw("exif", exif()))),
    "zTXt APP1": chunk(b"zTXt", KEY + b"APP1\0\0" + zlib.compress(raw("app1", HEADED))),
    "iTXt XMP": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    "compressed iTXt XMP": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP)),
    "zTXt xmp": chunk(b"zTXt", KEY + b"xmp\0\0" + zlib.compress(raw("xmp", XMP))),
    "zTXt APP1 with XMP": chunk(
        b"zTXt", KEY + b"APP1\0\0" + zlib.compress(raw("app1", b"http://ns.adobe.com/xap/1.0/\0" + XMP))
    ),
}


def write_png(path: Path, *chunks: bytes, behind: bytes = b"") -> Path:
    encoded = io.BytesIO()
    Image.fromarray(PIXELS).save(encoded, "PNG")
    plain = encoded.getvalue()
    path.write_bytes(plain[:33] + b"".join(chunks) + plain[33:] + behind)
    return path


def refill(source: Path, target: Path) -> None:
    opened = imagefile.open(source)
    pixels = opened.pixels.copy()
    pixels[20:40, 30:50] = 128
    imagefile.save(opened.with_pixels(pixels), target)


def everything_in(path: Path) -> bytes:
    """The bytes of a file, and what they hold in compressed form, too."""
    whole = path.read_bytes()
    texts = []
    if whole.startswith(b"\x89PNG"):
        with Image.open(path) as image:
            image.load()
            texts = [str(value) for value in image.info.values()]
    return whole + "".join(texts).replace("\n", "").encode()


def holds_thumbnail(path: Path) -> bool:
    found, some = everything_in(path), THUMBNAIL[-150:-30]  # not its tables, which all JPEGs share
    printed = base64.b64encode(THUMBNAIL)[-150:-50]
    return any(each in found for each in (some, some.hex().encode(), printed, printed.hex().encode()))


@pytest.mark.parametrize("where", CHUNKS)
def test_png_is_turned_as_its_metadata_say_and_the_thumbnail_goes(tmp_path: Path, where: str) -> None:
    source, target = write_png(tmp_path / "in.png", CHUNKS[where]), tmp_path / "out.png"
    assert holds_thumbnail(source)
    assert imagefile.open(source).container.orientation == 3
    refill(source, target)
    assert imagefile.open(target).container.orientation == 3
    assert not holds_thumbnail(target)
    with Image.open(source) as before, Image.open(target) as after:
        assert after.getexif().get(0x112) == before.getexif().get(0x112)


@pytest.mark.parametrize("form", ["attribute", "element", "old names"])
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_xmp_turns_a_photograph_and_its_thumbnail_goes(tmp_path: Path, form: str, suffix: str) -> None:
    source, target, text = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}", packet(form, 6).encode()
    if suffix == "png":
        write_png(source, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text))
    elif suffix == "tif":
        tag = (700, 7, len(text), text, True)
        tifffile.imwrite(source, PIXELS, photometric="rgb", metadata=None, extratags=[tag])
    else:
        Image.fromarray(PIXELS).save(source, xmp=text, **({"lossless": True} if suffix == "webp" else {}))
    assert holds_thumbnail(source)
    assert imagefile.open(source).container.orientation == 6
    refill(source, target)
    assert not holds_thumbnail(target)
    assert imagefile.open(target).container.orientation == 6
    assert b"Rating" in target.read_bytes() and len(xmp.without_thumbnail(text)) == len(text)


def test_a_broken_text_does_not_spoil_the_picture(tmp_path: Path) -> None:
    broken = chunk(b"zTXt", KEY + b"exif\0\0" + b"no zlib"), chunk(b"tEXt", KEY + b"exif\0no digits")
    opened = imagefile.open(write_png(tmp_path / "in.png", *broken, CHUNKS["eXIf"]))
    np.testing.assert_array_equal(opened.pixels, PIXELS)
    assert opened.container.orientation == 3


def test_exif_counts_before_xmp(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "in.jpg", exif=HEADED, xmp=packet("attribute", 6).encode())
    assert imagefile.open(tmp_path / "in.jpg").container.orientation == 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8"])
def test_packets_of_other_encodings(encoding: str) -> None:
    text = packet("attribute", 8).replace("adobe:ns", "adobe:ns:Ж")
    encoded = text.encode(encoding)
    assert xmp.orientation(encoded) == 8
    cleared = xmp.without_thumbnail(encoded).decode(encoding)
    assert "Thumbnails" not in cleared and "Ж" in cleared and len(cleared) == len(text)


def test_a_thumbnail_in_an_extended_packet_goes(tmp_path: Path) -> None:
    """Packets above 64 KiB continue in segments of their own, which can cut the thumbnail in two."""
    big = packet("attribute").encode()
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(big), 0)
    parts = (big[:700], big[700:])
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(head + part) + 2) + head + part for part in parts)
    whole = jpeg(PIXELS)
    (tmp_path / "in.jpg").write_bytes(whole[:2] + segments + whole[2:])
    refill(tmp_path / "in.jpg", tmp_path / "out.jpg")
    saved = (tmp_path / "out.jpg").read_bytes()
    assert saved.count(b"xmp/extension") == 2 and b"GImg" not in saved and b"Rating" in saved


KEPT = {
    b"sCAL": b"\x010.01\x000.01", b"sTER": b"\0", b"orNT": b"\3", b"oFFs": struct.pack(">iiB", 1, 2, 0),
    b"pCAL": b"x\0" + struct.pack(">ii", 0, 255) + b"\0\2mm\x000\x001", b"vpAg": struct.pack(">IIB", 200, 200, 0),
    b"caNv": struct.pack(">IIii", 200, 200, 0, 0), b"gIFg": b"\0\0\0\0",
}  # fmt: skip


def test_png_chunks_that_stay_true_are_kept(tmp_path: Path) -> None:
    chunks = [chunk(kind, body) for kind, body in KEPT.items()]
    refill(write_png(tmp_path / "in.png", *chunks), tmp_path / "out.png")
    saved = (tmp_path / "out.png").read_bytes()
    assert all(each in saved for each in chunks)


@pytest.mark.parametrize(("behind", "kept"), [(b"TRAILER" * 10, True), (b"x" + THUMBNAIL, False)])
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_what_follows_the_picture_is_kept_unless_it_shows_it(
    tmp_path: Path, suffix: str, behind: bytes, kept: bool
) -> None:
    source, target = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    if suffix == "png":
        write_png(source, behind=behind)
    else:
        Image.fromarray(PIXELS).save(source, progressive=True)
        source.write_bytes(source.read_bytes() + behind)
    refill(source, target)
    assert target.read_bytes().endswith(behind) == kept
    assert np.asarray(Image.open(target)).shape == PIXELS.shape
