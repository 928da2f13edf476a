"""Fills done by the daemon, which is started when it is not running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from gan_inpaint import paths
from gan_inpaint.cli import work
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.cli.work import Outcome, Wishes
from gan_inpaint.errors import DaemonProblem
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels

if TYPE_CHECKING:
    from gan_inpaint_client import Client, Progress

_LAYOUTS = {1: "gray", 2: "graya", 3: "rgb", 4: "rgba"}
_DEPTHS = {"uint8": "u8", "uint16": "u16", "float16": "f16", "float32": "f32"}


@contextmanager
def client(start: bool) -> Iterator[Client]:
    """A client of the daemon, which is started if wanted.

    Raises:
        DaemonProblem: it cannot be reached or started, or its error to what is asked; with the client's code.
    """
    from gan_inpaint_client import ClientError

    try:
        with _connect(start) as connected:
            yield connected
    except ClientError as problem:
        raise DaemonProblem(problem.code, problem.message, problem.hint) from problem


def fill(photograph: Photograph, mask: Mask, wishes: Wishes, on_progress: OnProgress) -> Outcome:
    """Fill the holes of `mask` (H, W), not empty; only they and their surroundings go to the daemon.

    Raises:
        DaemonProblem: with the daemon's own code, or one of its client.
    """
    on_progress("reaching the daemon", 0)
    try:
        with client(start=True) as connected:

            def fill_crop(pixels: Pixels, hole: Mask, on_progress: OnProgress) -> Outcome:
                return _ask(connected, pixels, hole, wishes, photograph.transfer, on_progress)

            return work.fill(photograph, mask, _most_pixels(connected, photograph.pixels), fill_crop, on_progress)
    except DaemonProblem as problem:
        if problem.code in {"no_daemon", "cannot_start"}:
            problem.hint = f"{problem.hint}\n“--no-daemon” fills without it.".lstrip()
        raise


def _connect(start: bool) -> Client:
    from gan_inpaint_client import ClientError, connect

    try:
        return connect(paths.runtime_file())
    except ClientError as problem:
        if not start or problem.code != "no_daemon":
            raise
    from gan_inpaint import server

    server.detach()  # in this process's own environment, unlike what an editor's plug-in needs
    return connect(paths.runtime_file())


def _ask(
    connected: Client, pixels: Pixels, mask: Mask, wishes: Wishes, transfer: str, on_progress: OnProgress
) -> Outcome:
    def tell(progress: Progress) -> None:
        on_progress(progress["stage"], progress["done"] / max(1, progress["total"]))

    wire_type = pixels.dtype.newbyteorder("<")
    height, width = mask.shape
    reply = connected.fill(
        np.ascontiguousarray(pixels, wire_type).data,
        mask.data,
        width=width,
        height=height,
        layout=_LAYOUTS[_channels(pixels)],
        depth=_DEPTHS[pixels.dtype.name],
        transfer=transfer,
        model=wishes.model,
        dilate=wishes.grow,
        feather=wishes.feather,
        quality=wishes.quality,
        on_progress=tell,
    )
    filled = np.frombuffer(reply.pixels, wire_type).reshape(pixels.shape)
    about = reply.header
    return Outcome(filled, about["filled_by"], about["windows"], about["seconds"], about["note"], about["scores"])


def _most_pixels(connected: Client, pixels: Pixels) -> int:
    """Pixels like these that the daemon takes at once."""
    limits = connected.hello()["limits"]
    return int(min(limits["pixels"], limits["frame_bytes"] // (pixels.dtype.itemsize * _channels(pixels))))


def _channels(pixels: Pixels) -> int:
    return pixels.shape[2] if pixels.ndim == 3 else 1
