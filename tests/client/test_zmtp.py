"""The state machine alone: how it handles the bytes of honest and of hostile peers."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_inpaint_client import ClientError
from gan_inpaint_client.zmtp import Connection

LIMIT = 300_000
GREETING = b"\xff" + bytes(7) + b"\x01\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)

Outcome = tuple[list[list[bytes]], "str | None"]


def frame(body: bytes, flags: int = 0) -> bytes:
    """Return a frame by the specification, without the client's own code."""
    if len(body) < 256:
        return bytes([flags, len(body)]) + body
    return bytes([flags | 2]) + len(body).to_bytes(8, "big") + body


def command(name: bytes, data: bytes = b"") -> bytes:
    return frame(bytes([len(name)]) + name + data, flags=4)


def message(frames: list[bytes]) -> bytes:
    return b"".join(frame(body, flags=index + 1 < len(frames)) for index, body in enumerate(frames))


def metadata(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value


HANDSHAKE = GREETING + command(b"READY", metadata(b"Socket-Type", b"ROUTER") + metadata(b"Identity", b""))


def connection() -> Connection:
    return Connection(LIMIT)


def outcome(fed: Connection) -> Outcome:
    """The messages, and the code of the failure that ends them."""
    messages = []
    try:
        while (one := fed.next_message()) is not None:
            messages.append(one)
    except ClientError as problem:
        return messages, problem.code
    return messages, None


def fed_whole(data: bytes) -> Outcome:
    fed = connection()
    fed.feed(data)
    return outcome(fed)


def fed_in_pieces(data: bytes, sizes: Iterable[int]) -> Outcome:
    """The pieces' sizes are repeated; bytes go in through `feed`."""
    fed, offset = connection(), 0
    for size in sizes:
        if offset >= len(data):
            break
        fed.feed(data[offset : offset + size])
        offset += size
    return outcome(fed)


def received_in_place(data: bytes, most: int) -> Outcome:
    """Bytes go in through `get_buffer`, as from a socket that has `most` bytes at a time."""
    fed, offset = connection(), 0
    while offset < len(data):
        buffer = fed.get_buffer()
        count = min(len(buffer), most, len(data) - offset)
        buffer[:count] = data[offset : offset + count]
        fed.buffer_updated(count)
        offset += count
    return outcome(fed)


bodies = st.one_of(st.binary(max_size=40), st.integers(250, 70_000).map(lambda size: b"\xab" * size))
messages = st.lists(bodies, min_size=1, max_size=4).filter(lambda frames: sum(map(len, frames)) <= LIMIT)
heartbeats = st.builds(lambda context: command(b"PING", b"\0\0" + context), st.binary(max_size=16))
traffic = st.lists(st.one_of(messages.map(message), heartbeats), max_size=5).map(b"".join)


@settings(deadline=None)
@given(st.lists(messages, max_size=4))
def test_messages_come_out_as_they_went_in(sent: list[list[bytes]]) -> None:
    assert fed_whole(HANDSHAKE + b"".join(map(message, sent))) == (sent, None)


@settings(deadline=None)
@given(st.lists(st.one_of(messages.map(message), st.binary(max_size=30)), max_size=4).map(b"".join))
def test_byte_by_byte_gives_the_same_as_all_at_once(data: bytes) -> None:
    stream = HANDSHAKE + data[:2_000]
    assert fed_in_pieces(stream, [1] * len(stream)) == fed_whole(stream)


@settings(deadline=None)
@given(traffic, st.lists(st.integers(1, 50_000), min_size=1))
def test_pieces_of_any_size_give_the_same_as_all_at_once(data: bytes, sizes: list[int]) -> None:
    stream = HANDSHAKE + data
    assert fed_in_pieces(stream, sizes * len(stream)) == fed_whole(stream)


@settings(deadline=None)
@given(traffic, st.integers(100, 200_000))
def test_receiving_in_place_gives_the_same_as_feeding(data: bytes, most: int) -> None:
    assert received_in_place(HANDSHAKE + data, most) == fed_whole(HANDSHAKE + data)


@settings(deadline=None)
@given(traffic, st.data())
def test_a_truncated_stream_ends_as_a_lost_connection(data: bytes, draw: st.DataObject) -> None:
    stream = HANDSHAKE + data
    fed = connection()
    fed.feed(stream[: draw.draw(st.integers(0, len(stream)))])
    fed.feed_eof()
    came, code = outcome(fed)
    assert code == "connection_lost"
    assert came == fed_whole(stream)[0][: len(came)]


@settings(deadline=None)
@given(traffic, st.integers(0), st.binary(min_size=1, max_size=20))
def test_a_damaged_stream_never_does_more_than_fail(data: bytes, place: int, damage: bytes) -> None:
    stream = bytearray(HANDSHAKE + data)
    place %= len(stream)
    stream[place : place + len(damage)] = damage
    _, code = fed_whole(bytes(stream))
    assert code in (None, "bad_reply", "unauthorized", "connection_lost")


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=200).filter(lambda data: data[0] != 0xFF))
def test_garbage_is_refused_at_its_first_byte(garbage: bytes) -> None:
    assert fed_whole(garbage[:1]) == ([], "bad_reply")
    assert fed_whole(garbage) == ([], "bad_reply")


