"""`gan-inpaint models` lists, describes, adds and removes generators."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from gan_inpaint.models.entry import DEFAULT
from gan_inpaint.models.manifest import KEY
from gan_inpaint.models.store import WEIGHTS

Command = Callable[..., Any]


@pytest.fixture
def generator(tmp_path: Path) -> Path:
    """A generator's file as a user may have downloaded it."""
    path = tmp_path / "street.onnx"
    path.write_bytes((WEIGHTS / f"{DEFAULT}.onnx").read_bytes())
    return path


def test_the_default_comes_first_and_the_classical_filler_is_there(run: Command) -> None:
    listed = run("models", "list", "--json").json
    assert listed[0]["default"] and listed[0]["kind"] == "generator"
    assert listed[-1]["name"] == "classical"
    assert {"name", "title", "version", "kind", "default", "built_in", "licence"} == set(listed[0])


def test_the_table_is_not_cut_in_a_pipe(run: Command) -> None:
    shown = run("models", "list")
    listed = run("models", "list", "--json").json
    for model in listed:
        shows = [model["name"], model["title"], model["licence"]]
        assert any(all(text in line for text in shows) for line in shown.out.splitlines())


def test_a_model_is_added_described_used_and_removed(
    run: Command, generator: Path, photo: Path, mask: Path, out: Path
) -> None:
    assert run("models", "add", generator).out.startswith("Added “street”")
    described = run("models", "info", "street", "--json").json
    assert described["sha256"] and described["path"].endswith("street.onnx") and not described["built_in"]
    assert described["sha256"] in run("models", "info", "street").out
    used = run("fill", photo, mask, out, "--model", "street", "--no-daemon", "--json").json
    assert used["filled_by"]["model"] == "street"
    assert run("models", "remove", "street", "--json").json == {"removed": "street"}
    assert run("models", "info", "street").code == 5


def test_how_a_model_goes_about_a_hole_is_shown_in_words(run: Command, generator: Path) -> None:
    model = onnx.load(generator)
    (about,) = (json.loads(entry.value) for entry in model.metadata_props if entry.key == KEY)
    changes = {"size_multiple": about["window"], "fixed": True, "guided": True, "detail": 0.4}
    onnx.helper.set_model_props(model, {KEY: json.dumps(about | changes)})
    onnx.save(model, generator)
    assert run("models", "add", generator).code == 0
    assert changes.items() <= run("models", "info", "street", "--json").json.items()
    reported = run("models", "info", "street").out
    for word in ("512 × 512 pixels at a time", "coarsely first, then refined", "40 % of the grain"):
        assert word in reported
    plain = run("models", "info", "classical").out
    for word in ("around small holes", "lower resolution", "none is added"):
        assert word in plain


def test_a_name_can_be_given_and_is_taken_once(run: Command, generator: Path) -> None:
    assert run("models", "add", generator, "--name", "mine", "--json").json["name"] == "mine"
    assert run("models", "add", generator, "--name", "mine").code == 4
    assert run("models", "add", generator, "--name", "../mine").code == 2


def test_a_file_that_is_not_the_expected_one_is_not_added(run: Command, generator: Path) -> None:
    assert run("models", "add", generator, "--sha256", "0" * 64).code == 5
    assert run("models", "info", "street").code == 5


def test_an_address_without_its_sha256_is_refused(run: Command) -> None:
    ended = run("models", "add", "https://example.org/model.onnx", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "bad_request")


def test_what_ships_cannot_be_removed(run: Command) -> None:
    assert run("models", "remove", "classical").code == 4
    assert run("models", "remove", DEFAULT).code == 4
