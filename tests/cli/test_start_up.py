"""Whatever is in the way of a start, or of its output, is told in a sentence; or it is in nobody's way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.disk import mounted

from gan_inpaint import paths
from gan_inpaint.errors import CannotStart

Command = Callable[..., Any]
_NAMES = ["daemon.sock", "daemon.json", "daemon.lock"]


@pytest.fixture
def runtime(daemon_environment: dict[str, str]) -> Path:
    return Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"])


def check_told(ended: Any) -> None:
    assert ended.code == 6
    assert "Traceback" not in ended.err and ended.err.startswith("Error: ")


@pytest.mark.parametrize("name", _NAMES)
def test_a_folder_in_the_place_of_a_file(command: Command, runtime: Path, name: str) -> None:
    (runtime / name).mkdir(parents=True, mode=0o700)
    runtime.chmod(0o700)
    ended = command("serve", "--detach")
    check_told(ended)
    assert "Give the name of a file" not in ended.err  # nobody has given this one


@pytest.mark.parametrize("name", _NAMES)
def test_a_named_pipe_in_the_place_of_a_file(command: Command, runtime: Path, name: str) -> None:
    runtime.mkdir(mode=0o700)
    os.mkfifo(runtime / name)
    ended = command("serve", "--detach")
    if ended.code:
        check_told(ended)
    else:
        command("stop")


def test_a_link_in_the_place_of_the_runtime_folder(command: Command, runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    runtime.symlink_to(tmp_path / "elsewhere")
    ended = command("serve", "--detach")
    check_told(ended)
    assert "is a link" in ended.err and "chmod" not in ended.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("place", ["run", "."])
def test_a_runtime_folder_of_another_user_is_not_to_be_closed(command: Command, runtime: Path, place: str) -> None:
    runtime.mkdir(mode=0o700)
    given = runtime if place == "run" else runtime.parent
    mine = given.stat().st_uid
    os.chown(given, 65534, 65534)
    try:
        ended = command("serve", "--detach")
    finally:
        os.chown(given, mine, mine)
    check_told(ended)
    assert "GAN_INPAINT_RUNTIME_DIR" in ended.err and "chmod" not in ended.err


def test_a_stand_in_for_the_runtime_folder_that_is_not_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError("runtime directory /tmp/runtime-0 is a symlink; set XDG_RUNTIME_DIR instead")

    monkeypatch.delenv("GAN_INPAINT_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("platformdirs.user_runtime_dir", refuse)
    with pytest.raises(CannotStart) as refused:
        paths.runtime_dir()
    assert "/tmp/runtime-0 is a symlink." in refused.value.message
    assert refused.value.hint == "Set GAN_INPAINT_RUNTIME_DIR to a folder of your own."


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: os.mkfifo(path)], ids=["dir", "file", "pipe"])
@pytest.mark.parametrize("which", ["log", "daemon.log", "run"])
def test_something_else_in_the_place_of_a_folder_or_log(
    command: Command, daemon_environment: dict[str, str], make: Callable[[Path], None], which: str
) -> None:
    log = Path(daemon_environment["GAN_INPAINT_LOG_DIR"])
    place = {"log": log, "daemon.log": log / "daemon.log", "run": log.parent / "run"}[which]
    place.parent.mkdir(exist_ok=True)
    make(place)
    place.chmod(0o700)
    ended = command("serve", "--detach")
    if ended.code:
        check_told(ended)
    else:
        assert command("stop").code == 0


def test_a_runtime_folder_under_one_that_another_user_owns(
    command: Command, daemon_environment: dict[str, str], runtime: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to another user")
    foreign = runtime.parent / "foreign"
    foreign.mkdir(mode=0o755)
    (foreign / "run").mkdir(mode=0o700)
    os.chown(foreign, 12345, 12345)
    daemon_environment["GAN_INPAINT_RUNTIME_DIR"] = str(foreign / "run")
    ended = command("serve", "--detach")
    check_told(ended)
    assert "could replace" in " ".join(ended.err.split())


def test_a_full_disk(command: Command, daemon_environment: dict[str, str], tmp_path: Path) -> None:
    with mounted(tmp_path / "full", "64k") as full:
        (full / "run").mkdir(mode=0o700)
        with (full / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(bytes(1024))
        daemon_environment["GAN_INPAINT_RUNTIME_DIR"] = str(full / "run")
        check_told(command("serve", "--detach"))


def test_a_home_that_cannot_be_written(command: Command, daemon_environment: dict[str, str], tmp_path: Path) -> None:
    with mounted(tmp_path / "home", "64k,ro") as home:
        del daemon_environment["GAN_INPAINT_LOG_DIR"], daemon_environment["GAN_INPAINT_MODELS_DIR"]
        variables = ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        daemon_environment.update(dict.fromkeys(variables, str(home)))
        assert command("serve", "--detach").code == 0
        assert command("stop").code == 0


@pytest.mark.parametrize("words", [("models", "list"), ("paths",), ("paths", "--json"), ("models", "list", "--json")])
def test_a_standard_output_that_is_full(daemon_environment: dict[str, str], words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "gan_inpaint", *words],
            env=daemon_environment, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert ended.returncode == 4
    assert "Traceback" not in ended.stderr and "Exception" not in ended.stderr
    assert "No space left" in ended.stderr


@pytest.mark.parametrize("words", [("models", "list"), ("fill", "none.png", "none.png", "-o", "o.png")])
def test_an_output_of_another_encoding(daemon_environment: dict[str, str], words: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "gan_inpaint", *words],
        env=daemon_environment | {"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode in (0, 3)
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)])
def test_standard_streams_that_are_closed(
    daemon_environment: dict[str, str], photo: Path, mask: Path, tmp_path: Path, closed: tuple[int, ...]
) -> None:
    shell = " ".join(['exec "$@"', *(f"{number}>&-" for number in closed)])
    words = (sys.executable, "-m", "gan_inpaint", "fill", photo, mask, tmp_path / "filled.png", "--no-daemon")
    ended = subprocess.run(
        ["sh", "-c", shell, "sh", *map(str, words)], env=daemon_environment, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "Traceback" not in ended.stderr
    with Image.open(tmp_path / "filled.png") as filled:
        filled.load()


def test_a_daemon_that_was_started_leaves_no_file_that_grows(
    command: Command, daemon_environment: dict[str, str], runtime: Path
) -> None:
    import json

    assert command("serve", "--detach").code == 0
    pid = json.loads((runtime / "daemon.json").read_text())["pid"]
    try:
        assert Path(f"/proc/{pid}/fd/2").readlink() == Path(os.devnull)
    finally:
        command("stop")
