"""Crops of damaged prints with their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from gan_inpaint_training.damage.degradation import Shades
from gan_inpaint_training.damage.labels import Label, label_of
from gan_inpaint_training.damage.layers import Opacity, log_uniform
from gan_inpaint_training.damage.print.ageing import Scan, printed
from gan_inpaint_training.damage.print.marks import Mark
from gan_inpaint_training.damage.print.sheet import Print
from gan_inpaint_training.data import Picture

VISIBLE = 9.0
"""Levels of 255 by which damage changes a pixel that the detector must find."""
FAINT = 4.0
"""Levels of 255 from which on either answer is right."""
COVERED = 0.3
"""Opacity from which on a pixel is damaged."""
TOUCHED = 0.1
"""Opacity from which on either answer is right."""
LARGEST_SCALE = 1.6
"""How far a photograph is enlarged at most."""

Draw = Callable[[np.random.Generator, Print], Sequence[Mark]]


def cut(random: np.random.Generator, picture: Picture, size: int) -> tuple[Picture, Print]:
    """Return a crop of `size` pixels of a print of `picture`, a photograph (H, W, 3), and that print.

    The print's long side is 280 to 2600 pixels. Of a small print the crop may show its edges and the lid of the
    scanner around it.
    """
    long = log_uniform(random, 280, 1100) if random.random() < 0.7 else log_uniform(random, 700, 2600)
    height, width = picture.shape[:2]
    scale = min(long / max(height, width), LARGEST_SCALE)
    paper, lid = _paper(random), _lid(random)
    seen = np.array([width, height]) * scale
    crossing = size / 4 if random.random() < 0.35 else 0.0
    low, high = np.minimum(0, seen - size) - crossing, np.maximum(0, seen - size) + crossing
    corner = random.uniform(np.minimum(low, high), np.maximum(low, high))
    crop = _window(picture, corner, scale, size, lid)
    start, stop = -corner, seen - corner  # of the photograph, in the crop's coordinates
    if (start <= 0).all() and (stop >= size).all():
        spare = np.maximum(long * np.array([1, random.uniform(0.6, 1)]) - seen, 0)
        before = random.uniform(0, spare)
        start, stop = start - before, stop + spare - before
    (left, top), (right, bottom) = start.tolist(), stop.tolist()
    sheet = Print(size, long, left, top, right, bottom, paper, lid)
    if random.random() < 0.15:
        crop = _bordered(random, crop, sheet)
    return crop, sheet


def damaged_print(
    random: np.random.Generator, picture: Picture, sheet: Print, draws: Sequence[Draw]
) -> tuple[Picture, Label]:
    """Return `picture` (S, S, 3) as a print with the damage that `draws` draw, and its label.

    Either answer is right around damage, where it can hardly be seen, and deep inside a loss.
    """
    scan = Scan.drawn(random)
    whole = printed(random, picture)
    harmed, hidden = whole, np.zeros(whole.shape[:2], np.float32)
    for draw in draws:
        for mark in draw(random, sheet):
            harmed = np.clip(mark.on(random, harmed), 0, 255)
            np.maximum(hidden, mark.hides, out=hidden)
    inside = sheet.inside
    harmed, hidden = whole + inside[..., None] * (harmed - whole), hidden * inside
    label = labelled(scan.seen(harmed) - scan.seen(whole), hidden)
    return scan.stored(random, scan.seen(harmed)), label


def labelled(change: Shades, hidden: Opacity) -> Label:
    """Return the label for a `change` (S, S, 3) in levels of 255, where `hidden` (S, S) of the photograph is lost."""
    most, lighter = np.abs(change).max(2), change.sum(2) > 0
    damaged = (hidden > COVERED) & (most > VISIBLE)
    around = cv2.dilate(damaged.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    unsure = ~damaged & (around | (most > FAINT) | (hidden > TOUCHED))
    return label_of(damaged & lighter, damaged & ~lighter, unsure)


def _window(picture: Picture, corner: np.ndarray, scale: float, size: int, lid: np.ndarray) -> Picture:
    """Return the crop at `corner` (x, y) of the picture scaled by `scale`, `lid` around it."""
    height, width = picture.shape[:2]
    start = np.floor(np.clip(corner / scale, 0, [width - 1, height - 1])).astype(int)
    stop = np.ceil(np.clip((corner + size) / scale, start + 1, [width, height])).astype(int)
    part = picture[start[1] : stop[1], start[0] : stop[0]]
    wide, high = np.maximum(((stop - start) * scale).round().astype(int), 1)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    part = cv2.resize(part, (int(wide), int(high)), interpolation=method)
    crop = np.broadcast_to(lid.astype(np.uint8), (size, size, 3)).copy()
    left, top = (max(0, round(float(-c))) for c in corner)
    place = crop[top : top + high, left : left + wide]
    place[:] = part[: place.shape[0], : place.shape[1]]
    return crop


def _bordered(random: np.random.Generator, crop: Picture, sheet: Print) -> Picture:
    """Return `crop` with a clean white border inside the print's edges."""
    wide = sheet.pixels(random.uniform(0.01, 0.05))
    rows, columns = np.arange(sheet.size)[:, None], np.arange(sheet.size)[None, :]
    inner = (rows >= sheet.top + wide) & (rows < sheet.bottom - wide)
    inner = inner & (columns >= sheet.left + wide) & (columns < sheet.right - wide)
    border = (sheet.inside > 0) & ~inner
    crop = crop.copy()
    crop[border] = sheet.paper.astype(np.uint8)
    return crop


def _paper(random: np.random.Generator) -> np.ndarray:
    """Return the colour (3,) of bare paper."""
    light = random.uniform(185, 255)
    return light * np.array([1.0, random.uniform(0.93, 1.0), random.uniform(0.8, 1.0)])


def _lid(random: np.random.Generator) -> np.ndarray:
    """Return the colour (3,) of a scanner's lid: white, black or gray."""
    kind = random.random()
    light = (
        random.uniform(225, 255) if kind < 0.6 else random.uniform(0, 40) if kind < 0.85 else random.uniform(60, 220)
    )
    return light * np.ones(3)
