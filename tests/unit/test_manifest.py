from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from gan_inpaint.errors import BadModel
from gan_inpaint.models.manifest import Manifest, Sidecar, parse, read_sidecar, sha256_of


def changed(manifest: Manifest, **changes: Any) -> str:
    values = msgspec.to_builtins(manifest) | changes
    return json.dumps({key: value for key, value in values.items() if value is not None})


def test_a_manifest_survives_being_written_and_read(manifest: Manifest) -> None:
    assert parse(msgspec.json.encode(manifest)) == manifest


@pytest.mark.parametrize(
    "changes",
    [
        {"title": None}, {"title": ""}, {"version": 3}, {"size_multiple": 0}, {"window": None}, {"window": "512"},
        {"window": 60}, {"fixed": True}, {"fixed": 1},
        {"licence": None}, {"training_data": ""}, {"images_seen": -1}, {"channels": "cmyk"},
        {"figures": {"psnr": "good"}}, {"inputs": ["image"]}, {"output": 1}, {"contract": None}, {"contract": "1"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_key_is_named(manifest: Manifest, changes: dict[str, Any]) -> None:
    with pytest.raises(BadModel, match=next(iter(changes))):
        parse(changed(manifest, **changes))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00", "contract"])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(BadModel, match="not valid"):
        parse(text)


def test_a_later_contract_asks_for_an_update_whatever_else_it_says() -> None:
    with pytest.raises(BadModel, match="version 2") as refusal:
        parse('{"contract": 2}')
    assert refusal.value.hint == "Update GAN Inpaint."


def test_keys_of_a_later_minor_version_are_ignored(manifest: Manifest) -> None:
    assert parse(changed(manifest, colour="any")) == manifest


def test_a_sidecar_survives_being_written_and_read(tmp_path, manifest: Manifest) -> None:
    sidecar = Sidecar("0" * 64, manifest)
    (tmp_path / "gray.json").write_bytes(msgspec.json.encode(sidecar))
    assert read_sidecar(tmp_path / "gray.json") == sidecar


@pytest.mark.parametrize("content", [b"", b"{}", b'{"sha256": "12", "manifest": {}}', b"\xff"])
def test_a_damaged_sidecar_is_refused_by_name(tmp_path, content: bytes) -> None:
    (tmp_path / "gray.json").write_bytes(content)
    with pytest.raises(BadModel, match=r"gray\.json"):
        read_sidecar(tmp_path / "gray.json")


def test_the_sha256_is_that_of_the_standard(tmp_path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
