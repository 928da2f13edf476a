"""`evaluate` measures every kind of filler, or says what is wrong, and writes all of its results or none."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run as run_process
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data

from gan_inpaint.store import BUILT_IN

pytest.importorskip("torch")
from gan_inpaint_training import checkpoint
from gan_inpaint_training.generators.dmfb import DMFBGenerator

Command = Callable[..., Any]
RESULTS = {"table.md", "metrics.csv", "cases.csv", "contact-sheet.png"}

_WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
from gan_inpaint.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        corner = 100 * number
        Image.fromarray(data.astronaut()[corner : corner + 120, 50:210]).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A run's folder, of a generator that has learnt nothing."""
    folder = tmp_path / "mine"
    folder.mkdir()
    config = {"generator": {"name": "dmfb", "width": 8, "blocks": 1}}
    checkpoint.save(folder, {"config": config, "ema": DMFBGenerator(8, 1).state_dict(), "images_seen": 0})
    return folder


def test_classical_fillers_models_onnx_files_and_runs_side_by_side(
    run: Command, photos: Path, trained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "results"
    onnx = tmp_path / "other.onnx"
    onnx.write_bytes((BUILT_IN / "dmfb.onnx").read_bytes())
    fillers = ("mean", "dmfb", "classical", onnx, trained, trained / "checkpoint.pt")
    ended = run("evaluate", *fillers, "--on", photos, "--kinds", "boxes", "--count", 2, "--size", 96, "-o", out)
    assert ended.code == 0, ended.err
    assert {path.name for path in out.iterdir()} == RESULTS
    assert ended.out.startswith("## boxes (2 pictures)")
    table = list(csv.DictReader((out / "metrics.csv").read_text().splitlines()))
    names = ["telea", "mean", "dmfb", "classical", "other", str(trained), str(trained / "checkpoint.pt")]
    assert [row["filler"] for row in table] == names
    reached = {row["filler"]: float(row["mean_psnr"]) for row in table}
    assert reached["dmfb"] == reached["other"]
    assert reached[str(trained)] == reached[str(trained / "checkpoint.pt")]
    assert reached["dmfb"] > reached["mean"]
    with Image.open(out / "contact-sheet.png") as sheet:
        assert sheet.width == 4 + 9 * 100 and np.asarray(sheet).std() > 20


def test_whole_pictures_and_json(run: Command, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    ended = run("evaluate", "mean", "--on", photos, "--kinds", "scratches", "--kinds", "blobs", "-o", out, "--json")
    assert ended.code == 0, ended.err
    rows = ended.json["rows"]
    assert [(row["kind"], row["filler"], row["cases"]) for row in rows] == [
        (kind, filler, 3) for kind in ("scratches", "blobs") for filler in ("telea", "mean")
    ]
    assert rows[0]["means"]["psnr"] > rows[1]["means"]["psnr"]


def test_an_unknown_filler_names_the_known_ones(run: Command, photos: Path, tmp_path: Path) -> None:
    ended = run("evaluate", "none-such", "--on", photos, "-o", tmp_path / "out", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (5, "unknown_model")
    assert "none-such" in ended.json["error"]["message"]
    assert all(name in ended.json["error"]["hint"] for name in ("telea", "patchmatch", "dmfb", "checkpoint.pt"))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("mean", "--size", 500), 3, "500"),
        (("mean", "--kinds", "rings"), 2, "thin-strokes"),
        (("mean", "--on", "missing.tar"), 3, "missing.tar"),
        (("mean", "--count", 0), 2, "--count"),
        (("missing.onnx",), 5, "missing.onnx"),
        (("missing/checkpoint.pt",), 5, "checkpoint"),
    ],
)
def test_what_cannot_be_measured_is_named_and_nothing_is_written(
    run: Command, photos: Path, tmp_path: Path, arguments: tuple[object, ...], code: int, said: str
) -> None:
    ended = run("evaluate", *arguments, "--on", photos, "-o", tmp_path / "out")
    assert ended.code == code and said in ended.err
    assert not (tmp_path / "out").exists()


def test_results_are_replaced_only_with_force(run: Command, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "table.md").write_text("mine")
    words = ("evaluate", "mean", "--on", photos, "--kinds", "boxes", "--count", 1, "-o", out)
    refused = run(*words)
    assert refused.code == 4 and "table.md" in refused.err and "--force" in refused.err
    assert [path.name for path in out.iterdir()] == ["table.md"] and (out / "table.md").read_text() == "mine"
    assert run(*words, "--force").code == 0
    assert {path.name for path in out.iterdir()} == RESULTS and "boxes" in (out / "table.md").read_text()


def test_a_file_is_no_folder_for_results(run: Command, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ended = run("evaluate", "mean", "--on", photos, "-o", tmp_path / "file" / "out")
    assert ended.code == 4 and "file" in ended.err


def test_without_the_extra_the_command_says_how_to_install_it(
    daemon_environment: dict[str, str], tmp_path: Path
) -> None:
    words = [sys.executable, "-c", _WITHOUT_TORCH, "evaluate", "mean", "--on", "photos", "-o", "out"]
    ended = run_process(words, capture_output=True, text=True, env=daemon_environment, cwd=tmp_path)
    assert ended.returncode == 5
    assert "pip install 'gan-inpaint[train]'" in ended.stderr and "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
