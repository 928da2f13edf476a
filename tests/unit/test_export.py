from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

from gan_inpaint import __version__  # noqa: E402 - without torch there is nothing to test
from gan_inpaint.engine import fill  # noqa: E402
from gan_inpaint.errors import BadModel, CannotWrite  # noqa: E402
from gan_inpaint.models import loading  # noqa: E402 - without torch there is nothing to test
from gan_inpaint.models.manifest import KEY, Manifest, parse, sha256_of  # noqa: E402
from gan_inpaint.models.store import ModelEntry, ModelStore  # noqa: E402
from gan_inpaint_export import ExportError, ParityReport, export, from_run  # noqa: E402
from gan_inpaint_training import checkpoint, generators  # noqa: E402
from gan_inpaint_training.config import Config, DataConfig, DMFBConfig, ScheduleConfig  # noqa: E402
from gan_inpaint_training.generators.cifar import TwoPathGenerator  # noqa: E402
from gan_inpaint_training.generators.context_encoder import ContextEncoder  # noqa: E402
from gan_inpaint_training.generators.portrait import PortraitGenerator  # noqa: E402


class Small(torch.nn.Module):
    """Two convolutions, and dropout that must not be exported."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(4, 8, 3, stride=2, padding=1)
        self.dropout = torch.nn.Dropout2d()
        self.last = torch.nn.Conv2d(8, 3 * 4, 3, padding=1)

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.dropout(torch.relu(self.first(torch.cat([image, mask], 1))))
        return torch.tanh(torch.nn.functional.pixel_shuffle(self.last(x), 2))


class Unfaithful(Small):
    """Computes something else when it is traced."""

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return super().forward(image, mask) * (0.5 if torch.compiler.is_exporting() else 1.0)


class OfOneSize(Small):
    """Takes pictures of one size only."""

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return super().forward(image, mask) * torch.ones(64, 80)


@pytest.fixture(scope="module")
def small_manifest() -> Manifest:
    return Manifest(
        name="small", title="Small", version="1", size_multiple=2, window=32, training_data="none", licence="CC0-1.0",
        images_seen=7, metrics={"l1": 0.5},
    )  # fmt: skip


@pytest.fixture(scope="module")
def exported(tmp_path_factory, small_manifest: Manifest) -> tuple[Small, ParityReport]:
    torch.manual_seed(0)
    generator = Small().train()
    return generator, export(generator, small_manifest, tmp_path_factory.mktemp("export") / "small.onnx")


def test_the_exported_file_is_a_model_of_the_product(exported, small_manifest: Manifest) -> None:
    generator, report = exported
    filler = loading.load(ModelEntry("small", report.path, report.sha256, small_manifest), 1)
    noise = np.random.default_rng(1)
    images = noise.uniform(-1, 1, (3, 3, 18, 26)).astype(np.float32)
    holes = (noise.random((3, 1, 18, 26)) < 0.5).astype(np.float32)
    with torch.inference_mode():
        expected = copy.deepcopy(generator).eval()(torch.from_numpy(images), torch.from_numpy(holes)).numpy()
    np.testing.assert_allclose(filler(images, holes), expected, atol=1e-4)


def test_the_report_compares_three_sizes_one_of_them_not_square(exported) -> None:
    sizes = [parity.size for parity in exported[1].parities]
    assert len(set(sizes)) == 3
    assert any(height != width for _, height, width in sizes)
    assert all(0 <= parity.difference <= 1e-4 for parity in exported[1].parities)


def test_the_manifest_stands_in_the_file_and_beside_it(exported, small_manifest: Manifest) -> None:
    path = exported[1].path
    properties = {item.key: item.value for item in onnx.load(path).metadata_props}
    assert parse(properties[KEY]) == small_manifest
    sidecar = json.loads(path.with_suffix(".json").read_text())
    assert sidecar["sha256"] == exported[1].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sidecar["manifest"] == json.loads(properties[KEY])
    assert sorted(file.name for file in path.parent.iterdir()) == ["small.json", "small.onnx"]


def test_the_folder_of_an_export_works_as_a_folder_of_models(exported, small_manifest: Manifest, tmp_path) -> None:
    entry = ModelStore(exported[1].path.parent, tmp_path).get("small")
    assert (entry.sha256, entry.manifest) == (exported[1].sha256, small_manifest)


def test_the_file_tells_nothing_of_the_machine_that_made_it(exported) -> None:
    data = exported[1].path.read_bytes()
    assert str(Path(__file__).parents[2]).encode() not in data
    assert b"stack_trace" not in data
    assert b".py" not in data


def test_batch_height_and_width_are_open(exported) -> None:
    model = onnx.load(exported[1].path)
    assert model.opset_import[0].version >= 17
    for value in (*model.graph.input, *model.graph.output):
        shape = value.type.tensor_type.shape.dim
        assert [bool(shape[axis].dim_param) for axis in range(4)] == [True, False, True, True]


def test_the_generator_is_left_as_it_was(exported) -> None:
    generator, _ = exported
    torch.manual_seed(0)
    before = Small().state_dict()
    assert generator.training
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())


@pytest.mark.parametrize(
    "make", [lambda: ContextEncoder("paper", 8), lambda: ContextEncoder("released", 4), TwoPathGenerator,
             lambda: PortraitGenerator(64, 16, 4, width=8)],
    ids=["context-encoder", "context-encoder-released", "cifar-two-path", "portrait"],
)  # fmt: skip
def test_a_generator_of_one_size_is_exported_with_an_open_batch_and_fills(make, tmp_path: Path) -> None:
    torch.manual_seed(0)
    generator = make().train()
    side = generator.fixed_size
    with torch.no_grad():  # statistics other than those of an untrained normalisation
        generator(torch.rand(4, 3, side, side) * 2 - 1, torch.ones(4, 1, side, side))
    manifest = Manifest(
        name="fixed", title="Fixed", version="1", size_multiple=side, window=side, fixed=True, training_data="none",
        licence="CC0-1.0", images_seen=0,
    )  # fmt: skip
    report = export(generator, manifest, tmp_path / "fixed.onnx")
    assert [parity.size for parity in report.parities] == [(count, side, side) for count in (1, 2, 5)]
    assert all(parity.difference <= 1e-4 for parity in report.parities)
    for value in onnx.load(report.path).graph.input:
        batch, _, *sides = value.type.tensor_type.shape.dim
        assert (bool(batch.dim_param), [axis.dim_value for axis in sides]) == (True, [side, side])
    filler = loading.load(ModelStore(tmp_path, tmp_path / "none").get("fixed"), 1)
    picture = np.random.default_rng(2).integers(0, 256, (150, 170, 3), np.uint8)
    mask = np.zeros((150, 170), np.uint8)
    mask[40:80, 50:110] = 255
    filled = fill(picture, mask, filler).image
    assert np.array_equal(filled[mask == 0], picture[mask == 0])
    assert (filled[mask > 0] != picture[mask > 0]).mean() > 0.9


@pytest.mark.parametrize(
    ("make", "sentence"), [(Unfaithful, r"1×32×32: .*, 1×34×34: .*, 2×6×10: "), (OfOneSize, "cannot be exported")]
)
def test_a_generator_that_cannot_be_exported_faithfully_leaves_the_folder_as_it_was(
    make: Callable[[], torch.nn.Module], sentence: str, small_manifest: Manifest, tmp_path: Path
) -> None:
    (tmp_path / "small.onnx").write_bytes(b"an earlier export")
    with pytest.raises(ExportError, match=sentence):
        export(make(), small_manifest, tmp_path / "small.onnx")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"small.onnx": b"an earlier export"}


def test_a_generator_that_gives_no_numbers_is_refused(small_manifest: Manifest, tmp_path: Path) -> None:
    generator = Small()
    torch.nn.init.constant_(generator.last.bias, float("nan"))
    with pytest.raises((ExportError, BadModel)):
        export(generator, small_manifest, tmp_path / "small.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_manifest_or_path_is_refused_before_the_work(small_manifest: Manifest, tmp_path: Path) -> None:
    wrong = Manifest(
        **{**{name: getattr(small_manifest, name) for name in small_manifest.__struct_fields__}, "title": ""}
    )
    with pytest.raises(BadModel, match="title"):
        export(Small(), wrong, tmp_path / "small.onnx")
    with pytest.raises(ExportError, match=r"\.onnx"):
        export(Small(), small_manifest, tmp_path / "small.pt")


def test_a_folder_that_cannot_be_written_is_said(small_manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotWrite):
        export(Small(), small_manifest, tmp_path / "file" / "small.onnx")


@pytest.fixture
def state() -> dict[str, Any]:
    """A checkpoint's, of a tiny generator."""
    config = Config(
        title="Tiny",
        window=64,
        data=DataConfig(shards=["photographs"], description="Photographs of cats", terms="CC0-1.0"),
        masks={"boxes": 1.0},
        schedule=ScheduleConfig(images=100),
        generator=DMFBConfig(width=8, blocks=1),
    )
    torch.manual_seed(0)
    generator = generators.build(msgspec.to_builtins(config.generator))
    torch.nn.init.normal_(generator.last.weight, std=0.1)  # it starts at zero, which would hide the rest
    return {"config": msgspec.to_builtins(config), "ema": generator.state_dict(), "images_seen": 42}


