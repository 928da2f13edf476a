"""Detectors beside generators: their manifest, their place among the models, and their files in onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.detector import detector_manifest, write_detector

from gan_inpaint.errors import BadModel, UnknownModel
from gan_inpaint.models import loading
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.models.manifest import DetectorManifest, Manifest, Sidecar, parse, read_sidecar, sha256_of
from gan_inpaint.models.store import ModelStore
from gan_inpaint.service import Service


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """A store with nothing built in, to which the tiny detector was added."""
    store = ModelStore(tmp_path / "user", tmp_path / "built-in")
    store.add(write_detector(tmp_path / "tiny.onnx"))
    return store


def entry_of(path: Path) -> ModelEntry:
    return ModelEntry(path.stem, path, sha256_of(path), loading.examine(path))


def test_a_manifest_says_which_kind_of_model_it_describes(manifest: Manifest) -> None:
    about = detector_manifest()
    text = msgspec.json.encode(about)
    assert msgspec.json.decode(text)["kind"] == "detector"
    assert parse(text) == about
    assert "kind" not in msgspec.json.decode(msgspec.json.encode(manifest))
    named = msgspec.to_builtins(manifest) | {"kind": "generator"}
    assert parse(msgspec.json.encode(named)) == manifest


@pytest.mark.parametrize(
    "changes",
    [{"threshold": 0}, {"threshold": 1}, {"reach": -1}, {"reach": None}, {"window": 60}, {"kind": "oracle"}],
    ids=str,
)
def test_a_wrong_key_is_named(changes: dict[str, Any]) -> None:
    values = msgspec.to_builtins(detector_manifest()) | changes
    text = msgspec.json.encode({key: value for key, value in values.items() if value is not None})
    with pytest.raises(BadModel, match=next(iter(changes))):
        parse(text)


def test_a_reach_that_leaves_nothing_of_a_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="reach"):
        detector_manifest(window=64, reach=29)
    assert detector_manifest(window=64, reach=24).core == 16


def test_a_detectors_sidecar_survives_being_written_and_read(tmp_path: Path) -> None:
    sidecar = Sidecar("0" * 64, detector_manifest())
    (tmp_path / "tiny.json").write_bytes(msgspec.json.encode(sidecar))
    assert read_sidecar(tmp_path / "tiny.json") == sidecar


def test_an_added_detector_is_listed_after_the_generators_and_loads(store: ModelStore, gray: Path) -> None:
    store.add(gray, "zebra")
    assert [(entry.name, entry.kind) for entry in store.list()] == [
        ("zebra", "generator"),
        ("tiny", "detector"),
        ("classical", "classical"),
    ]
    entry = store.get("tiny")
    assert entry.manifest == detector_manifest()
    assert loading.load_detector(entry, 1).sha256 == entry.sha256


def test_editors_are_not_offered_a_detector_as_filler(store: ModelStore) -> None:
    service = Service(store, threads=1)
    assert [model.name for model in service.offered()] == ["classical", "auto"]
    with pytest.raises(BadModel, match="does not fill"):
        service.load("tiny")


def test_a_generator_is_no_detector(gray: Path, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="not a detector"):
        loading.load_detector(entry_of(gray), 1)
    with pytest.raises(UnknownModel):
        ModelStore(tmp_path / "none", tmp_path / "none").get("scratches")


def test_a_detector_tells_what_it_is_and_finds_light_and_dark(store: ModelStore) -> None:
    detector = loading.load_detector(store.get("tiny"), 1)
    assert isinstance(detector.manifest, DetectorManifest)
    assert (detector.name, detector.size_multiple, detector.margin, detector.core) == ("tiny", 8, 8, 48)
    images = np.full((2, 3, 24, 40), 0.0, np.float32)
    images[0, :, 12, :], images[1, :, :, 20] = 1, -1
    damage = detector(images)
    assert (damage.shape, damage.dtype) == ((2, 2, 24, 40), np.float32)
    assert damage[0, 0, 12].min() == damage[1, 1, :, 20].min() == 1
    assert damage[0, 1, 12].max() == damage[1, 0, :, 20].max() == 0
    detector.rest()
    np.testing.assert_array_equal(detector(images), damage)


OTHER = "float[N, 3, H, W] photo) => (float[N, 2, H, W] damage"
FIXED = "float[N, 3, 64, 64] image) => (float[N, 2, 64, 64] damage"
ONE = "float[1, 3, H, W] image) => (float[1, 2, H, W] damage"
CONTRACT = "float[N, 3, H, W] image) => (float[N, C, H, W] damage"
TWO = "two = Constant<value = int64[2] {2, 1}>() a, b = Split<axis: int = 1>(image, two)"


@pytest.mark.parametrize(
    ("signature", "body", "sentence"),
    [
        (OTHER, f"image = Identity(photo) {TWO} damage = Abs(a)", "not those of the contract"),
        (FIXED, f"{TWO} damage = Abs(a)", "one size"),
        (ONE, f"{TWO} damage = Abs(a)", "one size"),
        (CONTRACT, "damage = Abs(image)", "wrong size"),
        (CONTRACT, f"{TWO} ten = Constant<value_float: float = 10.0>() damage = Mul(a, ten)", "no probability"),
        (CONTRACT, f"{TWO} none = Sub(a, a) damage = Div(none, none)", "no probability"),
    ],
)
def test_a_graph_that_breaks_its_manifests_promise_is_refused(
    tmp_path: Path, signature: str, body: str, sentence: str
) -> None:
    path = write_detector(tmp_path / "odd.onnx", body=body, signature=signature)
    with pytest.raises(BadModel, match=sentence):
        loading.examine(path)
