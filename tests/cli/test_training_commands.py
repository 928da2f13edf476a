"""`train` and `export` do their work, or say what is missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

_WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
from gan_inpaint.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("arguments", [("train", "default", "--run", "run"), ("export", "run", "-o", "out.onnx")])
def test_without_the_extra_the_command_says_how_to_install_it(
    daemon_environment: dict[str, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    words = [sys.executable, "-c", _WITHOUT_TORCH, *arguments]
    ended = subprocess.run(words, capture_output=True, text=True, env=daemon_environment, cwd=tmp_path)
    assert ended.returncode == 5
    assert "pip install 'gan-inpaint[train]'" in ended.stderr and "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_list_names_every_network_with_its_size_and_cost(run: Command) -> None:
    pytest.importorskip("lightning")
    listed = {entry["name"]: entry for entry in run("train", "--list", "--json").json}
    assert len(listed) == 12
    released = listed["dmfn-released"]
    assert (released["parameters"], released["side"]) == (9_037_443, 256)
    assert released["gmac"] == pytest.approx(45.9, abs=0.05)
    shown = run("train", "--list").out
    assert "9,037,443" in shown and "256²" in shown and "45.9" in shown


@pytest.mark.parametrize(("arguments", "missing"), [(("train",), "CONFIG"), (("train", "default"), "--run")])
def test_what_is_missing_to_train_is_named(run: Command, arguments: tuple[str, ...], missing: str) -> None:
    ended = run(*arguments)
    assert ended.code == 2 and missing in ended.err


def test_an_unknown_configuration_is_named(run: Command, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    ended = run("train", "none-such", "--run", tmp_path / "run")
    assert ended.code == 5
    assert "none-such" in ended.err and "default" in ended.err


def test_a_wrong_override_is_named(run: Command, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    ended = run("train", "default", "--run", tmp_path / "run", "schedule.speed=high")
    assert ended.code == 5
    assert "speed" in ended.err


def test_a_folder_without_a_run_is_not_exported(run: Command, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    ended = run("export", tmp_path, "-o", tmp_path / "out.onnx", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (5, "export_failed")
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_not_there_are_named(run: Command, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    ended = run("weights", tmp_path, "-o", tmp_path / "weights.pt", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (5, "training_failed")
    assert list(tmp_path.iterdir()) == []


TINY = """
title: Tiny
window: 64
generator: {{name: dmfb, width: 8, blocks: 1}}
adversary: {{name: sn-patchgan, width: 8}}
data: {{shards: ["{photographs}"], crop: 32, max_reduction: 2.0, workers: 0}}
masks: {{boxes: 1.0}}
schedule: {{images: 4, batch: 2, precision: 32-true}}
"""


def test_trained_exported_added_and_used(run: Command, photo: Path, mask: Path, out: Path, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    pytest.importorskip("onnxscript")
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    (photographs / "one.png").write_bytes(photo.read_bytes())
    (tmp_path / "tiny.yaml").write_text(TINY.format(photographs=photographs.as_posix()))
    trained = run("train", tmp_path / "tiny.yaml", "--run", tmp_path / "run", "schedule.images=2")
    assert (trained.code, trained.out) == (0, "")
    exported = run("export", tmp_path / "run", "-o", tmp_path / "tiny.onnx", "--json").json
    assert len(exported["parity"]) == 3 and max(each["difference"] for each in exported["parity"]) <= 1e-4
    added = run("models", "add", tmp_path / "tiny.onnx", "--json").json
    assert (added["name"], added["title"], added["images_seen"], added["sha256"]) == (
        *("tiny", "Tiny", 2),
        exported["sha256"],
    )
    filled = run("fill", photo, mask, out, "--model", "tiny", "--no-daemon", "--json").json
    assert filled["filled_by"]["sha256"] == exported["sha256"]
    weights = tmp_path / "tiny.pt"
    written = run("weights", tmp_path / "run", "-o", weights, "--half", "--json").json
    assert written == {"output": str(weights), "bytes": weights.stat().st_size}
    again = run("train", tmp_path / "tiny.yaml", "--run", tmp_path / "again", "--weights", weights, "schedule.images=2")
    assert (again.code, again.out) == (0, "")


def test_photographs_for_validation_that_cannot_be_used_are_named(run: Command, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    ended = run("export", tmp_path, "-o", tmp_path / "out.onnx", "--validation", tmp_path / "none", "--json")
    assert ended.code == 5
    assert list(tmp_path.iterdir()) == []