def test_a_training_run_is_exported_with_what_its_configuration_tells(state: dict[str, Any], tmp_path: Path) -> None:
    checkpoint.save(tmp_path, state)
    report = from_run(tmp_path, tmp_path / "tiny.onnx")
    entry = ModelStore(tmp_path, tmp_path / "none").get("tiny")
    assert entry.sha256 == report.sha256 == sha256_of(tmp_path / "tiny.onnx")
    assert entry.manifest == Manifest(
        name="tiny", title="Tiny", version=__version__, size_multiple=8, window=64, training_data="Photographs of cats",
        licence="CC0-1.0", images_seen=42, guided=True,
    )  # fmt: skip


@pytest.mark.parametrize("place", [np.s_[9:20, 30:50], np.s_[63:, :1], np.s_[:0, :0]])
def test_a_small_hole_is_filled_as_in_training(state: dict[str, Any], tmp_path: Path, place: Any) -> None:
    checkpoint.save(tmp_path, state)
    from_run(tmp_path, tmp_path / "tiny.onnx")
    filler = loading.load(ModelStore(tmp_path, tmp_path / "none").get("tiny"), 1)
    images = np.random.default_rng(1).uniform(-1, 1, (2, 3, 64, 80)).astype(np.float32)
    holes = np.zeros((2, 1, 64, 80), np.float32)
    holes[1, 0][place] = 1
    with torch.inference_mode():
        expected = generators.restore(state)(torch.from_numpy(images), torch.from_numpy(holes)).numpy()
    assert filler(images, holes) * holes == pytest.approx(expected * holes, abs=1e-4)


