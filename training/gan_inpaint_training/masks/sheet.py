"""Examples of every kind of hole on one picture, for the documentation."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gan_inpaint_training.masks.mixture import KINDS, draw

EXAMPLES = 8
SIZE = 96  # pixels, a mask's side
GAP = 6  # pixels between masks
LABEL = 132  # pixels, width of the column of names
PAPER, INK, HOLE = 255, 0, 60  # gray levels


def sheet() -> NDArray[np.uint8]:
    """Return (H, W) uint8: a row for each kind of `KINDS` with its name and 8 masks, the holes dark.

    The kinds centre-box and random-box have boxes of half the side.
    """
    step = SIZE + GAP
    page = Image.new("L", (LABEL + EXAMPLES * step, len(KINDS) * step + GAP), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default_imagefont()
    for row, kind in enumerate(KINDS):
        top = GAP + row * step
        pen.text((GAP, top + SIZE // 2 - 6), kind, INK, font)
        for column in range(EXAMPLES):
            mask = draw(np.random.default_rng((row, column)), SIZE, {kind: 1.0})
            left = LABEL + column * step
            page.paste(Image.fromarray(np.where(mask > 0, HOLE, 225).astype(np.uint8)), (left, top))
    return np.asarray(page)


if __name__ == "__main__":
    Image.fromarray(sheet()).save(sys.argv[1], optimize=True)
