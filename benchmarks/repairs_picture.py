"""What is found and what is repaired, to look at: the picture of docs/scans.md.

    python -m benchmarks.repairs_picture PHOTOGRAPHS FILM_DAMAGE docs/pictures/scans.jpg

draws a mixture of damage into every fortieth photograph, as `benchmarks.repairs` does, and saves a row for each:
damaged; what the detector finds at the default sensitivity in green, what it misses in orange, false alarms in red;
repaired.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np
from PIL import Image

import gan_inpaint
from benchmarks.repairs import MIXED, Mask, damaged
from gan_inpaint_training.data import Picture

EVERY = 40
WIDTH, HEIGHT = 480, 320
"""Of a picture, in pixels, at most."""
FOUND, MISSED, ALARM = (90, 255, 90), (255, 160, 20), (230, 20, 80)
DIMMED = 0.4
SLACK = 2
"""Distance in pixels within which a selected pixel is right, as in the tables of docs/scans.md."""
QUALITY = 85


def main(photographs: str, film_damage: str, target: str) -> None:
    """Save the picture."""
    rows = [
        _row(harmed, mask)
        for number, name, _, harmed, mask in damaged(photographs, film_damage)
        if name == MIXED and number % EVERY == 0
    ]
    Image.fromarray(np.vstack(rows)).save(target, quality=QUALITY, optimize=True)


def _row(harmed: Picture, mask: Mask) -> Picture:
    found = gan_inpaint.select(gan_inpaint.detect(harmed))
    repaired = gan_inpaint.repair(harmed, found) if found.any() else harmed
    return np.hstack([_placed(each) for each in (harmed, _marked(harmed, mask, found), repaired)])


def _placed(picture: Picture) -> Picture:
    """Return a picture in the middle of a cell of the page."""
    scale = min(WIDTH / picture.shape[1], HEIGHT / picture.shape[0])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:HEIGHT, :WIDTH]
    cell = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    top, left = (HEIGHT - small.shape[0]) // 2, (WIDTH - small.shape[1]) // 2
    cell[top : top + small.shape[0], left : left + small.shape[1]] = small
    return cell


def _marked(harmed: Picture, mask: Mask, found: Mask) -> Picture:
    shown = (harmed * DIMMED).astype(np.uint8)
    near = cv2.dilate(mask, np.ones((2 * SLACK + 1,) * 2, np.uint8))
    shown[(found > 0) & (near == 0)] = ALARM
    shown[(found > 0) & (near > 0)] = FOUND
    shown[(mask > 0) & (found == 0)] = MISSED
    return shown


if __name__ == "__main__":
    main(*sys.argv[1:])
