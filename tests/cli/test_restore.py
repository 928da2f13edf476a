"""`gan-inpaint restore` repairs whole folders of scans, keeps everything else of them, and goes on where it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.archive.scans import began, clean, scratched, write_scans
from tests.detector import product_with, write_detector

from gan_inpaint.models.entry import DEFAULT

Command = Callable[..., Any]


def check_repaired(before: np.ndarray, after: np.ndarray, mask: np.ndarray) -> None:
    """The scratch is gone, and nothing else has changed."""
    assert before.shape == after.shape and before.dtype == after.dtype
    np.testing.assert_array_equal(after[mask == 0], before[mask == 0])
    line = cv2.erode(mask, np.ones((3, 3), np.uint8)) > 0
    assert (after[line] != before[line]).any(axis=-1).mean() > 0.8


def test_what_the_detector_finds_is_repaired_and_a_clean_picture_comes_back_byte_for_byte(
    command: Command, daemon_environment: dict[str, str], tmp_path: Path
) -> None:
    tiny = write_detector(tmp_path / "tiny.onnx")
    daemon_environment |= product_with(tiny, tmp_path / "product", daemon_environment["PYTHONPATH"])
    scans = tmp_path / "scans"
    scans.mkdir()
    Image.fromarray(scratched()[0]).save(scans / "scratched.png")
    Image.fromarray(clean()).save(scans / "clean.jpg", quality=80)
    ended = command("restore", scans, "-o", tmp_path / "out")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("2 pictures: 1 restored, 1 without scratches. See ")
    assert (tmp_path / "out" / "clean.jpg").read_bytes() == (scans / "clean.jpg").read_bytes()
    pixels, truth = scratched()
    after = np.asarray(Image.open(tmp_path / "out" / "scratched.png"))
    far = cv2.dilate(truth, np.ones((21, 21), np.uint8)) == 0
    np.testing.assert_array_equal(after[far], pixels[far])
    line = cv2.erode(truth, np.ones((3, 3), np.uint8)) > 0
    difference = np.abs(after[line].astype(int) - clean()[line]).mean()
    assert difference < np.abs(pixels[line].astype(int) - clean()[line]).mean() / 4


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Scans of every format, in folders of folders, and their masks in `masks`."""
    scans, masks = tmp_path / "scans", tmp_path / "masks"
    for folder in (scans / "box" / "roll", masks / "box" / "roll"):
        folder.mkdir(parents=True)
    pixels, mask = scratched()
    deep = pixels.astype(np.uint16) * 257 + 3
    tifffile.imwrite(
        scans / "deep.tif", deep, photometric="rgb", compression="lzw", metadata=None, iccprofile=b"profile" * 20
    )
    linear = (pixels / 255).astype(np.float32)
    tifffile.imwrite(scans / "box" / "tiled.tiff", linear, photometric="rgb", tile=(64, 64), metadata=None)
    big = {"bigtiff": True, "compression": "zlib", "resolution": (1200, 1200), "resolutionunit": "INCH"}
    tifffile.imwrite(scans / "box" / "big.TIF", pixels, photometric="rgb", metadata=None, **big)
    with tifffile.TiffWriter(scans / "box" / "roll" / "pages.tif") as writer:
        for number in range(3):
            writer.write(scratched(number)[0][..., 1], photometric="minisblack", metadata=None, description=f"{number}")
    with tifffile.TiffWriter(masks / "box" / "roll" / "pages.tif") as writer:
        for number in (0, None, 2):  # the second page needs no repair
            shown = np.zeros_like(mask) if number is None else scratched(number)[1]
            writer.write(shown, photometric="minisblack", metadata=None)
    exif = Image.Exif()
    exif[0x010F] = "Scanner"
    Image.fromarray(pixels).save(scans / "box" / "roll" / "photo.jpg", quality=92, dpi=(600, 600), exif=exif)
    Image.fromarray(pixels).save(scans / "web.webp", lossless=True)
    Image.fromarray(pixels).save(scans / "plain.png", dpi=(300, 300))
    for name in ("deep", "box/tiled", "box/big", "box/roll/photo", "web", "plain"):
        Image.fromarray(mask).save((masks / name).with_suffix(".png"))
    (scans / "notes.txt").write_text("no picture")
    (scans / ".hidden.png").write_bytes(b"no picture either")
    return scans


