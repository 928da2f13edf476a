"""`gan-inpaint models catalogue` and `models get`: published models, one command each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.published import lama
from tests.site import Site, serving

from gan_inpaint.models import catalogue

Command = Callable[..., Any]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with the only model of the catalogue."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    content = lama(tmp_path / "published.onnx", blocks=1, width=8).read_bytes()
    with serving({"lama.onnx": content}) as site:
        facts = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        model = msgspec.structs.replace(catalogue.find("lama"), address=f"{site.address}/whole/lama.onnx", **facts)
        monkeypatch.setattr(catalogue, "CATALOGUE", (model,))
        yield site


def test_the_catalogue_says_size_licence_purpose_and_page(run: Command) -> None:
    shown = run("models", "catalogue").out
    for model in catalogue.CATALOGUE:
        for fact in (model.name, model.title, f"{model.size / 1e6:.0f} MB", model.licence, model.good_for, model.page):
            assert fact in shown
    listed = run("models", "catalogue", "--json").json
    assert [model["sha256"] for model in listed] == [model.sha256 for model in catalogue.CATALOGUE]
    assert not any(model["installed"] for model in listed)


def test_a_model_is_got_by_its_name_described_and_used(
    run: Command, site: Site, photo: Path, mask: Path, out: Path
) -> None:
    assert run("models", "catalogue").code == 0
    assert site.asked == []
    assert run("models", "get", "lama").out == "Added “lama”: LaMa (big-lama, 32 bits), licence Apache-2.0.\n"
    assert site.asked == ["/whole/lama.onnx"]
    (model,) = run("models", "catalogue", "--json").json
    assert model["installed"]
    assert run("models", "info", "lama", "--json").json["training_data"] == "Places2"
    used = run("fill", photo, mask, out, "--model", "lama", "--no-daemon", "--json").json
    assert (used["filled_by"]["model"], used["filled_by"]["licence"]) == ("lama", "Apache-2.0")
    assert run("models", "get", "lama").code == 4
    assert run("models", "get", "lama", "--name", "again", "--json").json["name"] == "again"


def test_what_cannot_be_got_is_said(run: Command, site: Site) -> None:
    assert run("models", "get", "nothing", "--json").json["error"]["code"] == "unknown_model"
    assert run("models", "get", "lama", "--sha256", "0" * 64).code == 2
    site.files["lama.onnx"] += b"\0"
    ended = run("models", "get", "lama")
    assert ended.code == 5 and "more than" in ended.err
    assert [entry["name"] for entry in run("models", "list", "--json").json if not entry["built_in"]] == []
