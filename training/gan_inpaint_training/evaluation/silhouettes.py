"""Holes of the shape of people and things: what photographers remove."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.data import DataError, sources
from gan_inpaint_training.evaluation.metrics import Hole

OBJECTS = "objects"
"""The kind of hole."""
LEAST, MOST = 0.05, 0.25
"""Share of a picture that such a hole covers."""
FRAME = 0.95
"""Share of the picture's sides within which a silhouette must fit."""
ATTEMPTS = 100


class Silhouettes:
    """The largest connected components of the masks in `shards` (folders or tar files), white on black.

    Raises DataError where there is no such mask.
    """

    def __init__(self, shards: Sequence[str]) -> None:
        self.members = sources.members_of(shards)
        if not self.members:
            raise DataError(f"There is no silhouette in {', '.join(shards)}.", "silhouettes")

    def draw(self, random: np.random.Generator, height: int, width: int) -> Hole:
        """Draw a hole (height, width): one silhouette, at any place, that covers 5 to 25 % of the picture.

        Raises DataError if none of a hundred fits.
        """
        share = random.uniform(LEAST, MOST)
        for _ in range(ATTEMPTS):
            picture = self.members[random.integers(len(self.members))].decode()
            shape = None if picture is None else _largest(picture[..., 0] > 127)
            if shape is None:
                continue
            scale = (share * height * width / np.count_nonzero(shape)) ** 0.5
            across, down = round(shape.shape[1] * scale), round(shape.shape[0] * scale)
            if across <= FRAME * width and down <= FRAME * height:
                enlarged = cv2.resize(shape.view(np.uint8) * 255, (across, down), interpolation=cv2.INTER_LINEAR)
                hole = np.zeros((height, width), np.bool_)
                top, left = random.integers(0, height - down + 1), random.integers(0, width - across + 1)
                hole[top : top + down, left : left + across] = enlarged > 127
                return hole
        raise DataError(f"No silhouette fits a picture of {width} × {height} pixels.", "silhouettes")


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the largest connected component of a mask (H, W), cropped to it; None if there is none."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    if count < 2:
        return None
    number = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, _ = stats[number].tolist()
    shape: NDArray[np.bool_] = labels[top : top + height, left : left + width] == number
    return shape
