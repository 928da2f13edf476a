"""The daemon's models, and the download of a published one: only when asked, beside the fills, and never by halves."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.published import lama
from tests.site import Site, offered, product_offering, serving

from gan_inpaint.server import Config


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("files")
    widths = {"large.onnx": 12, "small.onnx": 8}
    return {name: lama(folder / name, blocks=1, width=width).read_bytes() for name, width in widths.items()}


@pytest.fixture
def site(files: dict[str, bytes]) -> Iterator[Site]:
    with serving(dict(files)) as site:
        yield site


@pytest.fixture
def daemon(site: Site, tmp_path: Path, start_daemon: Callable[..., Any]) -> Any:
    """A daemon whose catalogue has a model, one whose site falls silent, and one that is gone."""
    models = [
        offered(site, "lama", "large.onnx"),
        offered(site, "lama-small", "small.onnx", "stuck"),
        offered(site, "migan", "small.onnx", "404"),
    ]
    variables = product_offering(models, tmp_path / "product", os.pathsep.join(sys.path))
    return start_daemon(Config(), **variables)


@pytest.fixture
def left(daemon_environment: dict[str, str]) -> Callable[[], list[str]]:
    """What is in the folder of the user's models."""
    folder = Path(daemon_environment["GAN_INPAINT_MODELS_DIR"])
    return lambda: sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_models_are_told_and_nothing_is_downloaded(client: Any, site: Site) -> None:
    told = client.ask("models")
    installed = {model["name"]: model for model in told["installed"]}
    assert {"default", "faces", "scratches", "classical"} <= installed.keys()
    assert installed["default"]["default"] and installed["default"]["built_in"] and installed["default"]["licence"]
    assert installed["scratches"]["kind"] == "detector" and installed["scratches"]["page"] == ""
    assert [model["name"] for model in told["published"]] == ["lama", "lama-small", "migan"]
    assert told["published"][0] == {
        "name": "lama",
        "title": "LaMa (big-lama, 32 bits)",
        "good_for": "large holes, repeating structures such as fences, bricks and windows; slow without a GPU",
        "size": len(site.files["large.onnx"]),
        "licence": "Apache-2.0",
        "training_data": "Places2",
        "address": f"{site.address}/whole/large.onnx",
        "page": "https://huggingface.co/Carve/LaMa-ONNX",
        "installed": False,
    }
    assert site.asked == []


def test_a_model_is_downloaded_checked_and_offered(
    client: Any, site: Site, left: Callable[[], list[str]], short_fill: Any
) -> None:
    reply, _, progress = client.outcome(client.request("get", name="lama"))
    assert (reply["type"], reply["name"]) == ("got", "lama")
    size = len(site.files["large.onnx"])
    assert progress[-1]["stage"] == "checking" and progress[-1]["done"] == progress[-1]["total"] == size
    assert all(0 < step["done"] <= size for step in progress if step["stage"] == "downloading")
    assert left() == ["lama.json", "lama.onnx"]
    told = client.ask("models")
    assert [model["installed"] for model in told["published"]] == [True, False, False]
    added = next(model for model in told["installed"] if model["name"] == "lama")
    assert (added["page"], added["built_in"]) == ("https://huggingface.co/Carve/LaMa-ONNX", False)
    assert "lama" in {model["name"] for model in client.ask("hello")["models"]}
    keys = {**short_fill.keys, "model": "lama"}
    assert client.outcome(client.request("fill", *short_fill.frames, **keys))[0]["filled_by"]["model"] == "lama"
    again = client.outcome(client.request("get", name="lama"))[0]
    assert (again["type"], again["code"]) == ("error", "cannot_write")


@pytest.mark.parametrize(
    ("name", "code"), [("migan", "no_download"), ("nothing", "unknown_model"), ("changed", "another_file")]
)
def test_what_cannot_be_had_is_said_and_leaves_nothing(
    client: Any, site: Site, left: Callable[[], list[str]], name: str, code: str
) -> None:
    if name == "changed":
        site.files["large.onnx"] = bytes(reversed(site.files["large.onnx"]))
    reply = client.outcome(client.request("get", name="lama" if name == "changed" else name))[0]
    assert (reply["type"], reply["code"]) == ("error", code) and reply["message"]
    assert left() == []


def test_fills_go_on_during_a_download_and_a_second_one_waits(client: Any, site: Site, short_fill: Any) -> None:
    id = client.request("get", name="lama-small")
    assert site.stuck.wait(20)
    second = client.outcome(client.request("get", name="lama"))[0]
    assert (second["type"], second["code"]) == ("error", "busy")
    filled = client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))[0]
    assert filled["type"] == "result"
    assert client.next_to(id)["type"] == "progress", "the silent site is reported once a second"


def test_cancel_ends_the_wait_at_once_and_nothing_is_left(
    client: Any, site: Site, left: Callable[[], list[str]]
) -> None:
    id = client.request("get", name="lama-small")
    assert site.stuck.wait(20)
    began = time.monotonic()
    assert client.ask("cancel", target=id)["found"]
    assert client.next_to(id, "error")["code"] == "cancelled"
    assert time.monotonic() - began < 5
    assert client.outcome(client.request("get", name="lama"))[0]["type"] == "got", "another one can follow at once"
    site.go_on.set()
    client.wait_for(lambda _: left() == ["lama.json", "lama.onnx"])
    assert "lama-small" not in {model["name"] for model in client.ask("models")["installed"]}


def test_a_client_that_is_gone_downloads_no_more(
    daemon: Any, client: Any, site: Site, left: Callable[[], list[str]], connect: Callable[..., Any]
) -> None:
    client.request("get", name="lama-small")
    assert site.stuck.wait(20)
    assert left() != []
    client.socket.close()
    site.go_on.set()
    connect(daemon).wait_for(lambda _: left() == [])


def test_stopping_ends_a_download(client: Any, site: Site) -> None:
    id = client.request("get", name="lama-small")
    assert site.stuck.wait(20)
    assert client.ask("stop")["type"] == "stopping"
    assert client.next_to(id, "error")["code"] == "stopping"
    site.go_on.set()