def test_every_format_comes_back_as_it_was_but_for_the_scratches(run: Command, archive: Path) -> None:
    out, masks = archive.with_name("out"), archive.with_name("masks")
    before = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    ended = run("restore", archive, "-o", out, "--mask", masks, "--jobs", 2)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("7 pictures: 7 restored.")
    assert "encoded again" in ended.err and "--format png" in ended.err
    assert {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()} == before
    results = {path.relative_to(out) for path in out.rglob("*") if path.is_file() and ".gan-inpaint" not in path.parts}
    pictures = {path.relative_to(archive) for path in before if path.name not in ("notes.txt", ".hidden.png")}
    assert results == pictures | {Path("report.html")}
    mask = scratched()[1]
    for name in ("deep.tif", "box/tiled.tiff", "box/big.TIF"):
        check_repaired(tifffile.imread(archive / name), tifffile.imread(out / name), mask)
        assert tags(out / name) == tags(archive / name)
    for name in ("plain.png", "web.webp"):
        check_repaired(*(np.asarray(Image.open(folder / name)) for folder in (archive, out)), mask)
    with Image.open(out / "box" / "roll" / "photo.jpg") as photo:
        assert photo.format == "JPEG" and photo.info["dpi"] == (600, 600) and photo.getexif()[0x010F] == "Scanner"
        after = np.asarray(photo)
    moved = np.abs(after.astype(int) - np.asarray(Image.open(archive / "box" / "roll" / "photo.jpg")))
    assert moved[mask == 0].mean() < 1 < moved[mask == 255].mean()


def tags(path: Path) -> list[dict[int, Any]]:
    """All tags of all pages but those that say where and how large the strips or tiles are."""
    with tifffile.TiffFile(path) as file:
        return [
            {tag.code: tag.value for tag in page.tags if tag.code not in (273, 279, 324, 325)} for page in file.pages
        ]


def test_each_page_of_a_tiff_is_repaired_by_its_own_mask(run: Command, archive: Path) -> None:
    name, out = "box/roll/pages.tif", archive.with_name("out")
    assert run("restore", archive, "-o", out, "--mask", archive.with_name("masks")).code == 0
    before, after = tifffile.imread(archive / name), tifffile.imread(out / name)
    assert tags(out / name) == tags(archive / name)
    np.testing.assert_array_equal(before[1], after[1])
    for number in (0, 2):
        check_repaired(before[number][..., None], after[number][..., None], scratched(number)[1])


def test_jpeg_and_webp_can_become_png_with_all_else_exact(run: Command, archive: Path) -> None:
    out, mask = archive.with_name("out"), scratched()[1]
    Image.fromarray(clean()).save(archive / "web.png")  # the name that web.webp would have taken
    Image.fromarray(np.zeros_like(mask)).save(archive.with_name("masks") / "web.png")
    Image.fromarray(mask).save(archive.with_name("masks") / "web.webp.png")
    ended = run("restore", archive, "-o", out, "--mask", archive.with_name("masks"), "--format", "png")
    assert ended.code == 0 and "encoded again" not in ended.err
    check_repaired(
        np.asarray(Image.open(archive / "box" / "roll" / "photo.jpg")),
        np.asarray(Image.open(out / "box" / "roll" / "photo.png")),
        mask,
    )
    assert (out / "web.png").read_bytes() == (archive / "web.png").read_bytes()
    assert Image.open(out / "web.webp.png").format == "PNG"
    assert (out / "deep.tif").exists()


def test_one_mask_can_be_meant_for_all(run: Command, tmp_path: Path) -> None:
    """Dust on a scanner's glass is at the same place in all scans."""
    masks = write_scans(tmp_path / "scans", 2)
    ended = run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks / "scan-00.png", "--json")
    assert ended.json["restored"] == 2
    for number in range(2):
        name = f"scan-{number:02}.png"
        before, after = (np.asarray(Image.open(tmp_path / folder / name)) for folder in ("scans", "out"))
        np.testing.assert_array_equal(before[scratched(0)[1] == 0], after[scratched(0)[1] == 0])
        assert not np.array_equal(before, after)


def test_two_pictures_of_one_name_get_their_own_masks(run: Command, tmp_path: Path) -> None:
    scans, masks = tmp_path / "scans", tmp_path / "masks"
    for folder in (scans, masks):
        folder.mkdir()
    for number, suffix in enumerate(("jpg", "tif", "png")):
        Image.fromarray(scratched(number)[0]).save(scans / f"scan.{suffix}")
        Image.fromarray(scratched(number)[1]).save(masks / f"scan.{suffix}")
    assert run("restore", scans, "-o", tmp_path / "out", "--mask", masks).code == 0
    for number, suffix in enumerate(("jpg", "tif", "png")):
        before, after = (np.asarray(Image.open(folder / f"scan.{suffix}")) for folder in (scans, tmp_path / "out"))
        if suffix != "jpg":
            check_repaired(before, after, scratched(number)[1])


