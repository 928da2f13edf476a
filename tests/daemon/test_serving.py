"""What a client is promised while its fills run, wait, are cancelled, or are too many."""

from __future__ import annotations

import statistics
import time

import pytest

from gan_inpaint.protocol import Limits
from gan_inpaint.server import Config


def test_hello_names_the_models_and_exactly_one_kind_without_a_network(client) -> None:
    welcome = client.ask("hello", client="test")
    assert welcome["type"] == "welcome"
    for kind in ("classical", "auto"):
        assert [model["name"] for model in welcome["models"] if model["kind"] == kind] == [kind]
    assert sum(model["default"] for model in welcome["models"]) <= 1


def test_status_counts_fills(client, short_fill) -> None:
    client.outcome(client.request("fill", *short_fill.frames, **short_fill.keys))
    status = client.ask("status")
    assert (status["fills"], status["queued"], status["running"]) == (1, 0, 0)
    assert status["threads"] >= 1
    assert status["memory_mib"] > 0


@pytest.mark.parametrize("type", ["hello", "ping", "status"])
def test_requests_are_answered_at_once_while_a_fill_runs(client, endless_fill, type) -> None:
    fill = client.request("fill", *endless_fill.frames, **endless_fill.keys)
    client.next_to(fill, "progress")
    seconds = []
    for _ in range(15):
        asked = time.monotonic()
        id = client.request(type)
        while (reply := client.receive()[0])["id"] != id:
            assert reply["type"] == "progress"  # the fill still runs
        seconds.append(time.monotonic() - asked)
    assert statistics.median(seconds) <= 0.05
    client.ask("cancel", target=fill)


def test_progress_goes_from_loading_through_the_windows_to_the_last(client, long_fill) -> None:
    _, _, progress = client.outcome(client.request("fill", *long_fill.frames, **long_fill.keys))
    filling = [reply for reply in progress if reply["stage"] == "filling"]
    done = [reply["done"] for reply in filling]
    stages = list(dict.fromkeys(reply["stage"] for reply in progress))
    assert stages[-2:] == ["loading", "filling"]
    assert set(stages[:-2]) <= {"waiting"}  # while the daemon warms up
    assert done == sorted(done)
    assert done[0] == 0
    assert len(set(done)) > 2
    assert {reply["total"] for reply in filling} == {done[-1]}


def test_progress_comes_at_least_once_a_second_also_while_a_fill_waits(client, endless_fill) -> None:
    client.request("fill", *endless_fill.frames, **endless_fill.keys)
    second = client.request("fill", *endless_fill.frames, **endless_fill.keys)
    asked = time.monotonic()
    first = client.next_to(second)
    assert (first["type"], first["stage"]) == ("progress", "waiting")
    assert time.monotonic() - asked < 1.5


def test_a_running_fill_is_cancelled_at_its_next_window(client, endless_fill) -> None:
    fill = client.request("fill", *endless_fill.frames, **endless_fill.keys)
    client.next_to(fill, "progress")
    assert client.ask("cancel", target=fill)["found"] is True
    reply, frames, _ = client.outcome(fill)
    assert (reply["type"], reply["code"], frames) == ("error", "cancelled", [])
    assert client.ask("status")["fills"] == 0


def test_a_waiting_fill_is_cancelled_at_once_and_the_running_one_goes_on(client, long_fill) -> None:
    running = client.request("fill", *long_fill.frames, **long_fill.keys)
    client.next_to(running, "progress")
    waiting = client.request("fill", *long_fill.frames, **long_fill.keys)
    assert client.ask("cancel", target=waiting)["found"] is True
    assert client.next_to(waiting)["code"] == "cancelled"
    assert client.outcome(running)[0]["type"] == "result"


def test_cancel_finds_only_fills_of_the_same_client(daemon, connect, endless_fill) -> None:
    owner, other = connect(daemon), connect(daemon)
    fill = owner.request("fill", *endless_fill.frames, **endless_fill.keys)
    owner.next_to(fill, "progress")
    assert other.ask("cancel", target=fill)["found"] is False
    assert owner.ask("cancel", target="nothing")["found"] is False
    assert owner.ask("cancel", target=fill)["found"] is True


def test_a_full_queue_is_busy_and_what_waits_is_still_done(start_daemon, connect, endless_fill, short_fill) -> None:
    client = connect(start_daemon(Config(limits=Limits(queue=2))))
    running = client.request("fill", *endless_fill.frames, **endless_fill.keys)
    client.next_to(running, "progress")
    waiting = [client.request("fill", *short_fill.frames, **short_fill.keys) for _ in range(2)]
    refused = client.request("fill", *short_fill.frames, **short_fill.keys)
    assert client.next_to(refused)["code"] == "busy"
    client.ask("cancel", target=running)
    for fill in waiting:
        assert client.next_to(fill, "result", "error")["type"] == "result"


def test_waiting_fills_hold_no_more_pixels_together_than_one_frame_may(start_daemon, connect, endless_fill) -> None:
    most = len(endless_fill.frames[0])
    client = connect(start_daemon(Config(limits=Limits(frame_bytes=most))))
    running = client.request("fill", *endless_fill.frames, **endless_fill.keys)
    client.next_to(running, "progress")
    client.request("fill", *endless_fill.frames, **endless_fill.keys)
    refused = client.request("fill", *endless_fill.frames, **endless_fill.keys)
    assert client.next_to(refused)["code"] == "busy"


def test_an_id_that_is_under_way_cannot_be_used_again(client, endless_fill) -> None:
    client.request("fill", *endless_fill.frames, **endless_fill.keys, id="same")
    client.next_to("same", "progress")
    client.request("fill", *endless_fill.frames, **endless_fill.keys, id="same")
    assert client.next_to("same", "error")["code"] == "bad_request"


def test_two_clients_with_the_same_ids_get_their_own_pixels(daemon, connect, short_fill) -> None:
    clients = [connect(daemon) for _ in range(2)]
    for value, client in enumerate(clients):
        pixels = bytes([value]) * len(short_fill.frames[0])
        client.request("fill", pixels, short_fill.frames[1], **short_fill.keys, id="same")
    for value, client in enumerate(clients):
        reply, frames, _ = client.outcome("same")
        assert reply["type"] == "result"
        assert frames[0][0] == value
