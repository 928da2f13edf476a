"""A result is written completely or not at all, and nothing is replaced by accident."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.disk import mounted

from gan_inpaint import imagefile
from gan_inpaint.errors import CannotWrite, TooLarge, UnreadableImage, UnsupportedImage
from gan_inpaint.files import atomic

as_root_on_linux = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs a separate file system: run as root on Linux"
)


def photograph(folder: Path, side: int = 20) -> imagefile.Photograph:
    noise = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    Image.fromarray(noise).save(folder / "photo.png")
    return imagefile.open(folder / "photo.png")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    with mounted(tmp_path / "disk", "64k") as folder:
        yield folder


def test_an_existing_file_stays_without_force(tmp_path: Path) -> None:
    (tmp_path / "out.png").write_text("precious")
    with pytest.raises(CannotWrite, match="exists") as refusal:
        imagefile.save(photograph(tmp_path), tmp_path / "out.png")
    assert "--force" in refusal.value.hint
    assert (tmp_path / "out.png").read_text() == "precious"


def test_a_file_made_meanwhile_stays_too(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="exists"), atomic.writing(tmp_path / "out.png") as temporary:
        temporary.write_text("new")
        (tmp_path / "out.png").write_text("precious")
    assert (tmp_path / "out.png").read_text() == "precious"
    assert names(tmp_path) == ["out.png"]


def test_force_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    (tmp_path / "out.png").write_text("old")
    (tmp_path / "out.png").chmod(0o640)
    imagefile.save(photograph(tmp_path), tmp_path / "out.png", force=True)
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "out.png").stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    imagefile.save(photograph(tmp_path), tmp_path / "out.png")
    (tmp_path / "any").touch()
    assert (tmp_path / "out.png").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real.png").write_text("old")
    (tmp_path / "out.png").symlink_to(tmp_path / "folder" / "real.png")
    imagefile.save(photograph(tmp_path), tmp_path / "out.png", force=True)
    assert (tmp_path / "out.png").is_symlink()
    assert (tmp_path / "folder" / "real.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("target", ["missing/out.png", "photo.png/out.png", "folder.png"])
def test_impossible_places_are_refused(tmp_path: Path, target: str, force: bool) -> None:
    opened = photograph(tmp_path)
    (tmp_path / "folder.png").mkdir()
    before = names(tmp_path)
    with pytest.raises(CannotWrite) as refusal:
        imagefile.check_target(opened, tmp_path / target, force)
    assert refusal.value.hint
    with pytest.raises(CannotWrite):
        imagefile.save(opened, tmp_path / target, force)
    assert names(tmp_path) == before


def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out.png").symlink_to("/dev/null")
    with pytest.raises(CannotWrite, match="plain file"):
        imagefile.save(photograph(tmp_path), tmp_path / "out.png", force=True)


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), atomic.writing(tmp_path / "out.png") as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


@as_root_on_linux
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, small_disk: Path, suffix: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (500, 500, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / f"photo{suffix}")
    opened = imagefile.open(tmp_path / f"photo{suffix}")
    old = small_disk / f"out{suffix}"
    old.write_text("precious")
    with pytest.raises(CannotWrite, match="space"):
        imagefile.save(opened, old, force=True)
    assert names(small_disk) == [old.name]
    assert old.read_text() == "precious"


@as_root_on_linux
def test_a_read_only_disk_is_refused_before_the_work(tmp_path: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    opened = photograph(tmp_path)
    with pytest.raises(CannotWrite, match="may not write"):
        imagefile.check_target(opened, small_disk / "out.png")


def test_a_folder_is_no_photograph(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match="not a file"):
        imagefile.open(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"), [(None, "There is no file"), (b"", "is not a PNG"), (b"some text", "is not a PNG")]
)
def test_what_is_no_photograph_is_named(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "photo.png").write_bytes(content)
    with pytest.raises(UnreadableImage, match=sentence) as refusal:
        imagefile.open(tmp_path / "photo.png")
    assert str(tmp_path / "photo.png") in refusal.value.message and refusal.value.hint


@pytest.mark.parametrize(
    ("content", "name", "format"),
    [
        (b"GIF89a text", "photo.png", "GIF"), (b"BM" + bytes(60), "photo.bmp", "BMP"),
        (b"8BPS\0\1", "photo", "Photoshop"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "photo.jp2", "JPEG 2000"), (b"\0\0\0\x18ftypheic", "photo.jpg", "HEIC"),
        (b"\0\0\0\x20ftypavif", "photo.avif", "AVIF"), (b"P6 3 2 255\n", "photo.ppm", "PPM"),
    ],
)  # fmt: skip
def test_another_format_is_named(tmp_path: Path, content: bytes, name: str, format: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnsupportedImage, match=f"is a {format} picture") as refusal:
        imagefile.open(tmp_path / name)
    assert "PNG or TIFF" in refusal.value.hint


MISNAMED = [
    ("PNG", "scan.jpg", "PNG"), ("JPEG", "scan.png", "PNG"), ("WEBP", "scan.jpg", "WEBP"), ("TIFF", "scan.jpg", "TIFF"),
    ("JPEG", "scan.tif", "JPEG"), ("PNG", "scan.tiff", "PNG"), ("JPEG", "scan.jfif", "JPEG"),
]  # fmt: skip


@pytest.mark.parametrize(("format", "name", "saved"), MISNAMED)
def test_a_photograph_that_is_not_what_its_name_says_is_edited_under_its_name(
    tmp_path: Path, format: str, name: str, saved: str
) -> None:
    """It keeps its format, or becomes what it is called where that keeps all pixels."""
    opened = photograph(tmp_path)
    Image.fromarray(opened.pixels).save(tmp_path / name, format)
    (tmp_path / "out").mkdir()
    imagefile.edit(tmp_path / name, tmp_path / "out" / name, lambda scan, page: scan.pixels ^ 1)
    with Image.open(tmp_path / "out" / name) as image:
        assert image.format == saved
        if saved != "JPEG" and format != "WEBP":
            np.testing.assert_array_equal(np.asarray(image), imagefile.open(tmp_path / name).pixels ^ 1)
    imagefile.edit(tmp_path / name, tmp_path / "out" / name, lambda scan, page: None, force=True)
    assert (tmp_path / "out" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_content_tells_the_format_and_not_the_name(tmp_path: Path) -> None:
    photograph(tmp_path)
    (tmp_path / "photo.png").rename(tmp_path / "photo.tif")
    assert imagefile.open(tmp_path / "photo.tif").container.format == "png"


_OPEN_ON_A_SMALL_MACHINE = """
import resource, sys
from pathlib import Path
from gan_inpaint import imagefile
from gan_inpaint.errors import TooLarge
from gan_inpaint.imagefile import {module}
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000,) * 2)
try:
    imagefile.open(Path(sys.argv[1]))
