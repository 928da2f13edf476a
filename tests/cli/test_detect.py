"""`gan-inpaint detect` saves the scratches of a photograph as a mask that can be edited and given to `restore`."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.archive.scans import clean, scratched

from gan_inpaint.options import KINDS

Command = Callable[..., Any]

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need permissions there")


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    Image.fromarray(scratched()[0]).save(tmp_path / "scan.png")
    return tmp_path / "scan.png"


def covers(mask: np.ndarray, truth: np.ndarray) -> bool:
    """Whether most of the scratch is marked, and nothing far from it."""
    line = cv2.erode(truth, np.ones((3, 3), np.uint8)) > 0
    far = cv2.dilate(truth, np.ones((21, 21), np.uint8)) == 0
    return bool((mask[line] > 0).mean() > 0.8 and not mask[far].any())


@pytest.mark.parametrize("name", ["mask.png", "mask.tif"])
def test_the_scratch_is_marked_and_nothing_else(run: Command, scan: Path, name: str) -> None:
    out = scan.with_name(name)
    reported = run("detect", scan, "-o", out, "--json")
    assert reported.code == 0, reported.err
    mask = np.asarray(Image.open(out))
    assert mask.dtype == np.uint8 and set(np.unique(mask)) == {0, 255}
    assert covers(mask, scratched()[1])
    kinds = reported.json["kinds"]  # which kind a line is in so small a picture depends on the detector
    assert set(kinds) == set(KINDS) and sum(kinds.values()) == 1 and not kinds["dust"] + kinds["stains"]
    pixels = np.count_nonzero(mask)
    assert reported.json == {"output": str(out), "found": 1, "pixels": pixels, "pages": 1, "kinds": kinds}


def test_in_a_pipe_it_says_nothing(run: Command, scan: Path) -> None:
    ended = run("detect", scan, "-o", scan.with_name("mask.png"))
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_a_clean_photograph_gives_a_black_mask(run: Command, scan: Path) -> None:
    Image.fromarray(clean()).save(scan)
    reported = run("detect", scan, "-o", scan.with_name("mask.png"), "--json")
    assert reported.json["found"] == 0
    assert not np.asarray(Image.open(scan.with_name("mask.png"))).any()


def test_light_and_dark_scratches_can_be_told_apart(run: Command, scan: Path) -> None:
    masks = {}
    for tone in ("light", "dark"):
        assert run("detect", scan, "-o", scan.with_name(f"{tone}.png"), "--tone", tone).code == 0
        masks[tone] = np.asarray(Image.open(scan.with_name(f"{tone}.png"))) > 0
    line = cv2.erode(scratched()[1], np.ones((5, 5), np.uint8)) > 0  # its middle, which dilated dark seams do not reach
    assert masks["light"][line].mean() > 0.8
    assert not np.array_equal(masks["light"], masks["dark"])


def test_only_the_kinds_that_are_asked_for_are_marked(run: Command, scan: Path) -> None:
    def marked(name: str, kinds: Iterable[str]) -> dict[str, Any]:
        asked = [part for kind in kinds for part in ("--kinds", kind)]
        reported: dict[str, Any] = run("detect", scan, "-o", scan.with_name(name), *asked, "--json").json
        return reported

    everything = marked("all.png", ())
    present = {kind for kind, count in everything["kinds"].items() if count}
    same, none = marked("same.png", present), marked("none.png", set(KINDS) - present)
    assert present and (same["pixels"], same["found"]) == (everything["pixels"], everything["found"])
    assert none["pixels"] == none["found"] == 0 and none["kinds"] == same["kinds"] == everything["kinds"]
    assert run("detect", scan, "-o", scan.with_name("x.png"), "--kinds", "rust").code == 2


def test_within_a_mask_everything_that_stands_out_is_marked_and_nothing_else(run: Command, scan: Path) -> None:
    """A faint speck, which the detector leaves alone."""
    pixels = np.random.default_rng(0).normal(120, 4, (150, 200)).astype(np.uint8)
    pixels[100:103, 40:43] += 40
    Image.fromarray(pixels).save(scan)
    area = np.zeros(pixels.shape, np.uint8)
    area[90:115, 30:55] = 255
    Image.fromarray(area).save(scan.with_name("area.png"))
    out = scan.with_name("mask.png")
    assert run("detect", scan, "-o", out, "--within", scan.with_name("area.png")).code == 0
    mask = np.asarray(Image.open(out)) > 0
    assert mask[100:103, 40:43].all() and not mask[cv2.dilate(area, np.ones((7, 7))) == 0].any()
    assert mask.sum() < 0.3 * (area > 0).sum()
    Image.fromarray(area[:-1]).save(scan.with_name("area.png"))
    assert run("detect", scan, "-o", out, "--within", scan.with_name("area.png"), "--force").code == 3


def test_a_sentence_says_what_to_do_if_too_much_is_marked(run: Command, scan: Path) -> None:
    """The map's own end marks whatever is not impossible."""
    ended = run("detect", scan, "-o", scan.with_name("all.png"), "--sensitivity", 1, "--json")
    share = ended.json["pixels"] / scratched()[1].size
    assert (share > 0.2) == ("Crop it to the print" in ended.err) and ended.code == 0
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (150, 200), np.uint8)).save(scan)
    ended = run("detect", scan, "-o", scan.with_name("noise.png"), "--sensitivity", 1, "--json")
    assert ended.json["pixels"] > 0.2 * 150 * 200 and "Crop it to the print" in ended.err


