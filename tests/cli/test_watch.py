"""`gan-inpaint watch` fills what comes into a folder, and nothing else happens."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data
from tests.cli.conftest import COMMAND
from tests.signals import heed_ctrl_c

Command = Callable[..., Any]


class Watching:
    """A `gan-inpaint watch` that runs, and what it says line by line."""

    def __init__(self, environment: dict[str, str], *words: object) -> None:
        command = [*COMMAND, "watch", *map(str, words), "--model", "classical", "--no-daemon"]
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=heed_ctrl_c,
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())

    def line(self) -> str:
        """Return the next line, as soon as it comes."""
        return self._lines.get(timeout=60)

    def end(self, how: signal.Signals = signal.SIGTERM) -> list[str]:
        """End it; return what it has said since the last line."""
        self.process.send_signal(how)
        self.process.wait(60)
        return list(self._lines.queue)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture
def watch(daemon_environment: dict[str, str], folder: Path) -> Iterator[Callable[..., Watching]]:
    """Start to watch `folder`, and wait until that is said."""
    started: list[Watching] = []

    def start(*words: object) -> Watching:
        watching = Watching(daemon_environment, folder, *words)
        started.append(watching)
        assert watching.line().startswith("Watching")
        return watching

    yield start
    for watching in started:
        watching.process.kill()
        watching.process.wait()


def photograph(shift: int = 0) -> np.ndarray:
    return data.astronaut()[50:114, 120 + shift : 200 + shift]


def hole() -> np.ndarray:
    mask = np.zeros((64, 80), np.uint8)
    mask[20:40, 30:50] = 255
    return mask


def put(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def check_filled(result: Path, before: np.ndarray) -> None:
    after, mask = np.asarray(Image.open(result)), hole()
    assert (after[mask == 0] == before[mask == 0]).all()
    assert (after[mask > 0] != before[mask > 0]).any()


def test_what_is_there_and_what_comes_is_filled_once(watch: Callable[..., Watching], folder: Path) -> None:
    put(folder / "first.png", photograph())
    put(folder / "first.mask.png", hole())
    watching = watch()
    assert watching.line().startswith("first.png: filled by classical")
    check_filled(folder / "filled" / "first.png", photograph())
    put(folder / "alone.png", photograph())
    put(folder / "second_mask.png", hole())
    put(folder / "second.png", photograph(9))
    assert watching.line().startswith("second.png: filled by classical")
    check_filled(folder / "filled" / "second.png", photograph(9))
    assert watching.end() == []
    assert watching.process.returncode == 143
    assert sorted(path.name for path in (folder / "filled").glob("[!.]*")) == ["first.png", "second.png"]


def test_a_photograph_that_changes_is_filled_again_also_after_a_new_start(
    watch: Callable[..., Watching], folder: Path, tmp_path: Path
) -> None:
    put(folder / "a.mask.png", hole())
    put(folder / "a.png", photograph())
    out = tmp_path / "out"
    watching = watch("-o", out)
    assert "filled" in watching.line()
    watching.end(signal.SIGINT)
    assert watching.process.returncode == 130
    put(folder / "b.png", photograph())
    put(folder / "b.mask.png", hole())
    watching = watch("-o", out)
    assert watching.line().startswith("b.png: filled")  # and `a.png` is not filled again
    put(folder / "a.png", photograph(20))
    assert watching.line().startswith("a.png: filled")
    check_filled(out / "a.png", photograph(20))


def test_a_half_written_file_is_waited_for(watch: Callable[..., Watching], folder: Path, tmp_path: Path) -> None:
    whole = put(tmp_path / "whole.png", photograph()).read_bytes()
    put(folder / "slow.mask.png", hole())
    with (folder / "slow.png").open("wb") as file:
        file.write(whole[: len(whole) // 2])
        file.flush()
        watching = watch()
        put(folder / "quick.png", photograph())
        put(folder / "quick.mask.png", hole())
        assert watching.line().startswith("quick.png: filled")  # `slow.png` has been looked at twice by then
        file.write(whole[len(whole) // 2 :])
    assert watching.line().startswith("slow.png: filled")
    check_filled(folder / "filled" / "slow.png", photograph())


def test_a_file_that_stays_damaged_gets_one_sentence_and_the_others_are_filled(
    watch: Callable[..., Watching], folder: Path
) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    put(folder / "broken.mask.png", hole())
    put(folder / "small.png", photograph())
    put(folder / "small.mask.png", hole()[:10])
    watching = watch()
    assert "small" in watching.line()  # the sizes differ
    said = watching.line()
    assert "broken.png" in said and "Traceback" not in said
    put(folder / "good.png", photograph())
    put(folder / "good.mask.png", hole())
    assert watching.line().startswith("good.png: filled")
    assert watching.end() == []


def test_files_that_it_has_not_written_are_never_replaced(watch: Callable[..., Watching], folder: Path) -> None:
    filled = folder / "filled"
    filled.mkdir()
    (filled / "mine.png").write_bytes(b"mine")
    put(folder / "mine.png", photograph())
    put(folder / "mine.mask.png", hole())
    watching = watch()
    assert "made or changed by others" in watching.line()
    put(folder / "its.png", photograph())
    put(folder / "its.mask.png", hole())
    assert watching.line().startswith("its.png: filled")
    (filled / "its.png").write_bytes(b"retouched")
    put(folder / "its.png", photograph(5))
    assert "its.png was made or changed by others" in watching.line()
    assert (filled / "mine.png").read_bytes() == b"mine" and (filled / "its.png").read_bytes() == b"retouched"


def test_a_black_mask_leaves_the_original(watch: Callable[..., Watching], folder: Path) -> None:
    original = put(folder / "a.png", photograph())
    put(folder / "a.mask.png", np.zeros_like(hole()))
    watching = watch()
    assert "marks nothing" in watching.line()
    assert (folder / "filled" / "a.png").read_bytes() == original.read_bytes()


def test_the_daemon_fills_if_it_may(daemon: Any, daemon_environment: dict[str, str], folder: Path) -> None:
    put(folder / "a.png", photograph())
    put(folder / "a.mask.png", hole())
    words = [*COMMAND, "watch", str(folder), "--model", "classical"]
    with subprocess.Popen(words, env=daemon_environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("a.png: filled by classical")
        process.terminate()
    assert "filled" in daemon.log


def test_what_cannot_be_watched_is_said(run: Command, folder: Path) -> None:
    assert run("watch", folder / "nothing").code == 3
    assert run("watch", folder, "-o", folder).code == 4
    assert run("watch", folder, "--model", "nothing").code == 5
