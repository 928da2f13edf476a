"""Two detectors become one file, whose threshold is that at which labelled clean pictures are left alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from PIL import Image
from tests.detector import detector_manifest, scratched_page, write_detector

from gan_inpaint.detection import find_damage, select
from gan_inpaint.errors import ExportFailed
from gan_inpaint.models import loading
from gan_inpaint.models.store import ModelStore
from gan_inpaint.options import SelectOptions
from gan_inpaint_export import from_run, pair
from gan_inpaint_training import checkpoint
from gan_inpaint_training.config import settings_of
from gan_inpaint_training.detector import build, configured

SIGNATURE = "float[N, 3, H, W] image) => (float[N, 2, H, W] damage"


def _body(factor: float, light: bool) -> str:
    """A detector's graph: `factor` × the difference from the mean of 9 × 9 pixels are the log-odds."""
    order = "raised, lowered" if light else "lowered, raised"
    return f"""
        axis = Constant<value = int64[1] {{1}}>()  factor = Constant<value_float: float = {factor}>()
        gray = ReduceMean<keepdims: int = 1>(image, axis)
        around = AveragePool<kernel_shape: ints = [9, 9], pads: ints = [4, 4, 4, 4]>(gray)
        difference = Sub(gray, around)  raised = Mul(difference, factor)  lowered = Neg(raised)
        both = Concat<axis: int = 1>({order})  damage = Sigmoid(both)
    """


def _odds(model: bytes, image: np.ndarray) -> np.ndarray:
    (found,) = ort.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"image": image})
    return np.log(found / (1 - found))


def test_the_log_odds_of_a_pair_are_the_mean_of_both(tmp_path: Path) -> None:
    one = write_detector(tmp_path / "one.onnx", body=_body(8, True), signature=SIGNATURE)
    other = write_detector(tmp_path / "other.onnx", body=_body(2, False), signature=SIGNATURE)
    both = pair.pair(*(pair.read(path)[0] for path in (one, other)))
    onnx.checker.check_model(both, full_check=True)
    image = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 3, 24, 40)).astype(np.float32)
    mean = (_odds(one.read_bytes(), image) + _odds(other.read_bytes(), image)) / 2
    np.testing.assert_allclose(_odds(both.SerializeToString(), image), mean, atol=1e-4)


def test_the_manifest_of_a_pair_covers_both() -> None:
    one = detector_manifest(size_multiple=16, window=160, reach=40, licence="A", images_seen=3, metrics={"f1": 0.7})
    joint = pair.joint(one, detector_manifest(name="other", licence="B", images_seen=4))
    assert (joint.name, joint.size_multiple, joint.window, joint.reach) == ("tiny", 16, 160, 40)
    assert (joint.licence, joint.training_data, joint.images_seen, joint.metrics) == ("A; and B", "none", 7, {})


def test_what_does_not_end_in_a_sigmoid_cannot_be_paired(tmp_path: Path) -> None:
    tiny = pair.read(write_detector(tmp_path / "tiny.onnx"))[0]
    with pytest.raises(ExportFailed, match="sigmoid"):
        pair.pair(tiny, tiny)
    (tmp_path / "no.onnx").write_bytes(b"no")
    with pytest.raises(ExportFailed, match=r"no\.onnx is no detector"):
        pair.read(tmp_path / "no.onnx")


@pytest.mark.timeout(600)  # torch.export
def test_a_run_is_exported_as_one_of_a_pair_with_a_threshold_of_labelled_pictures(tmp_path: Path) -> None:
    labelled, out = tmp_path / "labelled", tmp_path / "pair.onnx"
    labelled.mkdir()
    page, damage = scratched_page()
    noise = np.random.default_rng(1).normal(0, 4, page.shape)
    clean = np.clip(np.linspace(80, 140, 160) + noise, 0, 255).astype(np.uint8)
    for name, picture, mask in (("page", page, damage), ("clean", clean, np.zeros_like(damage))):
        Image.fromarray(picture).save(labelled / f"{name}.png")
        Image.fromarray(mask.astype(np.uint8) * 255).save(labelled / f"{name}_mask.png")
    overrides = ["network={widths: [4, 4, 4, 4], blocks: 1, line: 5}", "data.damage=[]", "damage={dust: 1.0}"]
    torch.manual_seed(0)
    config = configured(settings_of("scratches", [*overrides, "prints=null", "window=640"]))
    state = {"config": msgspec.to_builtins(config), "ema": build(config).state_dict(), "images_seen": 5}
    checkpoint.save(tmp_path, state)
    other = write_detector(tmp_path / "other.onnx", body=_body(60, True), signature=SIGNATURE)
    from_run(tmp_path, out, labelled=labelled, beside=other)
    store = ModelStore(tmp_path, tmp_path / "none")
    manifest = store.get("pair").manifest
    assert {"labelled_f1", "labelled_flagged"} <= manifest.metrics.keys() and manifest.images_seen == 5
    detector = loading.load_detector(store.get("pair"), 1)
    flagged = select(find_damage(clean, detector), detector.threshold, SelectOptions(dilate=0)).mask > 0
    found = select(find_damage(page, detector), detector.threshold).mask > 0
    assert flagged.mean() <= 0.0025 and found[damage].mean() > 0.9
