"""The cost of daemon and wire on top of the engine, and of a preview."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import daemon, scenes
from benchmarks.measure import Measurement, interleaved
from gan_inpaint import engine
from gan_inpaint.machine import physical_cores
from gan_inpaint.models import loading
from gan_inpaint.models.store import ModelStore
from gan_inpaint.paths import models_dir
from gan_inpaint_client import previews

ROUNDS = 15


def measurements() -> Iterator[Measurement]:
    """Measure a 512×512 crop with a hole of 30 % through client, wire, daemon and engine, against the engine alone."""
    side = scenes.WINDOW
    picture, hole = scenes.photograph(side, side), scenes.round_hole(side, side, int(0.3 * side * side))
    pixels, mask = picture.tobytes(), hole.tobytes()
    filler = loading.load(ModelStore(models_dir()).get("default"), physical_cores())
    inside: list[float] = []

    with daemon.running() as running, running.connect() as client:

        def through_the_daemon(quality: str = "normal") -> float:
            reply = client.fill(pixels, mask, width=side, height=side, layout="rgb", depth="u8", quality=quality)
            return float(reply.header["seconds"])

        tasks = {
            "engine": lambda: engine.fill(picture, hole, filler),
            "trip": lambda: inside.append(through_the_daemon()),
            "preview": lambda: through_the_daemon(previews.COARSE),
        }
        seconds = interleaved(tasks, ROUNDS)
    transport = seconds["trip"] - float(np.median(inside[1:]))
    how = f"512×512, hole 30 %, {physical_cores()} threads, medians of {ROUNDS} interleaved rounds"
    yield Measurement("Round trip against the engine alone", seconds["trip"] / seconds["engine"], 1.1, "×", how)
    yield Measurement("Transport alone against the engine", transport / seconds["engine"], 0.05, "×", how)
    still = previews.STILL_MILLISECONDS / 1000
    how += f", with the {still:g} s that the options stand still, without what the editor does"
    yield Measurement("First preview of such a hole", still + seconds["preview"], 0.3, "s", how)
