"""Photographs with known damage, and without any, on which a detector is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gan_inpaint_training.damage.film.composition import damaged
from gan_inpaint_training.damage.film.kinds import FILM, KINDS
from gan_inpaint_training.damage.labels import Label
from gan_inpaint_training.damage.layers import Layer
from gan_inpaint_training.data import DataError, Picture, Pictures, sources
from gan_inpaint_training.detector.crops import Mixture
from gan_inpaint_training.masks.damage import Alpha

CLEAN, MIXED, DEGRADED = "clean", "mixed", "degraded"
SMALLEST = 64
"""Least side of a photograph, in pixels."""
_MEMORY_MIB = 1024
_SEED = 6


@dataclass(frozen=True, slots=True)
class Case:
    """`picture` (H, W, 3) uint8 and its `label`.

    `kind`: one of KINDS or FILM; MIXED: one to three of them; CLEAN: none, the unchanged photograph; DEGRADED: none,
    but blur, grain and JPEG.
    """

    name: str
    kind: str
    picture: Picture
    label: Label


class Cases:
    """Four cases of each photograph of `shards`, folders or tar files; a function of these and their order alone.

    They are the clean photograph, the degraded one, one with damage of one kind, which changes from photograph to
    photograph, and one with a mixture of the kinds in equal shares. Film damage is cut from `alphas`.

    Raises DataError if no picture can be used.
    """

    def __init__(self, shards: Sequence[str], alphas: Sequence[Alpha]) -> None:
        found = sources.members_of(shards)
        if not found:
            raise DataError(f"There is no picture in {', '.join(shards)}.")
        self.pictures = Pictures(found, SMALLEST, None, _MEMORY_MIB)
        self.kinds = [*([FILM] if alphas else []), *KINDS]
        self.mixture = Mixture(dict.fromkeys(self.kinds, 1.0), alphas)

    def __len__(self) -> int:
        return 4 * len(self.pictures)

    def __iter__(self) -> Iterator[Case]:
        for number, (name, picture) in enumerate(zip(self.pictures.names, self.pictures, strict=True)):
            random, kind = np.random.default_rng((_SEED, number)), self.kinds[number % len(self.kinds)]
            side = max(picture.shape[:2])
            yield Case(name, CLEAN, picture, np.zeros((3, *picture.shape[:2]), np.uint8))
            yield Case(name, DEGRADED, *damaged(random, picture, []))
            for what, layers in ((kind, self.mixture.of(kind, random, side)), (MIXED, self.mixture.draw(random, side))):
                yield Case(name, what, *damaged(random, picture, _cut(layers, picture)))


def _cut(layers: Sequence[Layer], picture: Picture) -> list[Layer]:
    """Return the layers, drawn on a square of the longer side, cut to the picture."""
    height, width = picture.shape[:2]
    return [Layer(np.ascontiguousarray(layer.opacity[:height, :width]), layer.light) for layer in layers]
