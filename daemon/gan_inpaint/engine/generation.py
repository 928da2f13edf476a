"""What a filler makes of the windows it is shown: the coarser octaves first, tile by tile where a window is large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Bytes, Flags, Floats, Samples, copy_where
from gan_inpaint.engine.box import Box, bounds
from gan_inpaint.engine.compositing import shown
from gan_inpaint.engine.detail import add_detail
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.guess import first_guess, keep_in_range
from gan_inpaint.engine.membrane import colour_step
from gan_inpaint.engine.options import FillOptions
from gan_inpaint.engine.plan import CONTEXT, Window, rounded_up
from gan_inpaint.engine.rim import refine_coarsely, refine_rim
from gan_inpaint.engine.view import View, view
from gan_inpaint.errors import BadModel

_OVERLAP = 16
"""Neighbouring tiles of a window fade into each other over at least a sixteenth of the filler's own window."""
_NEAR, _DEEP = 24, 64
"""Pixels from the rim. What belongs farther inside a finer octave can less and less be told: asked for it, networks
weave patterns. From 24 pixels on it is, more and more, the coarser octave's fill, and from 64 on nothing else."""
_MIRRORED: tuple[tuple[int, ...], ...] = ((), (-1,), (-2,), (-2, -1))

GoOn = Callable[[], None]


class Generation:
    """Fills windows of `image` (H, W[, 1..4]), whose `mask` is (H, W), with a filler.

    `go_on` is called before each run of the filler; what it raises ends the work and is passed on.
    """

    def __init__(self, image: Samples, mask: Bytes, filler: Filler, options: FillOptions, go_on: GoOn) -> None:
        self.image, self.mask, self.filler, self.options, self.go_on = image, mask, filler, options, go_on

    def fills(self, windows: list[Window]) -> Iterator[tuple[View, Floats] | None]:
        """For each of the windows, all of one size, what it shows, and that picture (height, width, 3) in [-1, 1] with
        its hole filled; None for a window that shows no known pixel.

        Raises BadModel if the filler returns something that is no picture.
        """
        views = [self._view(window) for window in windows]
        seen = [(look, window) for look, window in zip(views, windows, strict=True) if look is not None]
        fills = iter(self._smooth([look for look, _ in seen], [window for _, window in seen]))
        for look, window in zip(views, windows, strict=True):
            if look is None:
                yield None
                continue
            picture = next(fills)
            if self.filler.detail and window.scale == 1:
                refine_rim(picture, look.hole)
                add_detail(picture, look.hole, ~look.hole & _content(look, window), self.filler.detail)
            yield look, picture

    def _view(self, window: Window) -> View | None:
        return view(self.image, self.mask, window, self.options.grow, self.options.transfer)

    def _smooth(self, views: list[View], windows: list[Window]) -> list[Floats]:
        """The views' pictures (height, width, 3), their holes filled, the step between the colours taken out."""
        if not views:
            return []
        pictures = [self._guess(look, window) for look, window in zip(views, windows, strict=True)]
        if windows[0].coarser is not None:
            fills = [self._finer(picture, look.hole) for picture, look in zip(pictures, views, strict=True)]
        elif max(views[0].hole.shape) > self.filler.window:
            fills = [self._tiled(picture, look.hole, look.hole) for picture, look in zip(pictures, views, strict=True)]
        else:
            mirrored = _MIRRORED if self.options.quality == "best" else _MIRRORED[:1]
            fills = self._run(pictures, [look.hole for look in views], mirrored)
        return [_without_colour_step(look, fill) for look, fill in zip(views, fills, strict=True)]

    def _guess(self, look: View, window: Window) -> Floats:
        """The picture as the filler is to be shown it: its hole holds the coarser octave's fill, or a smooth guess."""
        if not self.filler.guided:
            return np.where(look.hole[..., None], np.float32(0), look.pixels)
        coarse = None if window.coarser is None else self._view(window.coarser)
        if window.coarser is None or coarse is None:
            guess = first_guess(look.pixels, look.hole)
            keep_in_range(guess, look.hole)
            refine_coarsely(guess, look.hole)
            return guess
        (filled,) = self._smooth([coarse], [window.coarser])
        size = window.content
        guess = shown(coarse.range.converted(filled, look.range), window.coarser, window.box, size, cv2.INTER_LINEAR)
        picture = look.pixels.copy()
        copy_where(picture[: size[1], : size[0]], guess, look.hole[: size[1], : size[0]])
        return picture

    def _finer(self, picture: Floats, hole: Flags) -> Floats:
        """A finer octave's fill of a picture whose hole holds the coarser one's, which it stays deep inside."""
        depth = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
        fill = self._tiled(picture, hole, hole & (depth < _DEEP))
        share = np.clip((_DEEP - depth) / np.float32(_DEEP - _NEAR), 0, 1)[..., None]
        finer: Floats = picture + share * (fill - picture)
        return finer

    def _tiled(self, picture: Floats, hole: Flags, wanted: Flags) -> Floats:
        """A fill of what is `wanted` of the hole of a picture of any size; tiles of at most the filler's window fade
        into each other."""
        height, width = hole.shape
        rows, columns = (_tiles(side, self.filler.window, self.filler.size_multiple) for side in (height, width))
        if len(rows.starts) == len(columns.starts) == 1:
            return self._surrounded(picture, hole, wanted)[1]
        fade = np.outer(_fade(rows), _fade(columns))[..., None]
        total, weight = np.zeros_like(picture), np.full((height, width, 1), 1e-6, np.float32)
        for top, left in product(rows.starts, columns.starts):
            tile = Box(left, top, left + columns.side, top + rows.side).slices
            if wanted[tile].any():
                part, fill = self._surrounded(picture[tile], hole[tile], wanted[tile])
                total[tile][part.slices] += fill[part.slices] * fade[part.slices]
                weight[tile][part.slices] += fade[part.slices]
        total /= weight
        return total

    def _surrounded(self, picture: Floats, hole: Flags, wanted: Flags) -> tuple[Box, Floats]:
        """A fill of a tile, of which no more is run than what is wanted and what that has to see, and the box of it."""
        part = _needed(wanted, self.filler.size_multiple)
        fill = np.zeros_like(picture)
        (fill[part.slices],) = self._run([picture[part.slices]], [hole[part.slices]], _MIRRORED[:1])
        return part, fill

    def _run(self, pictures: list[Floats], holes: list[Flags], mirrored: tuple[tuple[int, ...], ...]) -> list[Floats]:
        """The filler's answers (height, width, 3), each the mean over the `mirrored` axes of what it is shown."""
        images = np.stack([np.ascontiguousarray(picture.transpose(2, 0, 1)) for picture in pictures])
        masks = np.stack([hole[None] for hole in holes]).astype(np.float32)
        fills = []
        for axes in mirrored:
            self.go_on()
            seen = (np.ascontiguousarray(np.flip(planes, axes)) for planes in (images, masks))
            fills.append(np.flip(run_filler(self.filler, *seen), axes))
        mean = fills[0] if len(fills) == 1 else np.mean(fills, axis=0)
        return [np.ascontiguousarray(planes.transpose(1, 2, 0)) for planes in mean]


