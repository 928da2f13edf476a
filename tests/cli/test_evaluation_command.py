"""`evaluate` measures every kind of filler, or says what is wrong, and writes all of its results or none."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run as run_process
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image
from skimage import data
from tests.detector import scratched_page, write_detector

from gan_inpaint.models.store import WEIGHTS

pytest.importorskip("torch")
from gan_inpaint_training import checkpoint
from gan_inpaint_training.config import settings_of
from gan_inpaint_training.detector import build, configured
from gan_inpaint_training.generators.dmfb import DMFBGenerator

Command = Callable[..., Any]
RESULTS = {"table.md", "metrics.csv", "cases.csv", "contact-sheet.png"}

_NOTHING = """
    two = Constant<value = int64[2] {2, 1}>()
    a, b = Split<axis: int = 1>(image, two)  damage = Sub(a, a)
"""
"""The body of a detector that finds nothing."""
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
    onnx.write_bytes((WEIGHTS / "default.onnx").read_bytes())
    fillers = ("mean", "default", "classical", onnx, trained, trained / "checkpoint.pt")
    ended = run("evaluate", *fillers, "--on", photos, "--kinds", "boxes", "--count", 2, "--size", 96, "-o", out)
    assert ended.code == 0, ended.err
    assert {path.name for path in out.iterdir()} == RESULTS
    assert ended.out.startswith("## boxes (2 pictures)")
    table = list(csv.DictReader((out / "metrics.csv").read_text().splitlines()))
    names = ["telea", "mean", "default", "classical", "other", str(trained), str(trained / "checkpoint.pt")]
    assert [row["filler"] for row in table] == names
    reached = {row["filler"]: float(row["mean_psnr"]) for row in table}
    assert reached["default"] == reached["other"]
    assert reached[str(trained)] == reached[str(trained / "checkpoint.pt")]
    assert reached["default"] > reached["mean"]
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
    assert all(name in ended.json["error"]["hint"] for name in ("telea", "patchmatch", "default", "checkpoint.pt"))


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


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Two labelled pictures: a scratch that the tiny detector finds, and a clean slope."""
    folder = tmp_path / "labelled"
    folder.mkdir()
    page, damage = scratched_page()
    clean = np.broadcast_to(np.linspace(80, 140, 160).astype(np.uint8), page.shape)
    for name, picture, mask in (("scratched", page, damage), ("clean", clean, np.zeros_like(damage))):
        Image.fromarray(picture).save(folder / f"{name}.png")
        Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f"{name}_mask.png")
    return folder


def test_detectors_are_scored_on_labelled_pictures(run: Command, labelled: Path, tmp_path: Path) -> None:
    out, tiny = tmp_path / "results", write_detector(tmp_path / "tiny.onnx")
    deaf = write_detector(tmp_path / "deaf.onnx", body=_NOTHING)
    ended = run("evaluate", tiny, deaf, "--labelled", labelled, "-o", out, "--json")
    assert ended.code == 0, ended.err
    assert {path.name for path in out.iterdir()} == {"table.md", "pictures.csv", "contact-sheet.png"}
    own = {row["detector"]: row for row in ended.json["rows"] if row["at"] is None}
    assert own[str(tiny)]["f1"] > 0.7 and own[str(tiny)]["flagged"] == 0 and own[str(deaf)]["recall"] == 0
    assert {row["at"] for row in ended.json["rows"]} == {None, 0.001, 0.0025, 0.005, 0.01}
    lines = list(csv.DictReader((out / "pictures.csv").read_text().splitlines()))
    assert [(line["picture"], line["clean"]) for line in lines[:2]] == [("clean", "True"), ("scratched", "False")]
    with Image.open(out / "contact-sheet.png") as sheet:
        assert sheet.size == (4 * 480, 2 * 480)


def test_a_detector_teaches_with_labels_of_its_own(run: Command, labelled: Path, tmp_path: Path) -> None:
    (labelled / "broken.png").write_bytes(b"no picture")
    out, tiny = tmp_path / "taught", write_detector(tmp_path / "tiny.onnx")
    ended = run("teach", tiny, labelled, "-o", out, "--json")
    assert ended.code == 0, ended.err
    assert ended.json["pictures"] == 4 and ended.json["unreadable"] == 1
    labels = [np.asarray(Image.open(path)) for path in sorted(out.glob("*_taught.png"))]
    assert len(labels) == 4 and sum(label[..., :2].any() for label in labels) >= 1
    assert run("teach", tiny, labelled, "-o", out).code != 0, "nothing is replaced unasked"
    assert run("teach", tiny, labelled, "-o", out, "--force").code == 0
    assert "none" in run("teach", tiny, tmp_path / "none", "-o", out).err


def test_a_run_of_a_detector_is_scored_by_torch(run: Command, labelled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    config = configured(
        settings_of("scratches", ["data.shards=[none]", "network.widths=[4, 4, 4, 4]", "network.line=5"])
    )
    state = {"config": msgspec.to_builtins(config), "ema": build(config).state_dict(), "images_seen": 0}
    checkpoint.save(folder, state)
    ended = run("evaluate", folder, "--labelled", labelled, "-o", tmp_path / "out")
    assert ended.code == 0, ended.err
    assert ended.out.count(str(folder)) == 5 and "its own threshold" in ended.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("scratches", "--on", "photos", "--labelled", "labelled"), 2, "--labelled"),
        (("scratches",), 2, "--labelled"),
        (("default", "--labelled", "labelled"), 5, "not a detector"),
        (("scratches", "--labelled", "photos"), 3, "no picture NAME.png"),
    ],
)
def test_detectors_that_cannot_be_scored_are_named(
    run: Command, labelled: Path, photos: Path, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    places = {"photos": photos, "labelled": labelled}
    ended = run("evaluate", *(places.get(word, word) for word in words), "-o", tmp_path / "out")
    assert ended.code == code and said in ended.err, ended.err
    assert not (tmp_path / "out").exists()
