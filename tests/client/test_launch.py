"""Starting the daemon: from a plug-in's command, in a clean environment, with nothing left behind."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from gan_inpaint_client import (
    ClientError,
    DaemonStart,
    clean_environment,
    connect,
    outside_sandbox,
)

SET_ENVIRONMENT = """
import json, os, sys
os.environ.update(json.loads(sys.argv[1]))
os.execv(sys.executable, [sys.executable, "-m", "gan_inpaint", "serve", "--detach"])
"""


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def failure_of(command: list[str], folder: Path, timeout: float = 20) -> ClientError:
    with pytest.raises(ClientError) as failure:
        connect(folder / "daemon.json", command, timeout)
    return failure.value


def zombies() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]


def test_a_daemon_that_is_not_running_is_started_and_outlives_the_client(daemon_environment: dict[str, str]) -> None:
    command = python(SET_ENVIRONMENT, json.dumps(daemon_environment))
    runtime_file = Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"]) / "daemon.json"
    with connect(runtime_file, command, timeout=30) as client:
        pid = client.hello()["pid"]
    assert zombies() == []
    daemon = psutil.Process(pid)
    assert daemon.ppid() != os.getpid()
    with connect(runtime_file, command) as client:
        assert client.hello()["pid"] == pid
        client.stop()
    daemon.wait(10)
    with connect(runtime_file, command, timeout=30) as client:  # again, after it was stopped
        assert client.hello()["pid"] != pid
        stopped = psutil.Process(client.hello()["pid"])
        client.stop()
    stopped.wait(10)


def test_a_daemon_that_was_killed_is_started_again(daemon_environment: dict[str, str]) -> None:
    command = python(SET_ENVIRONMENT, json.dumps(daemon_environment))
    runtime_file = Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"]) / "daemon.json"
    with connect(runtime_file, command, timeout=30) as client:
        killed = psutil.Process(client.hello()["pid"])
    killed.kill()
    killed.wait(10)
    assert runtime_file.exists()
    with connect(runtime_file, command, timeout=30) as client:
        successor = psutil.Process(client.hello()["pid"])
        client.stop()
    successor.wait(10)
    assert zombies() == []


def test_a_command_that_does_not_exist_cannot_start(folder: Path) -> None:
    failure = failure_of([str(folder / "python"), "-m", "gan_inpaint"], folder)
    assert failure.code == "cannot_start"
    assert "plugin install" in failure.hint


def test_an_empty_command_cannot_start(folder: Path) -> None:
    assert failure_of([], folder).code == "cannot_start"


def test_the_hint_has_the_last_lines_of_what_went_wrong(folder: Path) -> None:
    noisy = "import sys; print('noise\\n' * 5000, 'No module named gan_inpaint', file=sys.stderr); sys.exit(3)"
    failure = failure_of(python(noisy), folder)
    assert failure.code == "cannot_start"
    assert failure.hint.endswith("No module named gan_inpaint")
    assert len(failure.hint) < 500


def test_a_command_that_never_ends_is_ended(folder: Path) -> None:
    begun, endless = time.monotonic(), python("import time; time.sleep(600)", str(folder))
    failure = failure_of(endless, folder, timeout=0.5)
    assert failure.code == "cannot_start"
    assert time.monotonic() - begun < 10
    assert not any(child.cmdline() == endless for child in psutil.Process().children())


def test_a_start_that_leads_nowhere_says_where_the_daemon_was_looked_for(folder: Path) -> None:
    failure = failure_of(python(""), folder)
    assert failure.code == "cannot_start"
    assert str(folder / "daemon.json") in failure.hint


def test_a_start_can_be_watched_without_waiting() -> None:
    with DaemonStart(python("input()")) as start:  # its standard input is closed, so this fails
        start_failed = None
        while start_failed is None:
            try:
                assert not start.finished()
            except ClientError as problem:
                start_failed = problem
    assert start_failed.code == "cannot_start"
    assert "EOFError" in start_failed.hint
    assert zombies() == []


def test_the_daemon_is_started_without_the_editors_own_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/tmp/.mount_gimp/usr/lib")
    monkeypatch.setenv("PYTHONHOME", "/tmp/.mount_gimp/usr")
    monkeypatch.setenv("GAN_INPAINT_RUNTIME_DIR", "/kept")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('a file of the editor folder was imported')")
    report = "import json, os, sys; json.dump([dict(os.environ), os.getcwd()], open(sys.argv[1], 'w'))"
    with DaemonStart(python(report, str(tmp_path / "report"))) as start:
        start.wait(20)
    environment, folder = json.loads((tmp_path / "report").read_text())
    assert environment["GAN_INPAINT_RUNTIME_DIR"] == "/kept"
    assert not {"LD_LIBRARY_PATH", "PYTHONHOME"} & set(environment)
    assert folder == Path(sys.executable).anchor


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("PATH", True),
        ("HOME", True),
        ("XDG_RUNTIME_DIR", True),
        ("GAN_INPAINT_MODELS_DIR", True),
        ("PYTHONPATH", False),
        ("PYTHONHOME", False),
        ("PYTHONSTARTUP", False),
        ("LD_LIBRARY_PATH", False),
        ("LD_PRELOAD", False),
        ("DYLD_INSERT_LIBRARIES", False),
        ("__PYVENV_LAUNCHER__", False),
    ],
)
def test_which_variables_the_daemon_gets(name: str, kept: bool) -> None:
    assert (name in clean_environment({name: "value"})) is kept


def test_from_a_flatpak_the_host_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info, spawn = tmp_path / ".flatpak-info", tmp_path / "flatpak-spawn"
    spawn.write_text("#!/bin/sh\n")
    spawn.chmod(0o755)
    assert outside_sandbox(["python", "-m"], info) == ["python", "-m"]
    info.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert outside_sandbox(["python", "-m"], info) == [str(spawn), "--host", "python", "-m"]
    spawn.unlink()
    assert outside_sandbox(["python", "-m"], info) == ["python", "-m"]
