"""Examples of every kind of damage with their labels, for the documentation.

`python -m gan_inpaint_training.damage.examples PAGE.jpg` draws the page on photographs that scikit-image ships.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from gan_inpaint_training.damage import film
from gan_inpaint_training.damage import print as prints
from gan_inpaint_training.damage.labels import Label
from gan_inpaint_training.damage.print.crops import cut
from gan_inpaint_training.data import Picture
from gan_inpaint_training.data.augmentation import random_square

EXAMPLES = 5
SIZE = 128
"""Side of a crop, in pixels."""
GAP = 6
"""Distance between examples, in pixels."""
NAMES = 120
"""Width of the column of names, in pixels."""
ATTEMPTS = 20
"""Draws until an example shows damage, at most: some kinds can miss the crop."""
LARGEST_REDUCTION = 3.0
"""Largest reduction of a photograph for a crop of film."""
PAPER, INK = (255, 255, 255), (0, 0, 0)
LIGHT, DARK, UNCERTAIN = (230, 60, 50), (70, 110, 250), (110, 110, 110)
"""Colours of a label."""
QUALITY = 80
"""Quality of the JPEG, 0 to 100."""

Example = Callable[[np.random.Generator, Picture], tuple[Picture, Label]]


def rows() -> dict[str, Example]:
    """Return a function for each kind of damage that draws an example of it on a photograph, by the row's name."""
    films = {f"film: {kind}": _of_film(kind) for kind in film.KINDS}
    return films | {f"print: {kind}": _of_print(kind) for kind in prints.KINDS}


def page(photographs: Sequence[Picture]) -> NDArray[np.uint8]:
    """Return a page (H, W, 3): a row for each kind with its name and five crops, each with its label beside it.

    In a label, light damage is red, dark damage is blue, and pixels where either answer is right are gray.
    """
    examples = rows()
    height, width = SIZE + GAP, 2 * SIZE + GAP
    sheet = Image.new("RGB", (NAMES + EXAMPLES * width, GAP + len(examples) * height), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default_imagefont()
    for row, (name, example) in enumerate(examples.items()):
        top = GAP + row * height
        pen.text((GAP, top + SIZE // 2 - 6), name, INK, font)
        for column in range(EXAMPLES):
            crop, label = _drawn(row, column, photographs[column % len(photographs)], example)
            sheet.paste(Image.fromarray(np.hstack([crop, coloured(label)])), (NAMES + column * width, top))
    return np.asarray(sheet)


def coloured(label: Label) -> Picture:
    """Return a label as a picture (H, W, 3)."""
    picture = np.zeros((*label.shape[1:], 3), np.uint8)
    for channel, colour in zip(label, (LIGHT, DARK, UNCERTAIN), strict=True):
        picture[channel > 0] = colour
    return picture


def photographs() -> list[Picture]:
    """Return the photographs of the documentation's page, one for each of its columns."""
    return [data.astronaut(), data.rocket(), cv2.merge([data.camera()] * 3), data.coffee(), data.chelsea()]


def main(target: str) -> None:
    """Draw the page and save it as `target`."""
    Image.fromarray(page(photographs())).save(Path(target), quality=QUALITY, optimize=True)


def _drawn(row: int, column: int, photograph: Picture, example: Example) -> tuple[Picture, Label]:
    for attempt in range(ATTEMPTS):
        crop, label = example(np.random.default_rng((row, column, attempt)), photograph)
        if label[:2].any():
            break
    return crop, label


def _of_film(kind: str) -> Example:
    def example(random: np.random.Generator, photograph: Picture) -> tuple[Picture, Label]:
        crop = random_square(random, photograph, SIZE, LARGEST_REDUCTION)
        return film.damaged(random, np.ascontiguousarray(crop), film.KINDS[kind](random, SIZE))

    return example


def _of_print(kind: str) -> Example:
    def example(random: np.random.Generator, photograph: Picture) -> tuple[Picture, Label]:
        crop, sheet = cut(random, photograph, SIZE)
        return prints.damaged_print(random, crop, sheet, [prints.KINDS[kind]])

    return example


if __name__ == "__main__":
    main(sys.argv[1])
