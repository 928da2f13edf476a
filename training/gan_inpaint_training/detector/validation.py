"""Photographs with known damage, and without any: what a detector is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_inpaint_training.damage.composition import Label, damaged
from gan_inpaint_training.damage.film.kinds import FILM, KINDS
from gan_inpaint_training.damage.layers import Layer
from gan_inpaint_training.data import DataError, Picture, Pictures, sources
from gan_inpaint_training.detector.crops import Mixture
from gan_inpaint_training.masks.damage import Alpha

CLEAN, MIXED, WORN = "clean", "mixed", "worn"
SMALLEST = 64
_MEMORY_MIB = 1024
_SEED = 6


@dataclass(frozen=True, slots=True)
class Case:
    """`picture` (H, W, 3) uint8 and its `label` (3, H, W) uint8: light damage, dark, uncertain. `kind`: one of KINDS or
    FILM; MIXED: one to three of them; CLEAN: none, the photograph as it is; WORN: none, but blur, grain and JPEG."""

    name: str
    kind: str
    picture: Picture
    label: Label


class Cases:
    """Four cases of each of the photographs of `shards`, folders or tar files: clean, worn, with damage of one kind,
    the kinds taking turns, and with a mixture of the kinds in equal shares; film damage is cut from `alphas`. A
    function of the pictures and their order alone.

    Raises DataError when no picture can be used.
    """

    def __init__(self, shards: Sequence[str], alphas: Sequence[Alpha]) -> None:
        found = [member for shard in shards for member in sources.members(Path(shard))]
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
            yield Case(name, WORN, *damaged(random, picture, []))
            for what, layers in ((kind, self.mixture.of(kind, random, side)), (MIXED, self.mixture.draw(random, side))):
                yield Case(name, what, *damaged(random, picture, _cut(layers, picture)))


def _cut(layers: Sequence[Layer], picture: Picture) -> list[Layer]:
    """The layers, drawn on a square of the longer side, without what lies beyond the picture."""
    height, width = picture.shape[:2]
    return [Layer(np.ascontiguousarray(layer.opacity[:height, :width]), layer.light) for layer in layers]
