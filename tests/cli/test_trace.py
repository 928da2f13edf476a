"""`gan-inpaint trace` saves a scratch that the user points at as a mask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.archive.scans import scratched

Command = Callable[..., Any]


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    Image.fromarray(scratched()[0]).save(tmp_path / "scan.png")
    return tmp_path / "scan.png"


def test_a_scratch_is_saved_as_a_mask(run: Command, scan: Path) -> None:
    out = scan.with_name("mask.png")
    ended = run("trace", scan, "80,2", "90,147", "-o", out, "--json")
    assert ended.code == 0, ended.err
    mask, truth = np.asarray(Image.open(out)), scratched()[1]
    assert mask.shape == truth.shape and set(np.unique(mask)) == {0, 255}
    assert (np.abs(np.nonzero(mask[75])[0] - np.nonzero(truth[75])[0].mean()) <= 3).all() and mask[75].any()
    assert ended.json == {
        "output": str(out),
        "length": pytest.approx(146, abs=4),
        "width": pytest.approx(3, abs=1.5),
        "pixels": np.count_nonzero(mask),
    }


@pytest.fixture
def turned(scan: Path) -> Path:
    """The scan, stored turned: viewers turn it back by 90° to the right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(scratched()[0])).save(scan, exif=exif)
    return scan


def _rough(path: Path) -> Path:
    """A mask's file with a stroke along the scratch, as viewers show the scan."""
    rough = np.zeros(scratched()[1].shape, np.uint8)
    rough[10:140, 74:98] = 255
    Image.fromarray(rough).save(path)
    return path


def test_points_are_those_of_what_viewers_show(run: Command, turned: Path) -> None:
    out = turned.with_name("mask.png")
    assert run("trace", turned, "80,2", "90,147", "-o", out).code == 0
    mask = np.asarray(Image.open(out))
    assert mask.shape == scratched()[1].shape and mask[75, 80:92].any() and not mask[75, :70].any()


def test_a_rough_stroke_takes_the_place_of_points(run: Command, scan: Path) -> None:
    out = scan.with_name("mask.png")
    ended = run("trace", scan, "--along", _rough(scan.with_name("rough.png")), "-o", out, "--json")
    assert ended.code == 0, ended.err
    mask, truth = np.asarray(Image.open(out)), scratched()[1]
    for row in range(30, 120):
        assert mask[row].any() and (np.abs(np.nonzero(mask[row])[0] - np.nonzero(truth[row])[0].mean()) <= 4).all()
    assert ended.json["length"] == pytest.approx(110, abs=20)


def test_a_stroke_is_one_on_what_viewers_show(run: Command, turned: Path) -> None:
    out = turned.with_name("mask.png")
    assert run("trace", turned, "--along", _rough(turned.with_name("rough.png")), "-o", out).code == 0
    mask = np.asarray(Image.open(out))
    assert mask.shape == scratched()[1].shape and mask[75, 80:92].any() and not mask[75, :70].any()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("10,10", "here"), "120,80"),
        (("10,10",), "two points"),
        (("10,10", "900,1"), "outside"),
        ((), "--along"),
        (("10,10", "90,90", "--along", "rough.png"), "one of the two"),
    ],
)
def test_what_cannot_be_traced_is_named(run: Command, scan: Path, given: tuple[str, ...], said: str) -> None:
    ended = run("trace", scan, *given, "-o", scan.with_name("mask.png"))
    assert ended.code == 2 and said in ended.err
    assert not scan.with_name("mask.png").exists()


def test_a_stroke_of_another_size_is_named(run: Command, scan: Path) -> None:
    small = scan.with_name("small.png")
    Image.fromarray(np.full((20, 30), 255, np.uint8)).save(small)
    ended = run("trace", scan, "--along", small, "-o", scan.with_name("mask.png"))
    assert ended.code != 0 and "30 × 20" in ended.err
    assert not scan.with_name("mask.png").exists()
