"""The cost of the daemon while it is idle, and after long use."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks import daemon, scenes
from benchmarks.measure import Measurement

IDLE_SECONDS = 60
FILLS = 1_000


def measurements() -> Iterator[Measurement]:
    with daemon.running() as running:
        yield Measurement("From start to the first hello", running.seconds_to_hello, 1.5, "s", "one cold process")
        fill(running, 20)
        fill_windows(running, 5)
        before = running.cpu_seconds
        time.sleep(IDLE_SECONDS)
        idle = running.cpu_seconds - before
        yield Measurement(
            "CPU time while idle",
            idle,
            0.05,
            "s",
            f"over {IDLE_SECONDS} s, after 25 fills of up to 512×512, model loaded",
        )
        yield Measurement(
            "Memory while idle",
            running.resident_mib,
            200,
            "MiB",
            "resident, after 25 fills of up to 512×512, model loaded",
        )
        fill(running, FILLS // 5)
        warm = running.resident_mib
        fill(running, FILLS)
        how = f"resident memory after {FILLS} more fills over that before, all after a warm-up of {FILLS // 5}"
        yield Measurement("Memory growth", running.resident_mib / warm, 1.03, "×", how)


def fill_windows(running: daemon.Daemon, times: int) -> None:
    """Fill a hole of 30 % in crops of 512×512."""
    side = scenes.WINDOW
    picture, hole = scenes.photograph(side, side), scenes.round_hole(side, side, int(0.3 * side * side))
    with running.connect() as client:
        for _ in range(times):
            client.fill(picture.tobytes(), hole.tobytes(), width=side, height=side, layout="rgb", depth="u8")


def fill(running: daemon.Daemon, times: int) -> None:
    """Fill a small hole in crops of changing size, as a retoucher would."""
    with running.connect() as client:
        for number in range(times):
            side = 160 + 32 * (number % 4)
            picture, hole = scenes.photograph(side, side), scenes.round_hole(side, side, 600)
            client.fill(picture.tobytes(), hole.tobytes(), width=side, height=side, layout="rgb", depth="u8")