def run_filler(filler: Filler, images: Floats, holes: Floats) -> Floats:
    """What a filler makes of images (N, 3, H, W) and holes (N, 1, H, W), of the images' shape.

    Raises BadModel if that is no picture, and what the filler raises.
    """
    fills = filler(images, holes)
    if fills.shape != images.shape or not np.isfinite(fills).all():
        raise BadModel(
            f"The model {filler.name} returned something that is no picture.",
            "Choose another model, or install it anew.",
        )
    return fills


class _Tiles(NamedTuple):
    """Tiles of `side` from `starts` on along one axis, evenly spread; neighbours share `overlap` pixels or more."""

    side: int
    overlap: int
    starts: list[int]


def _tiles(extent: int, largest: int, multiple: int) -> _Tiles:
    """The fewest tiles that cover `extent`, no larger than they have to be; both are multiples of `multiple`."""
    overlap = largest // _OVERLAP
    count = 1 if largest >= extent else -(-(extent - overlap) // (largest - overlap))
    side = rounded_up(-(-(extent + (count - 1) * overlap) // count), multiple)
    return _Tiles(side, overlap, [round(index * (extent - side) / max(count - 1, 1)) for index in range(count)])


def _fade(tiles: _Tiles) -> Floats:
    """(side,): 1, falling towards both ends of a tile over the overlap."""
    from_end = np.minimum(np.arange(tiles.side), np.arange(tiles.side)[::-1]) + 0.5
    return np.minimum(from_end / tiles.overlap, 1).astype(np.float32)


def _needed(wanted: Flags, multiple: int) -> Box:
    """What is run of a tile: the box of what is wanted, not empty, and `CONTEXT` pixels around it, in multiples."""
    height, width = wanted.shape
    box = bounds(wanted).grown(CONTEXT).clipped(width, height)
    left, top = (start // multiple * multiple for start in (box.left, box.top))
    return Box(left, top, rounded_up(box.right, multiple), rounded_up(box.bottom, multiple))


def _content(look: View, window: Window) -> Flags:
    """(height, width): false where the window only repeats the image's edge."""
    width, height = window.content
    content = np.zeros_like(look.hole)
    content[:height, :width] = True
    return content


def _without_colour_step(look: View, fill: Floats) -> Floats:
    """The view's picture with its hole filled by `fill` (height, width, 3), corrected."""
    around = bounds(look.hole).slices
    ring = look.ring[around]
    at = np.nonzero(ring)
    difference = look.pixels[around][at] - fill[around][at]
    step = colour_step(difference, ring, look.outer[around])
    picture = look.pixels.copy()
    copy_where(picture[around], cv2.add(fill[around], step, step), look.hole[around])
    return picture
