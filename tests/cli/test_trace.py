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


def test_points_are_those_of_what_viewers_show(run: Command, scan: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(scratched()[0])).save(scan, exif=exif)  # shown turned back by 90° to the right
    out = scan.with_name("mask.png")
    assert run("trace", scan, "80,2", "90,147", "-o", out).code == 0
    mask = np.asarray(Image.open(out))
    assert mask.shape == scratched()[1].shape and mask[75, 80:92].any() and not mask[75, :70].any()


@pytest.mark.parametrize(
    ("points", "said"), [(("10,10", "here"), "120,80"), (("10,10",), "two points"), (("10,10", "900,1"), "outside")]
)
def test_points_that_cannot_be_used_are_named(run: Command, scan: Path, points: tuple[str, ...], said: str) -> None:
    ended = run("trace", scan, *points, "-o", scan.with_name("mask.png"))
    assert ended.code == 2 and said in ended.err
    assert not scan.with_name("mask.png").exists()
