import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from gan_inpaint_training import checkpoint, generators
from gan_inpaint_training.config import ConfigError, available, load
from gan_inpaint_training.data import Crops, read_pictures
from gan_inpaint_training.generators.pushpull import push_pull
from gan_inpaint_training.loop import NonFiniteLoss, to_hole, to_image, train
from gan_inpaint_training.losses import masked_l1


def test_an_interrupted_run_ends_bit_for_bit_like_an_uninterrupted_one(tiny_config: Path, tmp_path: Path) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    train(str(tiny_config), whole, ["schedule.decay=0"])
    train(str(tiny_config), halves, ["schedule.decay=0", "schedule.images=16"])
    assert checkpoint.load(halves)["images_seen"] == 16
    train(str(tiny_config), halves, ["schedule.decay=0"])
    one, other = checkpoint.load(whole), checkpoint.load(halves)
    for part in ("generator", "ema"):
        assert all(torch.equal(one[part][name], other[part][name]) for name in one[part]), part
    assert one["images_seen"] == other["images_seen"] == 32


def test_training_improves_on_the_pre_fill(tiny_config: Path, photographs: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(
        str(tiny_config),
        run,
        ["schedule.images=2000", "schedule.learning_rate=0.003", "adversary.start=2000", "masks={boxes: 1.0}"],
    )
    crops = Crops(read_pictures([str(photographs)], 32), 32, {"boxes": 1.0}, seed=99, max_reduction=2.0)
    pictures, masks = (torch.stack(part) for part in zip(*(crops[number] for number in range(64)), strict=True))
    truth, hole = to_image(pictures), to_hole(masks)
    with torch.no_grad():
        fill = generators.restore(checkpoint.load(run))(truth * (1 - hole), hole)
    assert masked_l1(fill, truth, hole) < 0.97 * masked_l1(push_pull(truth, hole), truth, hole)
    log = EventAccumulator(str(run)).Reload()
    assert {"hole", "known", "images_per_second"} <= set(log.Tags()["scalars"])
    assert log.Tags()["images"] == ["masked, fill, truth"]


def test_a_run_that_is_told_to_stop_leaves_a_checkpoint(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    overrides = ["schedule.images=1000000", "schedule.checkpoint_every=8"]
    code = "import sys; from pathlib import Path; from gan_inpaint_training.loop import train; "
    code += "train(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])"
    process = subprocess.Popen([sys.executable, "-c", code, tiny_config, run, *overrides])
    deadline = time.monotonic() + 60
    while not (run / checkpoint.NAME).exists():
        assert time.monotonic() < deadline and process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert checkpoint.load(run)["images_seen"] >= 8


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_checkpoint(
    tiny_config: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run)
    before = (run / checkpoint.NAME).read_bytes()
    with pytest.raises(NonFiniteLoss, match="after"):
        train(str(tiny_config), run, ["schedule.images=64", "schedule.learning_rate=1e30", "schedule.decay=0"])
    assert (run / checkpoint.NAME).read_bytes() == before


def test_a_checkpoint_of_another_network_is_refused(tiny_config: Path, tmp_path: Path) -> None:
    train(str(tiny_config), tmp_path / "run", ["schedule.images=8"])
    with pytest.raises(checkpoint.CheckpointError, match="width"):
        train(str(tiny_config), tmp_path / "run", ["generator.width=16"])


def test_the_averaged_generator_of_a_checkpoint_fills(tiny_config: Path, tmp_path: Path) -> None:
    train(str(tiny_config), tmp_path / "run")
    fill = generators.restore(checkpoint.load(tmp_path / "run"))(torch.zeros(1, 3, 32, 40), torch.ones(1, 1, 32, 40))
    assert fill.shape == (1, 3, 32, 40)
    assert fill.abs().max() <= 1


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("loss.adverserial=1", "adverserial"),
        ("schedule.images=many", "images"),
        ("generator=3", "generator"),
        ("nonsense", "section.key=value"),
        ("title.x=1", "title"),
    ],
)
def test_a_wrong_setting_is_named(override: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load("default", [override])


def test_an_unknown_configuration_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="default"):
        load("no-such-network")


@pytest.mark.parametrize("name", available())
def test_every_shipped_configuration_is_valid(name: str) -> None:
    assert load(name).schedule.images > 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"not a checkpoint at all"])
def test_a_damaged_checkpoint_is_an_error_with_its_path(content: bytes, tmp_path: Path) -> None:
    (tmp_path / checkpoint.NAME).write_bytes(content)
    with pytest.raises(checkpoint.CheckpointError, match=checkpoint.NAME):
        checkpoint.load(tmp_path)