def test_pictures_of_other_formats_are_counted_and_named(run: Command, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    masks = write_scans(scans, 1)
    pixels, mask = scratched()
    Image.fromarray(pixels).save(scans / "web.jfif", "JPEG", quality=95)
    Image.fromarray(mask).save(masks / "web.png")
    for name in ("b.bmp", "c.gif", "d.jp2"):
        Image.fromarray(pixels).save(scans / name)
    (scans / "f.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    (scans / "g.psd").write_bytes(b"8BPS\0\1" + bytes(200))
    ended = run("restore", scans, "-o", tmp_path / "out", "--mask", masks, "--json")
    assert (ended.code, ended.json["restored"], ended.json["failed"]) == (8, 2, 5)
    told = {Path(problem["source"]).name: problem for problem in ended.json["problems"]}
    assert {name: problem["code"] for name, problem in told.items()} == dict.fromkeys(
        ("b.bmp", "c.gif", "d.jp2", "f.heic", "g.psd"), "unsupported_image"
    )
    words = {"b.bmp": "BMP", "c.gif": "GIF", "d.jp2": "JPEG 2000", "f.heic": "HEIC", "g.psd": "Photoshop"}
    assert all(f"is a {format} picture" in told[name]["message"] for name, format in words.items())
    assert Image.open(tmp_path / "out" / "web.jfif").format == "JPEG"


def test_what_is_done_is_skipped_and_what_has_changed_is_done_again(run: Command, tmp_path: Path) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    again = ("restore", scans, "-o", out, "--mask", write_scans(scans, 3))
    assert run(*again).code == 0
    assert began(out) == ["scan-00.png", "scan-01.png", "scan-02.png"]
    first = run(*again)
    assert first.code == 0 and first.out.startswith("3 pictures: 3 restored.")
    assert len(began(out)) == 3
    Image.fromarray(scratched(7)[0]).save(scans / "scan-01.png")
    Image.fromarray(scratched(7)[1]).save(tmp_path / "masks" / "scan-01.png")
    (out / "scan-02.png").unlink()
    assert run(*again).code == 0
    assert began(out)[3:] == ["scan-01.png", "scan-02.png"]
    check_repaired(
        np.asarray(Image.open(scans / "scan-01.png")), np.asarray(Image.open(out / "scan-01.png")), scratched(7)[1]
    )


def test_another_sensitivity_is_another_result(run: Command, tmp_path: Path) -> None:
    write_scans(tmp_path / "scans", 1)
    for times, sensitivity in enumerate((0.5, 0.6, 0.6, 0.5), 1):
        assert run("restore", tmp_path / "scans", "-o", tmp_path / "out", "--sensitivity", sensitivity).code == 0
        assert len(began(tmp_path / "out")) == (times if times < 3 else times - 1)


def test_a_stand_in_for_the_generator_is_told_and_the_next_run_does_better(
    command: Command, daemon_environment: dict[str, str], tmp_path: Path
) -> None:
    scans, out, whole = tmp_path / "scans", tmp_path / "out", dict(daemon_environment)
    again = ("restore", scans, "-o", out, "--mask", write_scans(scans, 1), "--json")
    daemon_environment |= product_with(None, tmp_path / "product", whole["PYTHONPATH"])
    for file in (tmp_path / "product").rglob(f"{DEFAULT}.*"):
        file.unlink()
    ended = command(*again)
    assert ended.code == 0 and "classical filler stood in" in ended.err
    assert "classical filler stood in" in ended.json["notes"][0]
    assert "classical filler stood in" in (out / "report.html").read_text("utf-8")
    daemon_environment |= whole
    assert command(*again).json["notes"] == []
    assert began(out) == ["scan-00.png"] * 2
    assert command(*again).json["restored"] == 1
    assert began(out) == ["scan-00.png"] * 2


def test_the_folder_for_the_results_may_lie_among_the_originals(run: Command, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    masks = write_scans(scans, 1)
    for _ in range(2):
        ended = run("restore", scans, "-o", scans / "restored", "--mask", masks / "scan-00.png", "--json")
        assert ended.json["restored"] == 1
    assert began(scans / "restored") == ["scan-00.png"]


def test_masks_and_earlier_results_among_the_originals_are_none(run: Command, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    write_scans(scans, 1).rename(scans / "masks")
    Image.fromarray(scratched()[1]).save(scans / "dust.png")
    for output, mask in (("first", "dust.png"), ("second", "masks")):
        ended = run("restore", scans, "-o", scans / output, "--mask", scans / mask, "--json")
        assert ended.code == (0 if mask == "dust.png" else 8)
        assert not [name for name in began(scans / output) if name.startswith(("first", mask))]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_shown_with_the_time_that_is_left(daemon_environment: dict[str, str], tmp_path: Path) -> None:
    import pty

    masks = write_scans(tmp_path / "scans", 2)
    ours, theirs = pty.openpty()
    words = [
        sys.executable,
        "-m",
        "gan_inpaint",
        "restore",
        tmp_path / "scans",
        "-o",
        tmp_path / "out",
        "--mask",
        masks,
    ]
    environment = {**daemon_environment, "TERM": "xterm", "COLUMNS": "200"}
    with subprocess.Popen(words, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # Linux's way to say that the other side has hung up
            os.close(ours)
    assert process.returncode == 0
    assert "restoring" in shown.decode() and "1/2" in shown.decode() and "left" in shown.decode()
    assert "2 pictures: 2 restored." in shown.decode()
