"""Against libzmq's own ROUTER: both transports, frames of every size, heartbeats, the token."""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_inpaint_client import ClientError, FillReply, connect

from .conftest import Router

Start = Callable[..., Router]
Write = Callable[..., Path]


def echoed(header: dict[str, Any], frames: list[bytes]) -> list[tuple[dict[str, Any], list[bytes]]]:
    """Answers a fill with its own pixels, other requests with their bare reply."""
    if header["type"] != "fill":
        return [({"type": {"ping": "pong", "stop": "stopping"}[header["type"]]}, [])]
    return [({"type": "progress", "done": 1, "total": 2, "stage": "filling"}, []), (result(header), frames[:1])]


def result(header: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A `result` header for a fill."""
    filled_by = {
        **{"model": "m", "version": "1", "kind": "generator"},
        **{"licence": "CC0-1.0", "sha256": "", "provider": "CPU"},
    }
    same = {key: header[key] for key in ("width", "height", "layout", "depth")}
    return {
        "type": "result",
        **same,
        "filled_by": filled_by,
        "windows": 2,
        "seconds": 0.1,
        "note": "",
        "scores": {},
        **changed,
    }


@pytest.mark.parametrize("endpoint", [None, "tcp://127.0.0.1:*"])
def test_both_transports_carry_a_fill(router: Start, runtime_file: Write, endpoint: str | None) -> None:
    pixels, mask = os.urandom(4 * 3 * 3), os.urandom(4 * 3)
    seen = []
    with connect(runtime_file(router(echoed, endpoint).endpoint)) as client:
        reply = client.fill(pixels, mask, width=4, height=3, layout="rgb", depth="u8", on_progress=seen.append)
        assert client.ping() >= 0
    assert reply.pixels == pixels
    assert reply.header["filled_by"]["provider"] == "CPU"
    assert seen == [{"done": 1, "total": 2, "stage": "filling"}]


@pytest.mark.parametrize("side", [1, 15, 16, 17, 255, 256, 257])
def test_frames_around_the_sizes_where_their_heads_change(router: Start, runtime_file: Write, side: int) -> None:
    pixels = os.urandom(side * side)
    with connect(runtime_file(router(echoed).endpoint)) as client:
        assert client.fill(pixels, pixels, width=side, height=side, layout="gray", depth="u8").pixels == pixels


def test_72_megabytes_go_there_and_back(router: Start, runtime_file: Write) -> None:
    side, row = 6000, os.urandom(4000 * 3)
    pixels = b"".join(row[shift:] + row[:shift] for shift in range(side))
    with connect(runtime_file(router(echoed).endpoint)) as client:
        reply = client.fill(pixels, bytes(side * 4000), width=4000, height=side, layout="rgb", depth="u8")
    assert len(reply.pixels) == 72_000_000
    assert hashlib.sha256(reply.pixels).digest() == hashlib.sha256(pixels).digest()


def test_a_wrong_token_is_unauthorized(router: Start, runtime_file: Write) -> None:
    with pytest.raises(ClientError) as failure:
        connect(runtime_file(router(echoed).endpoint, token="secret"))
    assert failure.value.code == "unauthorized"
    assert "secret" not in f"{failure.value} {failure.value.hint}"


def test_a_router_of_another_mechanism_is_refused(router: Start, runtime_file: Write) -> None:
    with pytest.raises(ClientError) as failure:
        connect(runtime_file(router(echoed, mechanism="PLAIN").endpoint))
    assert failure.value.code in ("connection_lost", "bad_reply")  # libzmq hangs up before it tells its own mechanism


def test_heartbeats_keep_nobody_waiting_for_ever(router: Start, runtime_file: Write) -> None:
    """libzmq's own thread answers heartbeats and sends some even where the daemon behind it hangs."""
    with connect(runtime_file(router(heartbeat_ms=20).endpoint)) as client:
        client.silence_seconds = 0.4
        begun = time.monotonic()
        with pytest.raises(ClientError) as failure:
            client.fill(b"p", b"m", width=1, height=1, layout="gray", depth="u8")
        assert failure.value.code == "timeout"
        assert time.monotonic() - begun < 5
        with pytest.raises(ClientError) as failure:
            client.ping()
        assert failure.value.code == "timeout"


def test_progress_keeps_a_long_fill_alive(router: Start, runtime_file: Write) -> None:
    pause = threading.Event()

    def slowly(header: dict[str, Any], frames: list[bytes]) -> Any:
        for done in range(4):
            pause.wait(0.2)
            yield {"type": "progress", "done": done, "total": 4, "stage": "filling"}, []
        yield result(header), frames[:1]

    with connect(runtime_file(router(slowly).endpoint)) as client:
        client.silence_seconds = 0.5
        assert client.fill(b"p", b"m", width=1, height=1, layout="gray", depth="u8").pixels == b"p"


def test_the_daemons_error_comes_as_it_is(router: Start, runtime_file: Write) -> None:
    def refuse(header: dict[str, Any], frames: list[bytes]) -> Any:
        yield (
            {"type": "error", "code": "empty_mask", "message": "Nothing is selected.", "hint": "Select something."},
            [],
        )

    with connect(runtime_file(router(refuse).endpoint)) as client, pytest.raises(ClientError) as failure:
        client.fill(b"p", b"\0", width=1, height=1, layout="gray", depth="u8")
    problem = failure.value
    assert (problem.code, problem.message, problem.hint) == ("empty_mask", "Nothing is selected.", "Select something.")


@pytest.mark.parametrize(
    "keys",
    [
        {"width": 2},
        {"layout": "rgb"},
        {"filled_by": {"model": "m"}},
        {"filled_by": {"model": "m", "version": "1", "kind": "generator", "sha256": "", "provider": "CPU"}},
        {"note": None},
        {"type": "pong"},
        {"type": "of another kind"},
        {"type": ["result"]},
    ],
)
def test_a_result_of_another_shape_is_a_bad_reply(router: Start, runtime_file: Write, keys: dict[str, Any]) -> None:
    def strange(header: dict[str, Any], frames: list[bytes]) -> Any:
        yield result(header, **keys), frames[:1]

    with connect(runtime_file(router(strange).endpoint)) as client, pytest.raises(ClientError) as failure:
        client.fill(b"p", b"m", width=1, height=1, layout="gray", depth="u8")
    assert failure.value.code == "bad_reply"


@pytest.mark.parametrize("frames", [[], [b""], [b"12"], [b"1", b"2"]])
def test_pixels_of_another_size_are_a_bad_reply(router: Start, runtime_file: Write, frames: list[bytes]) -> None:
    with (
        connect(runtime_file(router(lambda header, _: [(result(header), frames)]).endpoint)) as client,
        pytest.raises(ClientError) as failure,
    ):
        client.fill(b"p", b"m", width=1, height=1, layout="gray", depth="u8")
    assert failure.value.code == "bad_reply"


def test_more_pixels_than_were_asked_for_are_not_taken_in(router: Start, runtime_file: Write) -> None:
    flood = bytes(50_000_000)
    with (
        connect(runtime_file(router(lambda header, _: [(result(header), [flood])]).endpoint)) as client,
        pytest.raises(ClientError, match="more than expected"),
    ):
        client.fill(b"p", b"m", width=1, height=1, layout="gray", depth="u8")


def test_another_protocol_version_is_named(router: Start, runtime_file: Write) -> None:
    with (
        connect(runtime_file(router(lambda *_: [({"type": "pong", "protocol": 3}, [])]).endpoint)) as client,
        pytest.raises(ClientError, match="speaks protocol 3") as failure,
    ):
        client.ping()
    assert failure.value.code == "protocol_mismatch"


def test_what_progress_raises_ends_the_fill_and_the_client_can_go_on(router: Start, runtime_file: Write) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with connect(runtime_file(router(echoed).endpoint)) as client:
        with pytest.raises(KeyboardInterrupt):
            client.fill(b"p", b"m", width=1, height=1, layout="gray", depth="u8", on_progress=interrupt)
        reply = client.fill(b"q", b"m", width=1, height=1, layout="gray", depth="u8")
    assert isinstance(reply, FillReply)
    assert reply.pixels == b"q"


def test_a_connection_is_made_anew_after_a_pause(
    router: Start, runtime_file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon hangs up on a client that has answered no heartbeat for 10 seconds."""
    hellos = itertools.count()

    def counted(header: dict[str, Any], frames: list[bytes]) -> Any:
        next(hellos)
        return echoed(header, frames)

    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with connect(runtime_file(router(counted).endpoint)) as client:
        client.ping()
        first = client._conversation
        client.ping()
        assert client._conversation is first
        clock[0] += 60
        client.ping()
        assert client._conversation is not first
