import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tests.signals import heed_ctrl_c

from gan_inpaint_training import checkpoint, data, generators, loop, provenance, report
from gan_inpaint_training.batches import to_hole, to_image
from gan_inpaint_training.config import load
from gan_inpaint_training.data import DataError
from gan_inpaint_training.generators.prefill import smooth_prefill
from gan_inpaint_training.loop import train
from gan_inpaint_training.losses import masked_l1
from gan_inpaint_training.settings import ConfigError
from gan_inpaint_training.trainer import ema_half_life, learning_rate_scale
from gan_inpaint_training.watch import NonFiniteLoss

TRAIN = "import sys; from pathlib import Path; from gan_inpaint_training.loop import train; "
TRAIN += "train(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])"


def assert_equal(one: Path, other: Path) -> None:
    """Both runs have come to the same weights, bit for bit."""
    first, second = checkpoint.load(one), checkpoint.load(other)
    assert first["images_seen"] == second["images_seen"]
    for part in ("generator", "ema"):
        assert all(torch.equal(first[part][name], second[part][name]) for name in first[part]), part


def test_an_interrupted_run_ends_bit_for_bit_like_an_uninterrupted_one(tiny_config: Path, tmp_path: Path) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    train(str(tiny_config), whole, ["schedule.decay=0"])
    train(str(tiny_config), halves, ["schedule.decay=0", "schedule.images=16"])
    assert checkpoint.load(halves)["images_seen"] == 16
    train(str(tiny_config), halves, ["schedule.decay=0"])
    assert_equal(whole, halves)


def test_a_killed_run_goes_on_from_its_checkpoint(tiny_config: Path, tmp_path: Path) -> None:
    run, settings = tmp_path / "run", ["schedule.checkpoint_every=8", "schedule.decay=0"]
    process = subprocess.Popen(
        [sys.executable, "-c", TRAIN, tiny_config, run, *settings, "schedule.images=1000000"],
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # as here: another number of threads sums in another order
    )
    wait_for(run / checkpoint.NAME, process)
    process.kill()
    assert process.wait(30) == -signal.SIGKILL
    images = checkpoint.load(run)["images_seen"] + 8
    for folder in (run, tmp_path / "whole"):
        train(str(tiny_config), folder, [*settings, f"schedule.images={images}"])
    assert_equal(run, tmp_path / "whole")


def test_a_run_that_is_told_to_stop_saves_and_ends(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"

    def stop() -> None:
        wait_for(run / checkpoint.NAME)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=stop)
    thread.start()
    train(str(tiny_config), run, ["schedule.images=1000000", "schedule.checkpoint_every=8", "schedule.log_every=4"])
    thread.join()
    assert signal.getsignal(signal.SIGTERM) == before
    log = EventAccumulator(str(run)).Reload()
    assert checkpoint.load(run)["images_seen"] == log.Scalars("hole")[-1].step
    assert (run / report.NAME).exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_whose_processes_are_all_told_to_end_saves_and_says_so(
    tiny_config: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """As a batch queue does at a job's time limit, and a terminal on Ctrl+C: the workers get the signal, too."""
    run = tmp_path / "run"
    settings = ["schedule.images=1000000", "schedule.checkpoint_every=8", "data.workers=2"]
    words = [sys.executable, "-m", "gan_inpaint", "train", tiny_config, "--run", run, *settings]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heed_ctrl_c)
    wait_for(run / checkpoint.NAME, process)
    saved = checkpoint.load(run)["images_seen"]
    os.killpg(process.pid, number)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told.count("Traceback")) == (130, 0), told
    assert told.rstrip().endswith("Stopped and saved; the same command goes on from here.")
    assert checkpoint.load(run)["images_seen"] >= saved


