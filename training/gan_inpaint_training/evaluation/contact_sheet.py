"""A picture of some cases and their fills."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gan_inpaint_training.evaluation.metrics import Picture
from gan_inpaint_training.evaluation.run import Example

_CELL = 256  # pixels, the longer side of a picture that is reduced
_LEAST = 128  # pixels, the longer side from which a picture is not enlarged
_GAP = 4  # pixels
_LABEL = 22  # pixels, the height of a line of text
_PAPER = (255, 255, 255)
_INK = (0, 0, 0)


def contact_sheet(examples: Sequence[Example]) -> Image.Image:
    """Draw a row for each case, labelled with its kind; columns: masked (black hole), every filler, the truth."""
    names = ["masked", *examples[0].fills, "truth"]
    rows = [[_sized(each) for each in (e.case.masked, *e.fills.values(), e.case.truth)] for e in examples]
    width = max(row[0].shape[1] for row in rows) + _GAP
    heights = [row[0].shape[0] + _LABEL for row in rows]
    sheet = Image.new("RGB", (_GAP + len(names) * width, _LABEL + sum(heights) + _GAP), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)

    def write(x: int, y: int, text: str) -> None:
        while draw.textlength(text, font) > width - _GAP and len(text) > 1:
            text = text[:-2] + "…"
        draw.text((x, y + 2), text, _INK, font)

    for column, name in enumerate(names):
        write(_GAP + column * width, 0, name)
    top = _LABEL
    for example, row, height in zip(examples, rows, heights, strict=True):
        write(_GAP, top, f"{example.case.kind} · {example.case.name}")
        for column, picture in enumerate(row):
            sheet.paste(Image.fromarray(picture), (_GAP + column * width, top + _LABEL))
        top += height
    return sheet


def _sized(picture: Picture) -> Picture:
    longer = max(picture.shape[:2])
    if longer > _CELL:
        size = tuple(max(1, round(extent * _CELL / longer)) for extent in picture.shape[1::-1])
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    times = max(1, _LEAST // longer)
    return picture.repeat(times, 0).repeat(times, 1)