def test_a_higher_sensitivity_marks_more(run: Command, scan: Path) -> None:
    marked = []
    for sensitivity in (0.2, 0.8):
        out = scan.with_name(f"{sensitivity}.png")
        marked.append(run("detect", scan, "-o", out, "--sensitivity", sensitivity, "--json").json["pixels"])
    assert marked[0] < marked[1]


def test_pages_of_a_16_bit_tiff_become_pages_of_a_mask(run: Command, scan: Path) -> None:
    deep = scan.with_suffix(".tif")
    with tifffile.TiffWriter(deep) as writer:
        for number in range(2):
            writer.write(scratched(number)[0].astype(np.uint16) * 257, photometric="rgb", metadata=None)
    assert run("detect", deep, "-o", scan.with_name("mask.png")).code == 4
    out = scan.with_name("mask.tif")
    assert run("detect", deep, "-o", out, "--json").json["pages"] == 2
    with tifffile.TiffFile(out) as file:
        for number, page in enumerate(file.pages):
            assert covers(page.asarray(), scratched(number)[1])


def test_a_further_page_takes_no_more_memory_than_its_mask(run: Command, tmp_path: Path) -> None:
    page = np.repeat(np.repeat(scratched()[0], 2, axis=0), 2, axis=1).astype(np.uint16) * 257
    peaks = []
    for count in (1, 2, 8):  # the first is there to load the networks
        scan = tmp_path / f"{count}.tif"
        tifffile.imwrite(scan, np.broadcast_to(page, (count, *page.shape)), photometric="rgb", metadata=None)
        tracemalloc.start()
        assert run("detect", scan, "-o", tmp_path / f"{count}-mask.tif").code == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < 6 * page.nbytes / 2


def test_the_mask_of_a_turned_photograph_is_upright_and_fits_it_again(run: Command, scan: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(scan).save(scan, exif=exif)
    mask, out = scan.with_name("mask.png"), scan.with_name("out.png")
    assert run("detect", scan, "-o", mask).code == 0
    assert covers(np.rot90(np.asarray(Image.open(mask))), scratched()[1])
    assert run("fill", scan, mask, out, "--no-daemon", "--model", "classical").code == 0
    changed = (np.asarray(Image.open(scan)) != np.asarray(Image.open(out))).any(axis=2)
    assert covers(changed.astype(np.uint8), scratched()[1])


@pytest.mark.parametrize(
    ("name", "code", "error"),
    [("precious.png", 4, "cannot_write"), ("mask.jpg", 4, "cannot_write"), ("none/mask.png", 4, "cannot_write")],
)
def test_a_mask_that_cannot_be_saved_there(run: Command, scan: Path, name: str, code: int, error: str) -> None:
    scan.with_name("precious.png").write_text("precious")
    ended = run("detect", scan, "-o", scan.parent / name, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (code, error) and ended.json["error"]["hint"]
    assert scan.with_name("precious.png").read_text() == "precious"


def test_an_existing_mask_is_replaced_by_force(run: Command, scan: Path) -> None:
    scan.with_name("mask.png").write_text("old")
    assert run("detect", scan, "-o", scan.with_name("mask.png"), "--force").code == 0
    assert covers(np.asarray(Image.open(scan.with_name("mask.png"))), scratched()[1])


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("linked", [False, pytest.param(True, marks=needs_links)])
def test_a_photograph_is_never_replaced_by_its_mask(
    run: Command, scan: Path, force: tuple[str, ...], linked: bool
) -> None:
    before, out = scan.read_bytes(), scan
    if linked:
        out = scan.with_name("mask.png")
        out.symlink_to(scan)
    ended = run("detect", scan, "-o", out, *force, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "cannot_write")
    assert "the photograph itself" in ended.json["error"]["message"]
    assert scan.read_bytes() == before


def test_an_unreadable_photograph(run: Command, scan: Path) -> None:
    scan.write_bytes(scan.read_bytes()[:500])
    ended = run("detect", scan, "-o", scan.with_name("mask.png"), "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "unreadable_image")
    assert not scan.with_name("mask.png").exists()