def wait_for(path: Path, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline and (process is None or process.poll() is None)


def test_training_improves_on_the_pre_fill(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    settings = ["schedule.learning_rate=0.003", "adversary.start=2000", "masks={boxes: 1.0}"]
    train(str(tiny_config), run, ["schedule.images=1200", *settings])
    config = load(str(tiny_config), settings)
    crops = data.Crops(data.read(config.data), config.data, config.masks, config.box, seed=99)
    pictures, masks = (torch.stack(part) for part in zip(*(crops[number] for number in range(64)), strict=True))
    truth, hole = to_image(pictures), to_hole(masks)
    with torch.no_grad():
        generator = generators.restore(checkpoint.load(run))
        fill = generator(generator.prepare(truth, hole), hole)
    # These pictures are smooth, and the prefill leaves little to learn.
    assert masked_l1(fill, truth, hole) < 0.99 * masked_l1(smooth_prefill(truth, hole), truth, hole)


def test_curves_and_grids_are_logged_and_none_is_left_of_steps_done_again(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run, ["schedule.images=24", "schedule.checkpoint_every=1000"])
    earlier = (run / checkpoint.NAME).read_bytes()
    train(str(tiny_config), run, ["schedule.images=40"])
    (run / checkpoint.NAME).write_bytes(earlier)
    train(str(tiny_config), run, ["schedule.images=40"])
    log = EventAccumulator(str(run)).Reload()
    assert {"hole", "known", "generator", "discriminator", "images_per_second"} <= set(log.Tags()["scalars"])
    assert [event.step for event in log.Scalars("hole")] == [8, 16, 24, 32, 40]
    assert [event.step for event in log.Images("masked, fill, truth")][-1] == 40


def test_a_loss_that_is_not_finite_stops_the_run_and_names_term_and_image(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run)
    before = (run / checkpoint.NAME).read_bytes()
    (run / report.NAME).unlink()
    settings = ["schedule.images=96", "schedule.learning_rate=1e30", "schedule.decay=0", "schedule.log_every=64"]
    with pytest.raises(NonFiniteLoss, match=r"from image (37|41) on: .*hole"):
        train(str(tiny_config), run, settings)
    assert (run / checkpoint.NAME).read_bytes() == before
    assert (run / report.NAME).exists()


def test_a_checkpoint_is_not_replaced_by_one_with_weights_that_are_not_finite(
    tiny_config: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run)
    before = (run / checkpoint.NAME).read_bytes()
    settings = ["schedule.images=36", "schedule.learning_rate=.inf", "schedule.decay=0"]
    with pytest.raises(NonFiniteLoss, match="generator's weights are not finite after 36 images"):
        train(str(tiny_config), run, settings)
    assert (run / checkpoint.NAME).read_bytes() == before


@pytest.mark.parametrize(
    "setting", ["generator.width=16", "adversary.width=16", "adversary={name: soft-mask-patchgan}"]
)
def test_a_checkpoint_of_other_networks_is_refused_and_left_alone(
    setting: str, tiny_config: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run, ["schedule.images=8"])
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    with pytest.raises(checkpoint.CheckpointError, match=setting.split(".")[0].split("=")[0]):
        train(str(tiny_config), run, [setting])
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


@pytest.mark.parametrize("content", [{}, {"generator": 3, "adversary": 4}, None])
def test_a_checkpoint_of_another_program_is_refused(content: object, tiny_config: Path, tmp_path: Path) -> None:
    checkpoint.save(tmp_path, {"config": content, "ema": {}, "images_seen": 0})
    with pytest.raises(checkpoint.CheckpointError, match=r"another program|does not fit"):
        train(str(tiny_config), tmp_path)


def test_settings_that_may_change_are_taken_over_when_a_run_goes_on(tiny_config: Path, tmp_path: Path) -> None:
    run, changed = tmp_path / "run", ["schedule.betas=[0.1, 0.2]", "adversary.betas=[0.3, 0.4]"]
    train(str(tiny_config), run, ["schedule.images=16"])
    train(str(tiny_config), run, ["schedule.images=20", *changed])
    state = checkpoint.load(run)
    (generator,), (adversary,) = (each["optimizer"]["param_groups"] for each in (state, state["adversary"]))
    assert (tuple(generator["betas"]), tuple(adversary["betas"])) == ((0.1, 0.2), (0.3, 0.4))


def test_an_adversary_without_weight_is_left_alone(tiny_config: Path, tmp_path: Path) -> None:
    run, settings = tmp_path / "run", ["loss.adversarial=0", "loss.feature_matching=0", "adversary.start=0"]
    train(str(tiny_config), run, settings)
    assert not checkpoint.load(run)["adversary"]["optimizer"]["state"]
    assert "discriminator" not in EventAccumulator(str(run)).Reload().Tags()["scalars"]


def test_a_full_disk_while_training_is_said_in_a_sentence(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run, ["schedule.images=8"])
    before = (run / checkpoint.NAME).read_bytes()
    # Room for the configuration, not for the curves; the first checkpoint would come after all of them.
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)); {TRAIN}"
    settings = ["schedule.images=800", "schedule.log_every=4", "schedule.checkpoint_every=1000"]
    words = [sys.executable, "-c", limited, tiny_config, run, *settings]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=100)
    last = ended.stderr.strip().splitlines()[-1]
    assert ended.returncode == 1
    assert last.startswith(f"gan_inpaint_training.checkpoint.CheckpointError: The run's folder {run} cannot be written")
    assert (run / checkpoint.NAME).read_bytes() == before


