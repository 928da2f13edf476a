"""Fills done by the daemon, which is started when it is not running."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_inpaint import paths
from gan_inpaint.cli.crops import crops
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.cli.work import Outcome, Wishes
from gan_inpaint.errors import DaemonProblem
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels

if TYPE_CHECKING:
    from gan_inpaint_plugins.client import Client, Progress

START = [sys.executable, "-m", "gan_inpaint", "serve", "--detach"]
_LAYOUTS = {1: "gray", 2: "graya", 3: "rgb", 4: "rgba"}
_DEPTHS = {"uint8": "u8", "uint16": "u16", "float16": "f16", "float32": "f32"}


@contextmanager
def client(start: bool) -> Iterator[Client]:
    """A client of the daemon, started if wanted.

    Raises:
        DaemonProblem: it cannot be reached or started, or what it answers to a request; with the client's code.
    """
    from gan_inpaint_plugins.client import ClientError, connect

    try:
        with connect(paths.runtime_file(), START if start else None) as connected:
            yield connected
    except ClientError as problem:
        raise DaemonProblem(problem.code, problem.message, problem.hint) from problem


def fill(photograph: Photograph, mask: Mask, wishes: Wishes, on_progress: OnProgress) -> Outcome:
    """Send what surrounds the holes of `mask` (H, W), not empty, to the daemon and put its answers together.

    Raises:
        DaemonProblem: the daemon's own code, or one of its client; nothing has changed then.
    """
    on_progress("reaching the daemon", 0)
    try:
        with client(start=True) as connected:
            return _fill(connected, photograph, mask, wishes, on_progress)
    except DaemonProblem as problem:
        if problem.code in {"no_daemon", "cannot_start"}:
            problem.hint = f"{problem.hint}\n“--no-daemon” fills without it.".lstrip()
        raise


def _fill(connected: Client, photograph: Photograph, mask: Mask, wishes: Wishes, on_progress: OnProgress) -> Outcome:
    pixels, still_to_fill = photograph.pixels.copy(), mask.copy()
    parts = list(crops(mask, _most_pixels(connected, pixels)))
    headers = []
    for number, crop in enumerate(parts):
        sent, core = crop
        if not still_to_fill[core.slices].any():
            continue
        reply = connected.fill(
            _frame(pixels[sent.slices]),
            _frame(still_to_fill[sent.slices]),
            width=sent.width,
            height=sent.height,
            layout=_LAYOUTS[_channels(pixels)],
            depth=_DEPTHS[pixels.dtype.name],
            transfer=photograph.transfer,
            model=wishes.model,
            grow=wishes.grow,
            feather=wishes.feather,
            on_progress=partial(_tell, on_progress, number, len(parts)),
        )
        answer = np.frombuffer(reply.pixels, _wire_type(pixels)).reshape(pixels[sent.slices].shape)
        pixels[core.slices] = answer[crop.kept]
        still_to_fill[core.slices] = 0
        headers.append(reply.header)
    return Outcome(
        pixels,
        filled_by=headers[-1]["filled_by"],
        windows=sum(header["windows"] for header in headers),
        seconds=sum(header["seconds"] for header in headers),
        note=headers[-1]["note"],
    )


def _most_pixels(connected: Client, pixels: Pixels) -> int:
    """Pixels like these that the daemon takes at once."""
    limits = connected.hello()["limits"]
    return int(min(limits["pixels"], limits["frame_bytes"] // (pixels.dtype.itemsize * _channels(pixels))))


def _channels(pixels: Pixels) -> int:
    return pixels.shape[2] if pixels.ndim == 3 else 1


def _wire_type(pixels: Pixels) -> np.dtype[Any]:
    return pixels.dtype.newbyteorder("<")


def _frame(pixels: Pixels) -> memoryview:
    return np.ascontiguousarray(pixels, _wire_type(pixels)).data


def _tell(on_progress: OnProgress, number: int, parts: int, progress: Progress) -> None:
    done = progress["done"] / max(1, progress["total"])
    on_progress(progress["stage"], (number + done) / parts)
