"""`gan-inpaint fill` fills what the mask marks, and nothing else happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.signals import heed_ctrl_c

from gan_inpaint.models.store import ModelStore

Command = Callable[..., Any]
QUICK = ("--model", "classical")


def check_filled(photo: Path, mask: Path, out: Path) -> None:
    before, after = (np.asarray(Image.open(path)) for path in (photo, out))
    hole = np.asarray(Image.open(mask)) > 0
    np.testing.assert_array_equal(after[~hole], before[~hole])
    assert (after[hole] != before[hole]).any(axis=-1).mean() > 0.5


def test_the_default_generator_fills_through_the_daemon(
    daemon: Any, command: Command, photo: Path, mask: Path, out: Path
) -> None:
    ended = command("fill", photo, mask, "-o", out)
    assert (ended.code, ended.out, ended.err) == (0, "", "")  # quiet in a pipe
    check_filled(photo, mask, out)
    assert "filled" in daemon.log


def test_the_daemon_is_started_when_it_is_not_running(command: Command, photo: Path, mask: Path, out: Path) -> None:
    assert command("status").code == 6
    try:
        assert command("fill", photo, mask, out, *QUICK).code == 0
        assert command("status", "--json").json["fills"] == 1
    finally:
        assert command("stop").out == "The daemon is stopping.\n"
    check_filled(photo, mask, out)


@pytest.mark.parametrize("quality", ["normal", "best"])
def test_without_the_daemon_the_result_is_the_same(
    daemon: Any, command: Command, photo: Path, mask: Path, out: Path, quality: str
) -> None:
    wanted = (photo, mask, "--json", "--quality", quality)
    by_daemon = command("fill", *wanted, "-o", out).json
    here = command("fill", *wanted, "-o", out.with_name("here.png"), "--no-daemon").json
    assert out.read_bytes() == out.with_name("here.png").read_bytes()
    assert by_daemon["filled_by"] == here["filled_by"]
    assert here["output"] == str(out.with_name("here.png")) and here["windows"] == 1 and here["note"] == ""


def test_auto_tries_the_fillers_beside_the_hole_and_tells_what_they_reached(
    daemon: Any, command: Command, photo: Path, mask: Path, out: Path
) -> None:
    for way in ((), ("--no-daemon",)):
        reported = command("fill", photo, mask, "-o", out, "--model", "auto", "--json", "--force", *way).json
        assert set(reported["scores"]) == {"default", "classical"}
        assert reported["filled_by"]["model"] in reported["scores"]
        check_filled(photo, mask, out)
    asked = command("fill", photo, mask, "-o", out, "--model", "default", "--json", "--force").json
    assert asked["scores"] == {}


def test_a_variant_is_another_fill_by_the_daemon_and_without_it(
    daemon: Any, command: Command, photo: Path, mask: Path, out: Path
) -> None:
    fills = {}
    for variant in (0, 1, 2):
        for way in ((), ("--no-daemon",)):
            assert command("fill", photo, mask, out, "--variant", variant, "--force", *way).code == 0
            fills.setdefault(variant, set()).add(out.read_bytes())
    assert all(len(fills[variant]) == 1 for variant in fills)
    assert len(set.union(*fills.values())) == 3


def test_a_model_that_copies_nothing_says_that_its_variants_are_alike(
    command: Command, photo: Path, mask: Path, out: Path
) -> None:
    answer = command("fill", photo, mask, out, *QUICK, "--variant", 2, "--no-daemon", "--json").json
    assert answer["note"] == "The model “classical” copies nothing, so all its variants are alike."


def test_what_is_avoided_and_where_is_sampled_reach_the_fill(
    daemon: Any, command: Command, photo: Path, mask: Path, out: Path
) -> None:
    left = np.zeros((150, 200), np.uint8)
    left[:, :90] = 255
    marked = photo.with_name("left.png")
    Image.fromarray(left).save(marked)
    filled = {}
    for limits in ((), ("--avoid", marked), ("--sample", marked)):
        for way in ((), ("--no-daemon",)):
            assert command("fill", photo, mask, "-o", out, "--force", *limits, *way).code == 0
            check_filled(photo, mask, out)
            filled[limits[:1], way] = out.read_bytes()
    assert all(filled[limit, ()] == filled[limit, ("--no-daemon",)] for limit, _ in filled)
    assert len(set(filled.values())) == 3


def test_masks_that_leave_nothing_to_fill_from_are_refused(run: Command, photo: Path, mask: Path, out: Path) -> None:
    everything = photo.with_name("everything.png")
    Image.fromarray(np.full((150, 200), 255, np.uint8)).save(everything)
    ended = run("fill", photo, mask, out, "--no-daemon", "--avoid", everything, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "no_source")
    assert not out.exists()


def test_the_transparent_parts_of_a_photograph_are_filled_without_a_mask(
    daemon: Any, command: Command, photo: Path, mask: Path, out: Path
) -> None:
    torn = np.asarray(Image.open(photo).convert("RGBA")).copy()
    torn[:30, :40] = 0
    Image.fromarray(torn).save(photo)
    assert command("fill", photo, "--transparent", "-o", out, *QUICK).code == 0
    filled = np.asarray(Image.open(out))
    assert (filled[..., 3] == 255).all() and filled[:30, :40, :3].any(axis=-1).mean() > 0.9
    np.testing.assert_array_equal(filled[30:], torn[30:])
    again = command("fill", out, "--transparent", "-o", photo.with_name("again.png"), "--json")
    assert (again.code, again.json["error"]["code"]) == (3, "empty_mask")
    assert command("fill", photo, mask, "--transparent", "-o", out, "--force").code == 2
    assert command("fill", photo, "-o", out, "--force").code == 2


@pytest.mark.parametrize("options", [("--feather", 9, "--dilate", 0), ("--quality", "best")])
def test_options_reach_the_fill(run: Command, photo: Path, mask: Path, out: Path, options: tuple[object, ...]) -> None:
    assert run("fill", photo, mask, out, "--no-daemon", *QUICK).code == 0
    other = out.with_name("other.png")
    assert run("fill", photo, mask, other, "--no-daemon", *QUICK, *options).code == 0
    check_filled(photo, mask, other)
    assert out.read_bytes() != other.read_bytes()


def test_a_quality_that_does_not_exist_is_a_usage_error(run: Command, photo: Path, mask: Path, out: Path) -> None:
    assert run("fill", photo, mask, out, "--quality", "worst").code == 2
    assert not out.exists()


def test_16_bit_tiff_goes_through_the_daemon_with_its_depth(
    daemon: Any, command: Command, photo: Path, mask: Path
) -> None:
    deep, out = photo.with_suffix(".tif"), photo.with_name("out.tif")
    pixels = np.asarray(Image.open(photo)).astype(np.uint16) * 257 + 3
    tifffile.imwrite(deep, pixels, photometric="rgb", compression="lzw", metadata=None, iccprofile=b"profile" * 20)
    assert command("fill", deep, mask, out, *QUICK).code == 0
    hole = np.asarray(Image.open(mask)) > 0
    filled = tifffile.imread(out)
    assert filled.dtype == np.uint16
    np.testing.assert_array_equal(filled[~hole], pixels[~hole])
    assert (filled[hole] % 257 != 3).any()
    with tifffile.TiffFile(out) as file:
        assert file.pages.first.tags[34675].value == b"profile" * 20


@pytest.mark.parametrize("depth", ["float16", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_floats_gray_and_alpha_go_through_the_daemon(
    daemon: Any, run: Command, photo: Path, mask: Path, depth: str, channels: int
) -> None:
    source, out = photo.with_suffix(".tif"), photo.with_name("out.tif")
    pixels = (np.asarray(Image.open(photo).convert("RGBA")) / 255).astype(depth)[..., 4 - channels :]
    pixels = pixels[..., 0] if channels == 1 else pixels
    extra = {"extrasamples": ["unassalpha"], "planarconfig": "contig"} if channels > 1 else {}
    photometric = "rgb" if channels == 4 else "minisblack"
    tifffile.imwrite(source, pixels, photometric=photometric, metadata=None, **extra)
    assert run("fill", source, mask, out, *QUICK).code == 0
    hole = np.asarray(Image.open(mask)) > 0
    filled = tifffile.imread(out)
    np.testing.assert_array_equal(filled[~hole], pixels[~hole])
    if channels > 1:
        np.testing.assert_array_equal(filled[..., -1], pixels[..., -1])


def test_a_jpeg_can_be_saved_as_png_with_everything_else_exact(
    run: Command, photo: Path, mask: Path, out: Path
) -> None:
    jpeg = photo.with_suffix(".jpg")
    Image.open(photo).save(jpeg, quality=70)
    assert run("fill", jpeg, mask, out, "--no-daemon", *QUICK).code == 0
    check_filled(jpeg, mask, out)


def test_a_photograph_stored_turned_is_filled_where_the_viewer_shows_it(run: Command, photo: Path, out: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = photo.with_name("turned.png")
    Image.open(photo).save(turned, exif=exif)
    upright = np.zeros((200, 150), np.uint8)
    upright[20:50, 90:120] = 255
    Image.fromarray(upright).save(photo.with_name("upright.png"))
    assert run("fill", turned, photo.with_name("upright.png"), out, "--no-daemon", *QUICK).code == 0
    before, after = (np.asarray(Image.open(path)) for path in (turned, out))
    changed = (before != after).any(axis=-1)
    assert not changed[np.rot90(upright) == 0].any()
    assert changed[np.rot90(upright) > 0].mean() > 0.5


def test_the_photograph_itself_can_be_replaced(run: Command, photo: Path, mask: Path) -> None:
    before = photo.read_bytes()
    assert run("fill", photo, mask, photo, "--no-daemon", *QUICK).code == 4
    assert photo.read_bytes() == before
    assert run("fill", photo, mask, photo, "--no-daemon", *QUICK, "--force").code == 0
    assert photo.read_bytes() != before


@pytest.mark.parametrize("arguments", [(), ("a.png", "-o", "b.png")])
def test_exactly_one_place_to_save_must_be_named(
    run: Command, photo: Path, mask: Path, arguments: tuple[str, ...]
) -> None:
    ended = run("fill", photo, mask, *arguments)
    assert ended.code == 2
    assert "Name one file to save to" in ended.err


def test_a_stand_in_for_the_generator_is_told_even_in_a_pipe(
    run: Command, photo: Path, mask: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_inpaint.service.ModelStore", lambda folder: ModelStore(folder, out.parent / "none"))
    ended = run("fill", photo, mask, out, "--no-daemon")
    assert ended.code == 0 and "classical filler stood in" in ended.err
    check_filled(photo, mask, out)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_and_the_outcome_are_shown_on_a_terminal(
    daemon: Any, daemon_environment: dict[str, str], photo: Path, mask: Path, out: Path
) -> None:
    import pty

    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "gan_inpaint", "fill", photo, mask, out, *QUICK]
    environment = {**daemon_environment, "TERM": "xterm", "COLUMNS": "200"}
    with subprocess.Popen(words, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = _read_all(ours)
    assert process.returncode == 0
    assert "filling" in shown
    assert "filled by classical" in shown and "Licence of “classical”: Apache-2.0." in shown


def _read_all(descriptor: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # Linux's way to say that the other side has hung up
            part = b""
        if not part:
            os.close(descriptor)
            return b"".join(parts).decode()
        parts.append(part)


@pytest.fixture
def long_work(tmp_path: Path) -> tuple[Path, Path]:
    """A photograph and a mask that take many seconds to fill."""
    noise = np.random.default_rng(0).integers(0, 256, (3000, 3000), np.uint8)
    mask = np.zeros_like(noise)
    for corner in range(100, 2900, 200):
        mask[corner : corner + 60, 100:2900] = 255
    Image.fromarray(noise).save(tmp_path / "large.png", compress_level=0)
    Image.fromarray(mask).save(tmp_path / "stripes.png")
    return tmp_path / "large.png", tmp_path / "stripes.png"


def _wait_for_work(daemon: Any, process: subprocess.Popen[Any], command: Command) -> None:
    while not command("status", "--json").json["running"]:
        assert process.poll() is None, "the fill has ended before it could be disturbed"


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_sigterm_end_the_fill_and_leave_nothing(
    daemon: Any,
    daemon_environment: dict[str, str],
    command: Command,
    long_work: tuple[Path, Path],
    out: Path,
    ending: signal.Signals,
    code: int,
) -> None:
    before = sorted(out.parent.iterdir())
    words = [sys.executable, "-m", "gan_inpaint", "fill", *long_work, out, *QUICK]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, env=daemon_environment, preexec_fn=heed_ctrl_c) as process:
        _wait_for_work(daemon, process, command)
        process.send_signal(ending)
        output = process.communicate(timeout=20)
    assert (process.returncode, output) == (code, (b"", b""))
    assert sorted(out.parent.iterdir()) == before


def test_a_daemon_killed_in_the_middle_gives_a_sentence_and_leaves_nothing(
    daemon: Any, daemon_environment: dict[str, str], command: Command, long_work: tuple[Path, Path], out: Path
) -> None:
    before = sorted(out.parent.iterdir())
    words = [sys.executable, "-m", "gan_inpaint", "fill", *long_work, out, *QUICK]
    with subprocess.Popen(words, stderr=subprocess.PIPE, env=daemon_environment, text=True) as process:
        _wait_for_work(daemon, process, command)
        daemon.process.kill()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 6
    assert errors.startswith("Error: ") and "Traceback" not in errors
    assert sorted(out.parent.iterdir()) == before
