"""Fills by the daemon, which is started if it does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gan_inpaint.cli import work
from gan_inpaint.cli.progress import OnProgress
from gan_inpaint.cli.work import Outcome, Recipe
from gan_inpaint.connection import client
from gan_inpaint.engine.sources import Sources
from gan_inpaint.errors import CannotStart, NoDaemon
from gan_inpaint.imagefile import Photograph
from gan_inpaint.imagefile.mask import Mask
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.options import CHANNELS, SAMPLE_TYPES, FillOptions

if TYPE_CHECKING:
    from gan_inpaint_client import Client, Progress

_LAYOUTS = {channels: layout for layout, channels in CHANNELS.items() if layout != "bgra"}
_DEPTHS = {np.dtype(samples): depth for depth, samples in SAMPLE_TYPES.items()}


def fill(photograph: Photograph, mask: Mask, recipe: Recipe, on_progress: OnProgress) -> Outcome:
    """Fill the holes of `mask` (H, W), not empty; only they, their surroundings and the sampling area are sent.

    Raises:
        GanInpaintError: the daemon cannot be reached, or refuses.
    """
    on_progress("reaching the daemon", 0)
    try:
        with client(start=True) as connected:

            def fill_crop(
                pixels: Pixels, hole: Mask, near: Sources, options: FillOptions, on_progress: OnProgress
            ) -> Outcome:
                return _ask(connected, pixels, hole, near, options, on_progress)

            most_pixels = _most_pixels(connected, photograph.pixels)
            return work.fill(photograph, mask, recipe, most_pixels, fill_crop, on_progress)
    except (NoDaemon, CannotStart) as problem:
        problem.hint = f"{problem.hint}\n“--no-daemon” fills without it.".lstrip()
        raise


def _ask(
    connected: Client, pixels: Pixels, mask: Mask, sources: Sources, options: FillOptions, on_progress: OnProgress
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
        depth=_DEPTHS[wire_type],
        transfer=options.transfer,
        model=options.model,
        dilate=options.dilate,
        feather=options.feather,
        quality=options.quality,
        variant=options.variant,
        avoid=None if sources.avoid is None else np.ascontiguousarray(sources.avoid).data,
        sample=None if sources.sample is None else np.ascontiguousarray(sources.sample).data,
        on_progress=tell,
    )
    filled = np.frombuffer(reply.pixels, wire_type).reshape(pixels.shape)
    about = reply.header
    how = (about["filled_by"], about["windows"], about["seconds"], about["note"], about["scores"], about["receipt"])
    return Outcome(filled, *how)


def _most_pixels(connected: Client, pixels: Pixels) -> int:
    """Return how many pixels like these the daemon takes at once."""
    limits = connected.hello()["limits"]
    return int(min(limits["pixels"], limits["frame_bytes"] // (pixels.dtype.itemsize * _channels(pixels))))


def _channels(pixels: Pixels) -> int:
    return pixels.shape[2] if pixels.ndim == 3 else 1
