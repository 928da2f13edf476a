"""The user reads that a large picture is being sent to the daemon."""

from __future__ import annotations

import signal
import threading

import pytest

from gan_inpaint_client import Progress, connect
from gan_inpaint_client.stages import percent_text, stage_text


def test_a_large_picture_that_takes_time_to_send_is_shown_as_sending(daemon) -> None:
    side = 6_000
    seen: list[Progress] = []
    mask = bytearray(side * side)
    mask[side * 3_000 + 3_000] = 255
    with connect(daemon.runtime_file) as client:
        daemon.process.send_signal(signal.SIGSTOP)  # it reads nothing, and the socket is soon full
        threading.Timer(1.0, daemon.process.send_signal, [signal.SIGCONT]).start()
        client.fill(
            *(bytes(side * side), bytes(mask)),
            **{"width": side, "height": side, "layout": "gray", "depth": "u8", "model": "classical"},
            on_progress=seen.append,
        )
    sending = [step for step in seen if step["stage"] == "sending"]
    assert sending and seen.index(sending[-1]) < len(seen) - 1
    assert all(0 < step["done"] <= step["total"] for step in sending)
    assert percent_text(sending[0]).startswith(stage_text("sending"))


@pytest.mark.parametrize("stage", ["sending", "waiting", "loading", "detecting", "filling"])
def test_every_stage_has_its_words(stage: str) -> None:
    assert stage_text(stage).endswith("…")
