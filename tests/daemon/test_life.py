"""The daemon's life: private files, one instance, a clean end, and a clean start after an unclean end."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gan_inpaint.errors import AlreadyRunning, CannotStart
from gan_inpaint.server import Config, detach, runtime_file

_SECOND = "from gan_inpaint.server import serve; serve()"


def _serve_again(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", _SECOND], env=environment, capture_output=True, text=True, timeout=20)


@pytest.fixture
def own_environment(daemon_environment, monkeypatch) -> dict[str, str]:
    """Lets this process find the daemon, or the place of one, that the tests start."""
    for name, value in daemon_environment.items():
        monkeypatch.setenv(name, value)
    return daemon_environment


def test_only_the_user_can_reach_the_runtime_directory_and_file(daemon) -> None:
    assert stat.S_IMODE(daemon.runtime_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(daemon.runtime_file.stat().st_mode) == 0o600


def test_the_runtime_file_says_all_that_a_client_needs(daemon) -> None:
    info = json.loads(daemon.runtime_file.read_text())
    assert set(info) == {"endpoint", "token", "pid", "version", "protocol"}
    assert (info["pid"], info["protocol"]) == (daemon.process.pid, 2)
    assert info["endpoint"] == f"ipc://{daemon.runtime_dir}/daemon.sock"
    assert len(bytes.fromhex(info["token"])) == 32


def test_each_start_draws_another_token(start_daemon) -> None:
    first = start_daemon()
    first.process.terminate()
    first.process.wait(10)
    assert start_daemon().token != first.token


def test_a_runtime_directory_that_others_can_enter_is_refused_and_left_alone(daemon_environment) -> None:
    directory = Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"])
    directory.mkdir(mode=0o755)
    second = _serve_again(daemon_environment)
    assert second.returncode != 0
    assert "is open to other users" in second.stderr
    assert stat.S_IMODE(directory.stat().st_mode) == 0o755
    assert not any(directory.iterdir())


def test_a_socket_path_too_long_for_the_system_falls_back_to_this_machine_only_tcp(
    start_daemon, connect, daemon_environment
) -> None:
    long = Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"]) / ("d" * 100)
    daemon = start_daemon(GAN_INPAINT_RUNTIME_DIR=str(long))
    assert daemon.endpoint.startswith("tcp://127.0.0.1:")
    listening = [c.laddr.ip for c in psutil.Process(daemon.process.pid).net_connections() if c.status == "LISTEN"]
    assert listening == ["127.0.0.1"]
    assert connect(daemon).ask("hello")["pid"] == daemon.process.pid


def test_a_second_start_says_where_the_first_is_and_leaves_it_alone(daemon, client) -> None:
    second = _serve_again(daemon.environment)
    assert second.returncode != 0
    assert f"process {daemon.process.pid} at {daemon.endpoint}" in second.stderr
    assert client.ask("hello")["pid"] == daemon.process.pid


def test_a_second_start_raises_already_running(daemon, own_environment) -> None:
    from gan_inpaint.server import serve

    with pytest.raises(AlreadyRunning) as caught:
        serve()
    assert caught.value.code == "already_running"


def test_what_a_killed_daemon_left_behind_is_stale_and_cleaned_up_by_the_next(
    start_daemon, connect, own_environment
) -> None:
    killed = start_daemon()
    killed.process.kill()
    killed.process.wait(10)
    assert killed.runtime_file.exists()
    assert runtime_file.read() is None
    assert connect(start_daemon()).ask("ping")["type"] == "pong"


def test_a_damaged_runtime_file_is_no_daemon(own_environment) -> None:
    file = Path(own_environment["GAN_INPAINT_RUNTIME_DIR"]) / "daemon.json"
    file.parent.mkdir()
    for content in (b"", b"{", b"\xff", b'{"pid": 1}', json.dumps({"pid": os.getpid()}).encode()):
        file.write_bytes(content)
        assert runtime_file.read() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_daemon_cleanly(daemon, number) -> None:
    daemon.process.send_signal(number)
    assert daemon.process.wait(10) == 0
    assert [path.name for path in daemon.runtime_dir.iterdir()] == ["daemon.lock"]


def test_stop_is_answered_and_ends_the_daemon_cleanly(daemon, client) -> None:
    assert client.ask("stop")["type"] == "stopping"
    assert daemon.process.wait(10) == 0
    assert [path.name for path in daemon.runtime_dir.iterdir()] == ["daemon.lock"]


def test_a_signal_during_a_fill_lets_it_finish_and_refuses_the_rest(daemon, client, long_fill) -> None:
    running = client.request("fill", *long_fill.frames, **long_fill.keys)
    client.next_to(running, "progress")
    waiting = client.request("fill", *long_fill.frames, **long_fill.keys)
    client.ask("ping")  # the daemon has read the second fill
    daemon.process.terminate()
    assert client.next_to(waiting, "error")["code"] == "stopping"
    late = client.request("fill", *long_fill.frames, **long_fill.keys)
    assert client.next_to(late)["code"] == "stopping"
    reply, frames, _ = client.outcome(running)
    assert reply["type"] == "result"
    assert len(frames[0]) == len(long_fill.frames[0])
    assert daemon.process.wait(10) == 0
    assert not daemon.runtime_file.exists()


def test_a_daemon_that_can_no_longer_fill_ends_instead_of_letting_clients_wait(daemon_environment) -> None:
    broken = "from gan_inpaint import service; from gan_inpaint.server import serve; "
    broken += "service.Service.seconds_until_tidy = lambda self: 1 / 0; serve()"
    ended = subprocess.run([sys.executable, "-c", broken], env=daemon_environment, stderr=subprocess.PIPE, timeout=30)
    assert ended.returncode != 0
    assert not Path(daemon_environment["GAN_INPAINT_RUNTIME_DIR"], "daemon.json").exists()


def test_detach_returns_once_the_daemon_answers_and_finds_it_again(own_environment, connect) -> None:
    info = detach()
    try:
        assert os.getsid(info.pid) != os.getsid(0)
        assert detach() == info
        assert info.token not in repr(info)
    finally:
        process = psutil.Process(info.pid)
        process.terminate()
        process.wait(10)


def test_detach_tells_why_the_daemon_could_not_be_started(own_environment, tmp_path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("GAN_INPAINT_RUNTIME_DIR", str(blocked / "run"))
    with pytest.raises(CannotStart) as caught:
        detach()
    assert caught.value.code == "cannot_start"
    assert "cannot be used" in " ".join(caught.value.hint.split())  # the command line may break the line


def test_the_log_holds_neither_pixels_nor_the_token(start_daemon, connect) -> None:
    daemon = start_daemon(GAN_INPAINT_LOG_LEVEL="DEBUG")
    client = connect(daemon)
    client.ask("hello", client="a plug-in")
    mask = bytes(1_000) + bytes([255]) * 24 + bytes(1_000)
    fill = client.request("fill", b"\xab" * 2_024, mask, width=8, height=253, layout="gray", depth="u8")
    assert client.outcome(fill)[0]["type"] == "result"
    log = daemon.log
    assert "filled 8×253 gray u8" in log
    assert "a plug-in" in log
    assert daemon.token not in log
    assert not any(trace in log for trace in ("abab", "171, 171", "171 171", "\\xab\\xab"))


def test_an_idle_daemon_holds_at_most_200_mib(client, short_fill) -> None:
    assert client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))[0]["type"] == "result"
    assert client.ask("status")["memory_mib"] <= 200


def test_an_idle_daemon_uses_no_processor_time(start_daemon) -> None:
    daemon = start_daemon(Config(idle_seconds=0))
    process = psutil.Process(daemon.process.pid)
    with pytest.raises(subprocess.TimeoutExpired):
        daemon.process.wait(2)  # start-up and warm-up are over
    before = process.cpu_times()
    with pytest.raises(subprocess.TimeoutExpired):
        daemon.process.wait(2)
    after = process.cpu_times()
    assert after.user + after.system - before.user - before.system <= 0.01


def test_a_daemon_that_takes_long_to_start_is_not_one_that_could_not_be_started(own_environment) -> None:
    with pytest.raises(CannotStart, match="does not answer yet"):
        detach(timeout=0.0)
    daemon = psutil.Process(detach(timeout=60).pid)
    daemon.terminate()
    daemon.wait(20)