except TooLarge as problem:
    print(problem.message, problem.hint)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
@pytest.mark.parametrize("module", ["png", "tiff", "jpeg"])
def test_30_000_by_30_000_pixels_on_a_small_machine_are_too_large(tmp_path: Path, module: str) -> None:
    path = tmp_path / "photo"
    write_huge(path, module)
    assert path.stat().st_size < 20e6
    script = _OPEN_ON_A_SMALL_MACHINE.format(module=module)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, env=environment)
    assert process.stdout.startswith("The photograph has 30000 × 30000 pixels"), process.stderr
    assert process.stderr == ""


def write_huge(path: Path, module: str) -> None:
    if module == "tiff":
        write_huge_tiff(path)
    elif module == "png":
        write_huge_png(path)
    else:
        write_huge_jpeg(path)


def write_huge_png(path: Path) -> None:
    import struct
    import zlib

    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(1 + 30_000)) for _ in range(30_000)) + packer.flush()
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    encoded = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(encoded))


def write_huge_tiff(path: Path) -> None:
    import tifffile

    tile = np.zeros((1200, 1200), np.uint8)
    tiles = (tile for _ in range(25 * 25))
    tifffile.imwrite(
        path, tiles, shape=(30_000, 30_000), dtype=np.uint8, tile=tile.shape, compression="zlib", metadata=None
    )


def write_huge_jpeg(path: Path) -> None:
    """A header of that size in front of the scan of a small picture: what is checked first."""
    Image.new("L", (16, 16)).save(path, "JPEG")
    data = bytearray(path.read_bytes())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = (30_000).to_bytes(2, "big") * 2
    path.write_bytes(data)


def test_the_error_names_what_is_needed_and_what_is_free() -> None:
    from gan_inpaint.imagefile import memory

    with pytest.raises(TooLarge, match=r"needs about .* GB of memory, but .* GB are free"):
        memory.require(10**7, 10**7, 3)
