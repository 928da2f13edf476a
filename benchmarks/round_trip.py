"""What the daemon and the wire cost on top of the network itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnxruntime as ort

from benchmarks import daemon, scenes
from benchmarks.measure import Figure, interleaved
from gan_inpaint.cores import physical_cores
from gan_inpaint.paths import models_dir
from gan_inpaint.store import ModelStore

ROUNDS = 15


def figures() -> Iterator[Figure]:
    """A 512×512 crop with a hole of 30 %, through client, wire, daemon and engine, against a bare session.run."""
    side = scenes.WINDOW
    picture, hole = scenes.photograph(side, side), scenes.round_hole(side, side, int(0.3 * side * side))
    pixels, mask = picture.tobytes(), hole.tobytes()
    inside: list[float] = []

    with daemon.running() as running, running.connect() as client:

        def through_the_daemon() -> None:
            reply = client.fill(pixels, mask, width=side, height=side, layout="rgb", depth="u8")
            inside.append(reply.header["seconds"])

        seconds = interleaved({"run": bare_run(picture, hole), "trip": through_the_daemon}, ROUNDS)
    transport = seconds["trip"] - float(np.median(inside[1:]))
    how = f"512×512, hole 30 %, {physical_cores()} threads, medians of {ROUNDS} interleaved rounds"
    yield Figure("Round trip against a bare session.run", seconds["trip"] / seconds["run"], 1.25, "×", how)
    yield Figure("Transport alone against a bare session.run", transport / seconds["run"], 0.05, "×", how)


def bare_run(picture: np.ndarray, hole: np.ndarray):
    """The same network on the same window in onnxruntime, with nothing around it.

    Its threads spin while it runs, as they do by default, but not on into the daemon's turn.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = physical_cores()
    options.add_session_config_entry("session.force_spinning_stop", "1")
    path = ModelStore(models_dir()).get("default").path
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    mask = (hole > 0).astype(np.float32)[None, None]
    image = (picture.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None] * (1 - mask)
    feeds = {"image": np.ascontiguousarray(image), "mask": mask}
    return lambda: session.run(["fill"], feeds)
