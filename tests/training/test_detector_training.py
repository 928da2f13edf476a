"""The detector in the training loop: it learns, goes on bit for bit, and says what is wrong with a configuration."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from lightning.fabric import Fabric
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from gan_inpaint_training import checkpoint, data, detector
from gan_inpaint_training.batches import resident
from gan_inpaint_training.config import settings_of
from gan_inpaint_training.detector.loss import cross_entropy, soft_dice
from gan_inpaint_training.loop import train
from gan_inpaint_training.settings import ConfigError
from gan_inpaint_training.task import task_of

CPU = Fabric(accelerator="cpu", devices=1)


@pytest.fixture
def settings(photographs: Path) -> list[str]:
    """Those of a run that takes a second."""
    return [
        *(f"data.shards=[{photographs.as_posix()}]", "data.damage=[]", "data.crop=32", "data.workers=0"),
        *(
            "damage={transport: 1.0, dust: 1.0}",
            "clean=0.3",
            "hard_negatives=0",
            "easy=0",
            "prints=null",
            "network.line=5",
        ),
        *("network.widths=[4, 4, 4, 4]", "schedule.precision=32-true", "schedule.images=24", "schedule.batch=4"),
        *("schedule.log_every=4", "schedule.checkpoint_every=16", "schedule.ema_half_life=16", "schedule.decay=0"),
    ]


def test_steps_on_one_batch_find_its_damage(settings: list[str]) -> None:
    config = detector.configured(settings_of("scratches", [*settings, "network.widths=[8, 8, 8, 8]"]))
    trainer = detector.DetectorTrainer(config, CPU)
    image, label = torch.full((2, 3, 32, 32), -0.2), torch.zeros(2, 3, 32, 32)
    image[:, :, :, 15], label[:, 0, :, 15] = 0.6, 1
    image[:, :, 8], label[:, 1, 8], label[:, 0, 8] = -0.9, 1, 0
    totals = [float(trainer.step(image, label)["total"]) for _ in range(60)]
    assert totals[-1] < 0.3 * totals[0]
    found = trainer.network.eval()(image)
    assert found[label[:, :2] > 0].mean() > 0.5 > 0.1 > found[label[:, :2] == 0].mean()


def test_an_interrupted_run_ends_bit_for_bit_like_an_uninterrupted_one(settings: list[str], tmp_path: Path) -> None:
    train("scratches", tmp_path / "whole", settings)
    train("scratches", tmp_path / "halves", [*settings, "schedule.images=12"])
    first = checkpoint.load(tmp_path / "halves")
    train("scratches", tmp_path / "halves", settings)
    one, other = (checkpoint.load(tmp_path / name) for name in ("whole", "halves"))
    assert one["images_seen"] == other["images_seen"] == 24
    for part in ("detector", "ema"):
        assert all(torch.equal(one[part][key], other[part][key]) for key in one[part]), part
        assert any(not torch.equal(first[part][key], other[part][key]) for key in first[part]), part


def test_a_run_leaves_curves_samples_a_report_and_what_it_was_made_of(settings: list[str], tmp_path: Path) -> None:
    train("scratches", tmp_path, settings)
    log = EventAccumulator(str(tmp_path)).Reload()
    assert {"cross_entropy", "dice", "total"} <= set(log.Tags()["scalars"])
    (tag,) = log.Tags()["images"]
    samples = cv2.imdecode(np.frombuffer(log.Images(tag)[-1].encoded_image_string, np.uint8), cv2.IMREAD_COLOR)
    assert samples.shape == (3 * 32, 8 * 32, 3)
    page = (tmp_path / "report.html").read_text()
    assert tag in page and "cross entropy" in page and "kind: detector" in page
    assert json.loads((tmp_path / "provenance.json").read_text())["data"]
    again = detector.configured(settings_of(str(tmp_path / "config.yaml")))
    assert again == detector.configured(settings_of("scratches", settings))


def test_uncertain_pixels_do_not_count() -> None:
    torch.manual_seed(0)
    logits, wanted = torch.randn(2, 2, 8, 8), (torch.rand(2, 2, 8, 8) < 0.3).float()
    counted = torch.ones(2, 1, 8, 8)
    counted[:, :, :4] = 0
    other = torch.where(counted > 0, logits, 10.0)
    assert cross_entropy(logits, wanted, counted, 2.0) == cross_entropy(other, wanted, counted, 2.0)
    assert soft_dice(logits, wanted, counted) == soft_dice(other, wanted, counted)


def test_the_loss_has_the_values_of_its_definition() -> None:
    logits, counted = torch.zeros(1, 2, 2, 2), torch.ones(1, 1, 2, 2)
    wanted = torch.zeros(1, 2, 2, 2)
    wanted[0, 0, 0, 0] = 1
    assert float(cross_entropy(logits, wanted, counted, 3.0)) == pytest.approx((7 + 3) / 8 * np.log(2))
    # Found are 4 × ½ pixels, wanted is one, both ½; the other channel has no damage, and counts for nothing.
    assert float(soft_dice(logits, wanted, counted)) == pytest.approx(1 - (2 * 0.5 + 1) / (2 + 1 + 1))


def test_on_a_gpu_labels_stay_with_their_pictures(settings: list[str]) -> None:
    values = settings_of("scratches", settings)
    task = task_of(values)
    config = task.configured(values)
    crops = task.crops(data.read(config.data), config)
    first, again = list(resident(crops, 8, range(16), 8, CPU, 0))
    assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1])


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (["damage={glue: 1.0}"], "damage.glue: there is no such kind of damage; choose of film-damage, transport"),
        (["damage={dust: 0.0}"], "damage: no kind of damage has a weight above 0"),
        (["damage={film-damage: 1.0}"], "data.damage: the kind film-damage needs pictures of film damage"),
        (["network.line=6"], "'network.line=6': network.line: 6 is not odd"),
        (["data.crop=40"], "'data.crop=40': data.crop: 40 is no multiple of 16"),
        (["clean=2"], "'clean=2': clean: Expected `float` <= 1.0"),
        (["loss.hole=1"], "'loss.hole=1': loss.hole: there is no such key"),
        (["schedule.images=none"], "schedule.images: Expected `int`"),
    ],
)
def test_a_wrong_configuration_is_named(
    changes: list[str], complaint: str, settings: list[str], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as raised:
        train("scratches", tmp_path / "run", [*settings, *changes])
    assert complaint in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_a_run_is_not_continued_with_another_network(settings: list[str], tmp_path: Path) -> None:
    train("scratches", tmp_path, [*settings, "schedule.images=4"])
    with pytest.raises(checkpoint.CheckpointError, match="trained with the network"):
        train("scratches", tmp_path, [*settings, "network.line=7"])


def test_a_detectors_run_is_not_continued_as_a_generators(
    settings: list[str], tiny_config: Path, tmp_path: Path
) -> None:
    train("scratches", tmp_path / "run", [*settings, "schedule.images=4"])
    with pytest.raises(checkpoint.CheckpointError, match="another program"):
        train(str(tiny_config), tmp_path / "run")
