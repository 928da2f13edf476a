"""Generation of fills, coarse to fine over the levels of a pyramid."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, Samples, UInt8Array, copy_where
from gan_inpaint.engine.blending import resampled
from gan_inpaint.engine.boundary_band import refine_boundary_band, refine_coarse_to_fine
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.filler import Filler, run_filler
from gan_inpaint.engine.finishing import add_texture, without_colour_step
from gan_inpaint.engine.interruption import GoOn
from gan_inpaint.engine.plan import CONTEXT, Window
from gan_inpaint.engine.prefill import clamp_to_boundary_band, prefill
from gan_inpaint.engine.sources import EVERYWHERE, Sources
from gan_inpaint.engine.tiling import fill_tiled
from gan_inpaint.engine.view import View, view
from gan_inpaint.options import FillOptions

_NEAR = 24
"""Depth in the hole, in pixels, up to which a finer level takes the filler's answer whole."""
_DEEP = 64
"""Depth in the hole, in pixels, from which a finer level keeps the coarser level's fill."""
_PLAIN: tuple[tuple[int, ...], ...] = ((),)
_MIRRORED: tuple[tuple[int, ...], ...] = ((), (-1,), (-2,), (-2, -1))
"""Axes of (N, C, H, W) along which the filler's input is mirrored, run by run."""