@pytest.mark.parametrize(
    ("peer", "stream"),
    [
        ("a web server", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        ("ZMTP 1", b"\xff" + (1).to_bytes(8, "big") + b"\x00"),
        ("ZMTP 2", b"\xff" + bytes(8) + b"\x7f\x01\x06\x00\x00"),
        ("mechanism PLAIN", GREETING.replace(b"NULL\0", b"PLAIN")),
        ("mechanism CURVE", GREETING.replace(b"NULL\0", b"CURVE")),
        ("another command than READY", GREETING + command(b"WELCOME")),
        ("an error instead of READY", GREETING + command(b"ERROR", b"\x03400")),
        ("an error in libzmq's own spelling", GREETING + frame(b"^RROR\x03400", flags=4)),
        ("a message instead of READY", GREETING + message([b"{}"])),
        ("another socket than a ROUTER", GREETING + command(b"READY", metadata(b"Socket-Type", b"PUB"))),
        ("metadata that are cut short", GREETING + command(b"READY", b"\x0bSocket")),
        ("metadata whose value is cut short", GREETING + command(b"READY", b"\x0bSocket-Type\0\0\0\x09ROUTER")),
        ("a command without a name", HANDSHAKE + frame(b"", flags=4)),
        ("a command whose name is cut short", HANDSHAKE + frame(b"\x09PING", flags=4)),
        ("a command with MORE", HANDSHAKE + frame(b"\x04PING\0\0", flags=5)),
        ("unknown flags", HANDSHAKE + frame(b"", flags=8)),
        ("a heartbeat without its time to live", HANDSHAKE + command(b"PING")),
        ("a heartbeat with a long context", HANDSHAKE + command(b"PING", bytes(19))),
        ("a command of many bytes", HANDSHAKE + command(b"PING", bytes(5_000))),
        ("a frame of too many bytes", HANDSHAKE + b"\x02" + (LIMIT + 1).to_bytes(8, "big")),
        ("a frame of nearly all bytes there are", HANDSHAKE + b"\x02" + b"\xff" * 8),
        ("frames that are too many bytes together", HANDSHAKE + message([bytes(LIMIT // 2), bytes(LIMIT // 2), b"12"])),
        ("a message of endlessly many frames", HANDSHAKE + frame(b"", flags=1) * 100),
    ],
)
def test_a_peer_that_breaks_the_rules_is_refused(peer: str, stream: bytes) -> None:
    came, code = fed_whole(stream)
    assert (came, code) == ([], "bad_reply"), peer


def test_messages_before_a_failure_are_kept() -> None:
    assert fed_whole(HANDSHAKE + message([b"one"]) + message([b"two"]) + b"\xff") == ([[b"one"], [b"two"]], "bad_reply")


@pytest.mark.parametrize("size", [LIMIT + 1, 2**31, 2**63])
def test_an_announced_size_beyond_the_limit_is_not_allocated(size: int) -> None:
    fed = connection()
    fed.feed(HANDSHAKE)
    tracemalloc.start()
    fed.feed(b"\x02" + size.to_bytes(8, "big") + b"some bytes")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LIMIT


def sent(fed: Connection) -> bytes:
    return b"".join(fed.outgoing())


def test_the_side_is_named_only_to_a_peer_that_speaks_the_same() -> None:
    fed = connection()
    assert sent(fed)[:12] == b"\xff" + bytes(8) + b"\x7f\x03\x01"
    fed.feed(GREETING[:63])
    assert sent(fed) == b""
    fed.feed(GREETING[63:])
    assert sent(fed) == command(b"READY", metadata(b"Socket-Type", b"DEALER") + metadata(b"Identity", b""))


def test_messages_wait_until_the_peer_is_ready() -> None:
    fed = connection()
    fed.send([b"header", memoryview(b"pixels")])
    sent(fed)
    fed.feed(GREETING)
    assert b"header" not in sent(fed)
    fed.feed(HANDSHAKE[len(GREETING) :])
    assert sent(fed) == message([b"header", b"pixels"])


@settings(deadline=None)
@given(st.binary(max_size=16))
def test_a_heartbeat_is_answered_with_its_own_context(context: bytes) -> None:
    fed = connection()
    fed.feed(HANDSHAKE)
    sent(fed)
    fed.feed(command(b"PING", b"\0\x14" + context))
    assert sent(fed) == command(b"PONG", context)


def test_a_heartbeat_may_come_between_the_frames_of_a_message() -> None:
    stream = HANDSHAKE + frame(b"one", flags=1) + command(b"PING", b"\0\0") + frame(b"two")
    assert fed_whole(stream) == ([[b"one", b"two"]], None)


def test_heartbeats_are_not_taken_for_work() -> None:
    fed = connection()
    fed.feed(HANDSHAKE + command(b"PING", b"\0\0") + command(b"PONG"))
    assert fed.message_traffic == 0
    fed.feed(message([b"12345"]))
    assert fed.message_traffic == 5


@settings(deadline=None)
@given(messages)
def test_what_is_sent_is_framed_by_the_specification(frames: list[bytes]) -> None:
    fed = connection()
    fed.feed(HANDSHAKE)
    sent(fed)
    fed.send(frames)
    assert sent(fed) == message(frames)


def test_large_frames_are_sent_without_a_copy() -> None:
    pixels = memoryview(bytes(1_000_000))
    fed = connection()
    fed.feed(HANDSHAKE)
    fed.outgoing()
    fed.send([b"{}", pixels, b"mask"])
    assert any(buffer is pixels for buffer in fed.outgoing())


FEEDERS: list[Callable[[bytes], Outcome]] = [fed_whole, lambda data: received_in_place(data, 65_536)]


@pytest.mark.parametrize("feeder", FEEDERS)
def test_a_message_of_exactly_the_limit_is_taken(feeder: Callable[[bytes], Outcome]) -> None:
    frames = [b"x" * (LIMIT - 200_000), b"y" * 200_000]
    assert feeder(HANDSHAKE + message(frames)) == ([frames], None)
