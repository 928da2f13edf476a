"""The client with the real daemon."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_inpaint_client import ClientError, FillReply, FillRequest, Job, Progress, connect
from gan_inpaint_client.conversation import Conversation
from gan_inpaint_client.runtime_file import read_runtime_file

SIDE = 48


def picture() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    pixels = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[20:28, 20:28] = 255
    return pixels, mask


def specks(side: int) -> np.ndarray[Any, Any]:
    """A mask that takes seconds to fill, in many windows."""
    mask = np.zeros((side, side), np.uint8)
    mask[100::250, 100::250] = 255
    return mask


SIZE: dict[str, Any] = {"width": SIDE, "height": SIDE, "layout": "rgb", "depth": "u8", "model": "classical"}


def test_a_picture_is_filled_and_its_other_pixels_are_bit_identical(daemon: Any) -> None:
    pixels, mask = picture()
    seen: list[Progress] = []
    with connect(daemon.runtime_file) as client:
        reply = client.fill(pixels.tobytes(), mask.data, **SIZE, on_progress=seen.append)
    filled = np.frombuffer(reply.pixels, np.uint8).reshape(pixels.shape)
    assert (filled[mask == 0] == pixels[mask == 0]).all()
    assert (filled[mask == 255] != pixels[mask == 255]).any()
    assert reply.header["filled_by"]["kind"] == "classical"
    assert seen[-1] == {"done": 1, "total": 1, "stage": "filling"}


def test_every_option_reaches_the_fill(daemon: Any) -> None:
    pixels, mask = picture()
    with connect(daemon.runtime_file) as client:
        plain, *others = (
            client.fill(pixels.data, mask.data, **SIZE, **wanted).pixels
            for wanted in ({}, {"dilate": 9}, {"feather": 3}, {"quality": "best"})
        )
    assert plain not in others and len(set(others)) == 3


def test_the_daemon_tells_about_itself(daemon: Any) -> None:
    with connect(daemon.runtime_file) as client:
        welcome, status = client.hello(), client.status()
        assert client.ping() < 1
    assert welcome["pid"] == status["pid"] == daemon.process.pid
    assert "classical" in [model["name"] for model in welcome["models"]]


def test_stop_ends_the_daemon(daemon: Any) -> None:
    with connect(daemon.runtime_file) as client:
        client.stop()
    assert daemon.process.wait(10) == 0


def test_errors_of_the_daemon_come_through_and_the_client_can_go_on(daemon: Any) -> None:
    pixels, mask = picture()
    with connect(daemon.runtime_file) as client:
        refused: list[tuple[dict[str, Any], str]] = [
            ({"model": "no such"}, "unknown_model"),
            ({"dilate": -1}, "bad_request"),
            ({"quality": "worst"}, "bad_request"),
        ]
        for wrong, code in refused:
            with pytest.raises(ClientError) as failure:
                client.fill(pixels.data, mask.data, **{**SIZE, **wrong})
            assert failure.value.code == code
        with pytest.raises(ClientError) as failure:
            client.fill(pixels.data, bytes(SIDE * SIDE), **SIZE)
        assert failure.value.code == "empty_mask"
        assert len(client.fill(pixels.data, mask.data, **SIZE).pixels) == pixels.size


def test_a_wrong_token_is_unauthorized(daemon: Any, tmp_path: Path) -> None:
    content = json.loads(daemon.runtime_file.read_text())
    (tmp_path / "daemon.json").write_text(json.dumps({**content, "token": "0" * 64}))
    with pytest.raises(ClientError) as failure:
        connect(tmp_path / "daemon.json")
    assert failure.value.code == "unauthorized"


def test_a_picture_beyond_the_limits_is_too_large(daemon: Any) -> None:
    side = 8_200
    with connect(daemon.runtime_file) as client, pytest.raises(ClientError) as failure:
        client.fill(bytes(side * side), bytes(side * side), width=side, height=side, layout="gray", depth="u8")
    assert failure.value.code == "too_large"


def test_a_daemon_killed_in_a_fill_is_a_lost_connection(daemon: Any) -> None:
    def kill(_: Progress) -> None:
        daemon.process.kill()

    side = 3_000
    with connect(daemon.runtime_file) as client, pytest.raises(ClientError) as failure:
        client.fill(
            *(bytes(side * side), specks(side).data),
            **{**SIZE, "width": side, "height": side, "layout": "gray"},
            on_progress=kill,
        )
    assert failure.value.code == "connection_lost"


def test_a_daemon_that_hangs_in_a_fill_is_given_up(daemon: Any) -> None:
    def freeze(_: Progress) -> None:
        daemon.process.send_signal(signal.SIGSTOP)

    side = 3_000
    with connect(daemon.runtime_file) as client:
        client.silence_seconds = 0.5
        with pytest.raises(ClientError) as failure:
            client.fill(
                *(bytes(side * side), specks(side).data),
                **{**SIZE, "width": side, "height": side, "layout": "gray"},
                on_progress=freeze,
            )
    assert failure.value.code == "timeout"


def test_a_cancelled_fill_ends_and_the_daemon_is_free_again(daemon: Any) -> None:
    side = 3_000
    conversation = Conversation(read_runtime_file(daemon.runtime_file), 10)
    request = FillRequest(
        *(bytes(side * side), specks(side).data),
        **{**SIZE, "width": side, "height": side, "layout": "gray"},
    )
    job = Job(conversation.messenger, request)
    with pytest.raises(ClientError) as failure:
        conversation.perform(job, 15, on_progress=lambda _: job.cancel())
    assert failure.value.code == "cancelled"
    conversation.close()
    with connect(daemon.runtime_file) as client:
        assert client.status()["running"] == 0


def test_a_large_picture_goes_there_and_back(daemon: Any) -> None:
    """36 megapixels of 16-bit gray: 72 MB each way."""
    side = 6_000
    pixels = np.random.default_rng(2).integers(0, 65536, (side, side), np.uint16)
    mask = np.zeros((side, side), np.uint8)
    mask[3000:3010, 3000:3010] = 255
    with connect(daemon.runtime_file) as client:
        reply = client.fill(
            *(pixels.data, mask.data), width=side, height=side, layout="gray", depth="u16", model="classical"
        )
    assert isinstance(reply, FillReply)
    filled = np.frombuffer(reply.pixels, np.uint16).reshape(pixels.shape)
    assert (filled[mask == 0] == pixels[mask == 0]).all()
