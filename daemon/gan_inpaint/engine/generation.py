"""What a filler makes of the windows it is shown: the coarser octaves first, tile by tile where a window is large."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Bytes, Flags, Floats, Samples
from gan_inpaint.engine.box import Box, bounds
from gan_inpaint.engine.compositing import shown
from gan_inpaint.engine.detail import add_detail
from gan_inpaint.engine.filler import Filler
from gan_inpaint.engine.guess import first_guess
from gan_inpaint.engine.membrane import colour_step
from gan_inpaint.engine.options import FillOptions
from gan_inpaint.engine.plan import Window
from gan_inpaint.engine.view import View, view
from gan_inpaint.errors import BadModel

_OVERLAP = 16
"""Neighbouring tiles of a window fade into each other over at least a sixteenth of their side."""
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
                add_detail(picture, look.hole, ~look.hole & _content(look, window), self.filler.detail)
            yield look, picture

    def _view(self, window: Window) -> View | None:
        return view(self.image, self.mask, window, self.options.grow, self.options.transfer)

    def _smooth(self, views: list[View], windows: list[Window]) -> list[Floats]:
        """The views' pictures (height, width, 3), their holes filled, the step between the colours taken out."""
        if not views:
            return []
        pictures = [self._guess(look, window) for look, window in zip(views, windows, strict=True)]
        if max(views[0].hole.shape) > self.filler.window:
            fills = [self._tiled(picture, look.hole) for picture, look in zip(pictures, views, strict=True)]
        else:
            mirrored = self.options.quality == "best" and windows[0].coarser is None
            fills = self._run(pictures, [look.hole for look in views], _MIRRORED if mirrored else _MIRRORED[:1])
        return [_without_colour_step(look, fill) for look, fill in zip(views, fills, strict=True)]

    def _guess(self, look: View, window: Window) -> Floats:
        """The picture as the filler is to be shown it: its hole holds the coarser octave's fill, or a smooth guess."""
        if not self.filler.guided:
            return np.where(look.hole[..., None], np.float32(0), look.pixels)
        coarse = None if window.coarser is None else self._view(window.coarser)
        if window.coarser is None or coarse is None:
            return first_guess(look.pixels, look.hole)
        (filled,) = self._smooth([coarse], [window.coarser])
        size = window.content
        guess = shown(coarse.range.converted(filled, look.range), window.coarser, window.box, size, cv2.INTER_LINEAR)
        picture = look.pixels.copy()
        hole = look.hole[: size[1], : size[0]]
        picture[: size[1], : size[0]][hole] = guess[hole]
        return picture

    def _tiled(self, picture: Floats, hole: Flags) -> Floats:
        """A fill of a picture of any size, tiles of the filler's window fading into each other."""
        height, width = hole.shape
        sides = min(self.filler.window, height), min(self.filler.window, width)
        fade = np.outer(*(_fade(side) for side in sides))[..., None]
        total, weight = np.zeros_like(picture), np.full((height, width, 1), 1e-6, np.float32)
        for top in _starts(height, sides[0]):
            for left in _starts(width, sides[1]):
                tile = Box(left, top, left + sides[1], top + sides[0]).slices
                if hole[tile].any():
                    (fill,) = self._run([picture[tile]], [hole[tile]], _MIRRORED[:1])
                    total[tile] += fill * fade
                    weight[tile] += fade
        total /= weight
        return total

    def _run(self, pictures: list[Floats], holes: list[Flags], mirrored: tuple[tuple[int, ...], ...]) -> list[Floats]:
        """The filler's answers (height, width, 3), each the mean over the `mirrored` axes of what it is shown."""
        images = np.stack([np.stack(cv2.split(picture)) for picture in pictures])
        masks = np.stack([hole[None] for hole in holes]).astype(np.float32)
        total = np.zeros_like(images)
        for axes in mirrored:
            self.go_on()
            seen = (np.ascontiguousarray(np.flip(planes, axes)) for planes in (images, masks))
            total += np.flip(run_filler(self.filler, *seen), axes)
        total /= len(mirrored)
        return [cv2.merge(list(planes)) for planes in total]


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


def _fade(side: int) -> Floats:
    """(side,): 1, falling towards both ends over the overlap."""
    from_end = np.minimum(np.arange(side), np.arange(side)[::-1]) + 0.5
    return np.minimum(from_end * (_OVERLAP / side), 1).astype(np.float32)


def _starts(extent: int, side: int) -> list[int]:
    """Where tiles of `side` start that cover `extent`, evenly spread and overlapping."""
    overlap = side // _OVERLAP
    count = 1 if side >= extent else -(-(extent - overlap) // (side - overlap))
    return [round(index * (extent - side) / max(count - 1, 1)) for index in range(count)]


def _content(look: View, window: Window) -> Flags:
    """(height, width): false where the window only repeats the image's edge."""
    width, height = window.content
    content = np.zeros_like(look.hole)
    content[:height, :width] = True
    return content


def _without_colour_step(look: View, fill: Floats) -> Floats:
    """The view's picture with its hole filled by `fill` (height, width, 3), corrected."""
    around = bounds(look.hole)
    generated, ring = fill[around.slices], look.ring[around.slices]
    difference = look.pixels[around.slices][ring] - generated[ring]
    generated = generated + colour_step(difference, ring, look.outer[around.slices])
    picture = look.pixels.copy()
    hole = look.hole[around.slices]
    picture[around.slices][hole] = generated[hole]
    return picture
