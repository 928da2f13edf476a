"""Cases of an evaluation: pictures with seeded holes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gan_inpaint_training import masks
from gan_inpaint_training.data import DataError, Picture, Pictures, sources
from gan_inpaint_training.evaluation.metrics import SSIM_WINDOW, Hole
from gan_inpaint_training.evaluation.silhouettes import OBJECTS, Silhouettes

SMALLEST = 2 * SSIM_WINDOW
_MEMORY_MIB = 1024  # for decoded pictures
_ATTEMPTS = 100  # to draw a hole


class EvaluationError(ValueError):
    """An impossible evaluation; the message says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """`truth` (H, W, 3) uint8 and `hole` (H, W) bool of a `kind`; `name` is the picture's."""

    name: str
    kind: str
    truth: Picture
    hole: Hole

    @property
    def masked(self) -> Picture:
        """The fillers' input: the truth with a black hole."""
        return np.where(self.hole[..., None], 0, self.truth).astype(np.uint8)


class Cases:
    """`count` pictures (None: all), spread evenly over the `shards` (folders or tar files), with a hole of every kind.

    `size`: side in pixels of the central square that is cropped from every picture; None: whole pictures. A hole is a
    function of `seed`, its kind and the picture's number in the set only. `box`: side of the kinds centre-box and
    random-box, as a share of the picture's. `silhouettes`: folders or tar files of masks, white on black, from which
    the kind `objects` is drawn.

    Raises DataError when no picture is usable, and EvaluationError for an unknown kind.
    """

    def __init__(
        self,
        shards: Sequence[str],
        kinds: Sequence[str],
        count: int | None = None,
        size: int | None = None,
        seed: int = 0,
        box: float = 0.5,
        silhouettes: Sequence[str] = (),
    ) -> None:
        there_are = [*masks.KINDS, *([OBJECTS] if silhouettes else [])]
        unknown = [kind for kind in kinds if kind not in there_are]
        if unknown or not kinds:
            wrong = f"“{unknown[0]}” is no kind of hole" if unknown else "No kind of hole is given"
            raise EvaluationError(f"{wrong}; there are {', '.join(there_are)}.")
        if size is not None and size < SMALLEST:
            raise EvaluationError(f"The size {size} is too small: the metrics need {SMALLEST} pixels a side.")
        found = sources.members_of(shards)
        if not found:
            raise DataError(f"There is no picture in {', '.join(shards)}.")
        if not 0 < box <= 0.7:
            raise EvaluationError(
                f"A box of {box:g} of the side is not possible; 0.7 is the most, half of the picture."
            )
        self.kinds, self.size, self.seed = tuple(kinds), size, seed
        self.masks = {kind: masks.Masks({kind: 1.0}, masks.Box(box)) for kind in kinds if kind != OBJECTS}
        self.silhouettes = Silhouettes(silhouettes) if OBJECTS in kinds else None
        self.pictures = Pictures(found, size or SMALLEST, None, _MEMORY_MIB)
        available = len(self.pictures)
        chosen = np.linspace(0, available - 1, min(count or available, available))
        self.numbers = np.unique(chosen.round().astype(int)).tolist()

    def __len__(self) -> int:
        return len(self.kinds) * len(self.numbers)

    def __iter__(self) -> Iterator[Case]:
        """Yield the cases kind by kind. Raises EvaluationError where no hole of a kind fits a picture."""
        for kind in self.kinds:
            for number in self.numbers:
                picture = self.pictures[number]
                truth = picture if self.size is None else _central(picture, self.size, self.size)
                random = np.random.default_rng((self.seed, number))
                yield Case(self.pictures.names[number], kind, truth, self._hole(random, kind, *truth.shape[:2]))

    def _hole(self, random: np.random.Generator, kind: str, height: int, width: int) -> Hole:
        if self.silhouettes is not None and kind == OBJECTS:
            return self.silhouettes.draw(random, height, width)
        return hole(random, self.masks[kind], height, width)


def hole(random: np.random.Generator, kinds: masks.Masks, height: int, width: int) -> Hole:
    """Draw a hole (height, width) bool of one of the kinds: neither empty nor larger than masks.LARGEST_HOLE.

    It is drawn on a square of the longer side, of which the centre is used. Raises EvaluationError after a hundred
    unusable holes.
    """
    for _ in range(_ATTEMPTS):
        square = kinds.draw(random, max(height, width))
        drawn = _central(square, height, width) > 0
        if 0 < drawn.mean() <= masks.LARGEST_HOLE:
            return drawn
    raise EvaluationError(
        f"No hole of the kind {kinds.names[0]} fits a picture of {width} × {height} pixels: nothing to fill."
    )


def _central(picture: Picture, height: int, width: int) -> Picture:
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return np.ascontiguousarray(picture[top : top + height, left : left + width])