class Generation:
    """Fills windows of `image` (H, W[, 1..4]), whose `mask` is (H, W), with a filler.

    `go_on` is called before each run of the filler, and often between; what it raises ends the work and is passed on.
    `without_sources` counts the windows so far that need texture and had nothing to copy it from.
    """

    def __init__(
        self,
        image: Samples,
        mask: UInt8Array,
        filler: Filler,
        options: FillOptions,
        go_on: GoOn,
        sources: Sources = EVERYWHERE,
    ) -> None:
        self.image, self.mask, self.filler, self.options, self.go_on = image, mask, filler, options, go_on
        self.sources, self.sampling_box = sources, sources.sampling_box()
        self.without_sources = 0

    def fills(self, windows: list[Window]) -> Iterator[tuple[View, Float32Array] | None]:
        """Yield for each of the windows, all of one size, its view and the filled picture (height, width, 3).

        The picture is in [-1, 1] of the view's range. None stands for a window that shows no known pixel.
        Raises BadModel if the filler returns something that is no picture.
        """
        views = [self._view(window) for window in windows]
        seen = [(each, window) for each, window in zip(views, windows, strict=True) if each is not None]
        fills = iter(self._smooth([each for each, _ in seen], [window for _, window in seen]))
        for each, window in zip(views, windows, strict=True):
            if each is None:
                yield None
                continue
            picture = next(fills)
            only_hidden = each.ring & ~each.asked
            copy_where(picture, each.pixels, only_hidden)
            if self.filler.detail and window.scale == 1:
                refine_boundary_band(picture, each.hole & ~only_hidden)
                self._add_texture(picture, each, window)
            yield each, picture

    def _add_texture(self, picture: Float32Array, seen: View, window: Window) -> None:
        """Add texture to the filled `picture` (height, width, 3) of a window; in place.

        A sampling area outside the window is brought into view for that; no network runs on it.
        """
        if self.sampling_box is None or window.box.contains(self.sampling_box):
            self.without_sources += not seen.sources.any()
            self._add_texture_from(picture, seen.asked, seen.sources, window.core, window.box)
            return
        box = window.box.union(self.sampling_box)
        wide = self._view(Window(box, window.core, box.width, box.height, 1.0))
        assert wide is not None, "it shows what the window shows"
        place = window.box.shifted(-box.left, -box.top).slices
        content = tuple(slice(0, side) for side in (window.box.height, window.box.width))
        asked = np.zeros_like(wide.asked)
        asked[place] = seen.asked[content]
        filled, given = wide.pixels, wide.sources & ~asked
        self.without_sources += not given.any()
        copy_where(filled[place], seen.range.converted(picture[content], wide.range), seen.hole[content])
        self._add_texture_from(filled, asked, given, window.core, box)
        copy_where(picture[content], wide.range.converted(filled[place], seen.range), seen.hole[content])

    def _add_texture_from(
        self, picture: Float32Array, asked: BoolArray, sources: BoolArray, core: Box, shown: Box
    ) -> None:
        """Add texture to `picture`, which shows the box `shown`, for all that reaches into `core`."""
        core = core.shifted(-shown.left, -shown.top)
        add_texture(picture, asked, sources, core, self.filler.detail, self.options.variant, self.go_on)

    def _view(self, window: Window) -> View | None:
        return view(self.image, self.mask, window, self.options.dilate, self.options.transfer, self.sources)

    def _smooth(self, views: list[View], windows: list[Window]) -> list[Float32Array]:
        """Return the views' pictures (height, width, 3), filled and without a colour step."""
        if not views:
            return []
        pictures = [self._input(seen, window) for seen, window in zip(views, windows, strict=True)]
        if windows[0].coarser is not None and not self.filler.guided:
            fills = pictures
        elif windows[0].coarser is not None:
            fills = [self._finer(picture, seen.hole) for picture, seen in zip(pictures, views, strict=True)]
        elif max(views[0].hole.shape) > self.filler.window:
            fills = [self._tiled(picture, seen.hole, seen.hole) for picture, seen in zip(pictures, views, strict=True)]
        else:
            mirrored = _MIRRORED if self.options.quality == "best" else _PLAIN
            fills = self._run(pictures, [seen.hole for seen in views], mirrored)
        return [without_colour_step(seen, fill) for seen, fill in zip(views, fills, strict=True)]

    def _input(self, seen: View, window: Window) -> Float32Array:
        """Return the picture (height, width, 3) as the filler needs it: its hole prefilled or zero.

        The hole is prefilled with the coarser level's fill if there is one, and for a guided filler else smoothly.
        """
        coarse = None if window.coarser is None else self._view(window.coarser)
        if window.coarser is None or coarse is None:
            if not self.filler.guided:
                return np.where(seen.hole[..., None], np.float32(0), seen.pixels)
            prefilled = prefill(seen.pixels, seen.hole)
            clamp_to_boundary_band(prefilled, seen.hole)
            refine_coarse_to_fine(prefilled, seen.hole)
            return prefilled
        (filled,) = self._smooth([coarse], [window.coarser])
        size = window.content
        filled = coarse.range.converted(filled, seen.range)
        enlarged = resampled(filled, window.coarser, window.box, size, cv2.INTER_LINEAR)
        picture = seen.pixels.copy()
        copy_where(picture[: size[1], : size[0]], enlarged, seen.hole[: size[1], : size[0]])
        return picture

    def _finer(self, picture: Float32Array, hole: BoolArray) -> Float32Array:
        """Return a finer level's fill of a picture whose hole holds the coarser level's.

        Deep in the hole, where a filler can only invent patterns, the coarser fill stays.
        """
        depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
        fill = self._tiled(picture, hole, hole & (depth < _DEEP))
        share = np.clip((_DEEP - depth) / np.float32(_DEEP - _NEAR), 0, 1)[..., None]
        finer: Float32Array = picture + share * (fill - picture)
        return finer

    def _tiled(self, picture: Float32Array, hole: BoolArray, wanted: BoolArray) -> Float32Array:
        """Return a fill of the `wanted` part of the hole of a picture of any size."""
        largest, multiple = self.filler.window, self.filler.size_multiple
        return fill_tiled(picture, hole, wanted, largest, multiple, CONTEXT, self._run_one)

    def _run_one(self, picture: Float32Array, hole: BoolArray) -> Float32Array:
        (fill,) = self._run([picture], [hole], _PLAIN)
        return fill

    def _run(
        self, pictures: list[Float32Array], holes: list[BoolArray], mirrored: tuple[tuple[int, ...], ...]
    ) -> list[Float32Array]:
        """Return the filler's answers (height, width, 3), each the mean over the `mirrored` inputs."""
        images = np.stack([np.ascontiguousarray(picture.transpose(2, 0, 1)) for picture in pictures])
        masks = np.stack([hole[None] for hole in holes]).astype(np.float32)
        fills = []
        for axes in mirrored:
            self.go_on()
            flipped = (np.ascontiguousarray(np.flip(planes, axes)) for planes in (images, masks))
            fills.append(np.flip(run_filler(self.filler, *flipped), axes))
        mean = fills[0] if len(fills) == 1 else np.mean(fills, axis=0)
        return [np.ascontiguousarray(planes.transpose(1, 2, 0)) for planes in mean]