def test_a_report_that_cannot_be_written_is_said_too(
    tiny_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(run: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "write", full)
    with pytest.raises(checkpoint.CheckpointError, match=r"cannot be written.*No space left"):
        train(str(tiny_config), tmp_path / "run")


def test_a_report_is_written_at_checkpoints_but_not_at_every_one(
    tiny_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, write = [], report.write
    monkeypatch.setattr(report, "write", lambda run: written.append(checkpoint.load(run)["images_seen"]) or write(run))
    train(str(tiny_config), tmp_path / "run", ["schedule.checkpoint_every=8"])
    assert written == [8, 32]


def test_a_full_disk_at_a_checkpoint_leaves_the_last_one(tiny_config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run, ["schedule.images=8"])
    state, before = checkpoint.load(run), (run / checkpoint.NAME).read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
        with pytest.raises(checkpoint.CheckpointError, match="could not be written"):
            checkpoint.save(run, state)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (run / checkpoint.NAME).read_bytes() == before
    assert not list(run.glob("*.part"))


def test_a_run_says_what_it_was_made_of(tiny_config: Path, photographs: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(str(tiny_config), run, ["schedule.images=8"])
    assert load(str(run / "config.yaml")) == load(str(tiny_config), ["schedule.images=8"])
    facts = json.loads((run / "provenance.json").read_text())
    assert facts["versions"]["torch"] == torch.__version__
    (checksum,) = facts["data"].values()
    (photographs / "0.png").write_bytes((photographs / "1.png").read_bytes())
    train(str(tiny_config), run, ["schedule.images=16"])
    assert json.loads((run / "provenance.json").read_text())["data"] != {str(photographs): checksum}


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (["data.crop=36"], "data.crop.*multiples of 8"),
        (["generator={name: cifar-two-path}", "data.crop=64"], "data.crop.*32 pixels only"),
        (["adversary={name: global-local}"], "data.crop.*multiple of 64"),
        (["loss={adversarial: 0.0}"], "loss: no loss has a weight above 0"),
        (["loss={features: 1.0, vgg19: none.pth}"], "^loss.vgg19: none.pth"),
        (["masks={centre-box: 1.0}", "box.side=0.9"], "'box.side=0.9': box.side: .*larger than half"),
        (["masks.film-damage=1.0"], r"tiny.yaml, line \d+: data.damage: "),
        (["data.shards=[none]"], r"'data.shards=\[none\]': data.shards: none cannot be read"),
        (["data.resize=16"], "'data.resize=16': data.resize: .*smaller than data.crop"),
    ],
)
def test_settings_that_do_not_fit_together_are_named(
    settings: list[str], complaint: str, tiny_config: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        train(str(tiny_config), tmp_path / "run", settings)
    assert not (tmp_path / "run").exists()


def test_data_that_cannot_be_used_leaves_no_run(tiny_config: Path, photographs: Path, tmp_path: Path) -> None:
    for path in photographs.iterdir():
        cv2.imwrite(str(path), np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(ConfigError, match=r"tiny.yaml, line \d+: data.shards: .*smaller than 32"):
        train(str(tiny_config), tmp_path / "run")
    for path in list(photographs.iterdir()):
        path.unlink()
    with pytest.raises(ConfigError, match=photographs.name):
        train(str(tiny_config), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_data_that_cannot_be_read_is_not_blamed_on_the_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.tar cannot be read"):
        provenance.checksums([str(tmp_path / "gone.tar")])


def test_devices_that_are_not_there_are_named(
    tiny_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fabric(**settings: object) -> None:
        raise MisconfigurationException("You requested gpu: [0, 1, 2, 3] But your machine only has: [0]")

    monkeypatch.setattr(loop, "Fabric", fabric)
    with pytest.raises(ConfigError, match=r"no 4 devices.*only has"):
        train(str(tiny_config), tmp_path / "run", devices=4)


def test_without_a_terminal_progress_is_a_few_lines(
    tiny_config: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        train(str(tiny_config), tmp_path / "run")
    lines = [record.getMessage() for record in caplog.records if " left: " in record.getMessage()]
    assert lines[0].startswith("8 of 32 images") and lines[-1].startswith("32 of 32 images") and len(lines) < 4
    assert "/s" in lines[0] and "hole" in lines[0]
    assert capsys.readouterr().out == ""


def test_the_learning_rate_is_halved_and_falls_at_the_end(tiny_config: Path) -> None:
    schedule = load(str(tiny_config), ["schedule.images=100", "schedule.halve=[40, 60]", "schedule.decay=0.2"]).schedule
    scales = [learning_rate_scale(schedule, seen) for seen in (0, 39, 40, 60, 80, 90, 100)]
    assert scales == pytest.approx([1, 1, 0.5, 0.25, 0.25, 0.125, 0])


def test_the_average_reaches_back_over_a_tenth_of_the_images_seen(tiny_config: Path) -> None:
    schedule = load(str(tiny_config), ["schedule.ema_half_life=1000"]).schedule
    assert [ema_half_life(schedule, seen) for seen in (0, 100, 9990, 10_000, 50_000)] == [0, 10, 999, 1000, 1000]


def test_the_average_of_a_short_run_has_left_its_first_weights(tiny_config: Path, tmp_path: Path) -> None:
    run, settings = tmp_path / "run", ["schedule.ema_half_life=10000", "schedule.decay=0"]
    train(str(tiny_config), run, [*settings, "schedule.images=4"])
    first = checkpoint.load(run)["generator"]["stem.weight"]
    train(str(tiny_config), run, [*settings, "schedule.images=200"])
    state = checkpoint.load(run)
    last, average = (state[part]["stem.weight"] for part in ("generator", "ema"))
    assert (average - last).norm() < 0.3 * (first - last).norm()


def test_two_processes_train_as_one(tiny_config: Path, tmp_path: Path) -> None:
    # Without the adversary, whose loss is a mean over patches of each process's own holes.
    settings = ["loss={whole: 1.0}", "schedule.decay=0", "schedule.images=16", "adversary.start=1000"]
    words = [sys.executable, "-m", "gan_inpaint", "train", tiny_config, *settings, "--run", tmp_path / "two"]
    ended = subprocess.run([*words, "--devices", "2"], check=True, timeout=100, stderr=subprocess.PIPE, text=True)
    assert ended.stderr.count("parameters in the generator") == ended.stderr.count("16 of 16 images") == 1
    train(str(tiny_config), tmp_path / "one", settings)
    one, two = checkpoint.load(tmp_path / "one"), checkpoint.load(tmp_path / "two")
    assert one["images_seen"] == two["images_seen"] == 16
    moved = max(float((one["generator"][name] - two["generator"][name]).abs().max()) for name in one["generator"])
    assert moved < 2e-4  # of steps of 4e-4 each: rounding, which Adam enlarges where a gradient is almost zero


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"not a checkpoint at all"])
def test_a_damaged_checkpoint_is_an_error_with_its_path(content: bytes, tmp_path: Path) -> None:
    (tmp_path / checkpoint.NAME).write_bytes(content)
    with pytest.raises(checkpoint.CheckpointError, match=checkpoint.NAME):
        checkpoint.load(tmp_path)


def test_the_shipped_generator_is_still_restored_from_its_weights() -> None:
    path = Path(__file__).parents[2] / "training" / "checkpoints" / "default.pt"
    if not path.exists():
        pytest.skip("the checkpoint does not travel with the source")
    shipped = torch.load(path, map_location="cpu", weights_only=True)
    generator = generators.restore({"config": shipped["config"], "ema": shipped["weights"]})
    assert generator(torch.zeros(1, 3, 32, 40), torch.ones(1, 1, 32, 40)).shape == (1, 3, 32, 40)