def test_the_metrics_of_a_validation_are_in_the_manifest(state: dict[str, Any], tmp_path: Path) -> None:
    checkpoint.save(tmp_path, state)
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    cv2.imwrite(str(photographs / "noise.png"), np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8))
    from_run(tmp_path, tmp_path / "tiny.onnx", [str(photographs)])
    metrics = ModelStore(tmp_path, tmp_path / "none").get("tiny").manifest.metrics
    assert {"boxes psnr generator", "boxes psnr mean", "scratches seam telea"} <= metrics.keys()


def test_a_run_whose_configuration_lacks_a_key_is_said(state: dict[str, Any], tmp_path: Path) -> None:
    del state["config"]["window"]
    checkpoint.save(tmp_path, state)
    with pytest.raises(ExportError, match="window"):
        from_run(tmp_path, tmp_path / "tiny.onnx")


@pytest.mark.parametrize("lost", ["stem.weight", "last.bias"])
def test_a_generator_without_its_weights_is_not_exported(state: dict[str, Any], lost: str, tmp_path: Path) -> None:
    del state["ema"][lost]
    checkpoint.save(tmp_path, state)
    with pytest.raises(ExportError, match=lost):
        from_run(tmp_path, tmp_path / "tiny.onnx")
    assert not (tmp_path / "tiny.onnx").exists()


def test_a_run_of_a_generator_of_one_size_is_exported_at_that_size(state: dict[str, Any], tmp_path: Path) -> None:
    state["config"]["generator"] = {"name": "cifar-two-path", "side": 32}
    state["ema"] = TwoPathGenerator(32).state_dict()
    checkpoint.save(tmp_path, state)
    from_run(tmp_path, tmp_path / "tiny.onnx")
    manifest = ModelStore(tmp_path, tmp_path / "none").get("tiny").manifest
    assert (manifest.fixed, manifest.window, manifest.size_multiple) == (True, 32, 32)


@pytest.mark.parametrize("content", [None, b"", b"no checkpoint"])
def test_a_run_without_a_usable_checkpoint_is_said(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / checkpoint.NAME).write_bytes(content)
    with pytest.raises(ExportError, match="cannot be exported"):
        from_run(tmp_path, tmp_path / "tiny.onnx")
    assert not (tmp_path / "tiny.onnx").exists()
