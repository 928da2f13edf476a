"""`serve`, `status`, `stop` and `paths` for people and for programs."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from gan_inpaint import __version__

Command = Callable[..., Any]


def test_a_detached_daemon_answers_when_the_command_returns(command: Command) -> None:
    started = command("serve", "--detach")
    assert (started.code, started.out) == (0, "")
    try:
        assert command("serve", "--detach").code == 0  # one that runs is as good
        assert command("status", "--json").json["version"] == __version__
    finally:
        command("stop")


def test_a_second_daemon_says_where_the_first_is(daemon: Any, command: Command) -> None:
    second = command("serve")
    assert second.code == 6
    assert str(daemon.process.pid) in second.err and daemon.endpoint in second.err


def test_status_is_told_to_people_and_to_programs(daemon: Any, run: Command) -> None:
    reported = run("status", "--json").json
    assert (reported["pid"], reported["endpoint"], reported["fills"]) == (daemon.process.pid, daemon.endpoint, 0)
    shown = run("status").out
    assert f"GAN Inpaint {__version__}, process {daemon.process.pid}" in shown
    assert "0 filled, 0 under way, 0 waiting" in shown
    assert daemon.token not in shown


def test_status_names_the_loaded_generator(daemon: Any, run: Command, photo: Any, mask: Any, out: Any) -> None:
    assert run("fill", photo, mask, out).code == 0
    (session,) = run("status", "--json").json["sessions"]
    assert f"{session['model']} is loaded on {session['provider']}" in run("status").out


def test_without_a_daemon_status_fails_and_stop_is_content(run: Command) -> None:
    assert run("status", "--json").json["error"]["code"] == "no_daemon"
    assert run("status").code == 6
    assert run("stop", "--json").json == {"stopped": False}
    assert (run("stop").code, run("stop").out) == (0, "The daemon is not running.\n")


def test_stop_ends_the_daemon(daemon: Any, run: Command) -> None:
    assert run("stop", "--json").json == {"stopped": True}
    assert daemon.process.wait(10) == 0


def test_a_daemon_that_stands_still_is_named_by_its_process(daemon: Any, command: Command) -> None:
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        stopped = command("stop")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    assert stopped.code == 6
    assert f"process {daemon.process.pid} " in stopped.err and "stop”" not in stopped.err


def test_a_daemon_left_behind_dead_counts_as_none(daemon: Any, run: Command) -> None:
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()
    assert run("status", "--json").json["error"]["code"] == "no_daemon"
    assert run("stop").code == 0


def test_paths_are_those_of_the_environment(run: Command, daemon_environment: dict[str, str]) -> None:
    found = run("paths", "--json").json
    assert found["runtime"] == daemon_environment["GAN_INPAINT_RUNTIME_DIR"]
    assert found["runtime_file"].startswith(found["runtime"])
    assert found["log"].startswith(daemon_environment["GAN_INPAINT_LOG_DIR"])
    assert found["models"] == daemon_environment["GAN_INPAINT_MODELS_DIR"]
    assert found["runtime_file"] in run("paths").out
