"""Kinds of holes by name, and mixtures of them by weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from gan_inpaint_training.masks.boxes import HALF, BoxShares, boxes, centre_box, random_box
from gan_inpaint_training.masks.canvas import Mask
from gan_inpaint_training.masks.damage import Alpha, film_damage, heavy_damage, scratches
from gan_inpaint_training.masks.freeform import blobs, medium_strokes, thin_strokes, wide_strokes

Kind = Callable[[np.random.Generator, int], Mask]

LARGEST_HOLE = 0.5  # share of the picture
ATTEMPTS = 1000  # to draw a usable hole
FILM_DAMAGE = "film-damage"

KINDS: dict[str, Kind] = {
    "centre-box": centre_box,
    "random-box": random_box,
    "thin-strokes": thin_strokes,
    "medium-strokes": medium_strokes,
    "wide-strokes": wide_strokes,
    "boxes": boxes,
    "blobs": blobs,
    "scratches": scratches,
    "heavy-damage": heavy_damage,
}
"""The procedural kinds; `FILM_DAMAGE` needs pictures."""

NAMES = (*KINDS, FILM_DAMAGE)


class MaskError(ValueError):
    """An unusable mixture of holes; `key` is the configuration's key that causes it."""

    def __init__(self, message: str, key: str = "masks") -> None:
        super().__init__(message)
        self.key = key


class Masks:
    """Holes of a mixture of kinds: name → weight.

    `box` is for the kinds centre-box and random-box, `alphas` for film-damage. Raises MaskError for an unknown kind,
    invalid weights, film-damage without pictures of it, and for a box, used or not, that is empty, larger than half of
    the picture or, with its margin, larger than the picture.
    """

    def __init__(self, mixture: Mapping[str, float], box: BoxShares = HALF, alphas: Sequence[Alpha] = ()) -> None:
        _check(mixture, box, alphas)
        kinds = KINDS | {
            "centre-box": partial(centre_box, box=box),
            "random-box": partial(random_box, box=box),
            FILM_DAMAGE: partial(film_damage, alphas=alphas),
        }
        self.names = list(mixture)
        self.kinds = [kinds[name] for name in self.names]
        weights = np.array([mixture[name] for name in self.names])
        self.shares = weights / weights.sum()

    def draw(self, random: np.random.Generator, size: int) -> Mask:
        """Return (size, size) uint8, 255 = hole: at least one pixel and at most half of them.

        Raises MaskError after too many unusable holes.
        """
        for _ in range(ATTEMPTS):
            mask: Mask = self.kinds[random.choice(len(self.kinds), p=self.shares)](random, size)
            if 0 < np.count_nonzero(mask) <= LARGEST_HOLE * size**2:
                return mask
        raise MaskError(f"{', '.join(self.names)}: every hole of {size} pixels a side is empty or larger than half.")


def draw(random: np.random.Generator, size: int, mixture: Mapping[str, float]) -> Mask:
    """Draw one hole of a mixture without film damage; boxes of centre-box and random-box have half the side."""
    return Masks(mixture).draw(random, size)


def _check(mixture: Mapping[str, float], box: BoxShares, alphas: Sequence[Alpha]) -> None:
    for name, weight in mixture.items():
        if name not in NAMES:
            raise MaskError(f"{name!r} is not a kind of mask; the kinds are {', '.join(NAMES)}.", f"masks.{name}")
        if not (math.isfinite(weight) and weight >= 0):
            message = f"The weight of the masks {name!r} is {weight}, not a number of at least 0."
            raise MaskError(message, f"masks.{name}")
    if not any(mixture.values()):
        raise MaskError("The mixture of masks has no kind with a weight above 0.")
    if FILM_DAMAGE in mixture and not alphas:
        message = f"The masks {FILM_DAMAGE!r} are cut from pictures of damage; data.damage names none."
        raise MaskError(message, "data.damage")
    if not (0 <= box.shrink < box.side and box.side**2 <= LARGEST_HOLE):
        message = f"A box of side {box.side}, shrunk by up to {box.shrink}, is empty or larger than half."
        raise MaskError(message, "box.side")
    if not (box.margin >= 0 and box.side + 2 * box.margin <= 1):
        message = f"A box of side {box.side} with a margin of {box.margin} does not fit into the picture."
        raise MaskError(message, "box.margin")
