"""Real damaged pictures with hand-made labels, on which a detector is measured last.

A folder holds NAME.png with NAME_mask.png: 255 where it is damaged, 128 where either answer is right, 0 where it is
sound. Pictures whose mask has no damage count as clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_inpaint_training.data import DataError, Picture, sources

MASK = "_mask.png"
DAMAGED, SOUND = 255, 0
LEAST_SLACK = 2
"""Distance in pixels that always counts as found."""
SLACK = 0.003
"""Distance that counts as found, as a share of the picture's long side; the larger of the two holds."""
RED, BLUE = (255, 40, 40), (90, 120, 255)
"""Colours of what is damaged or found, and of what is not scored."""

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """`picture` (H, W, 3) uint8 and its `label` (H, W) uint8: 255 damaged, 128 not scored, 0 sound."""

    name: str
    picture: Picture
    label: Mask

    @property
    def clean(self) -> bool:
        """Whether nothing in it is labelled as damaged."""
        return not (self.label == DAMAGED).any()


@dataclass(frozen=True, slots=True)
class Score:
    """How well damage was found in one picture, shares of 1. `flagged`: selected of the sound and damaged pixels."""

    precision: float
    recall: float
    flagged: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def labelled_pictures(folder: Path) -> Iterator[LabelledPicture]:
    """Yield the pictures of `folder` that have a mask, by name. Raise DataError if none has, or one cannot be used."""
    masks = sorted(folder.glob(f"*{MASK}"))
    if not masks:
        raise DataError(f"{folder} has no picture NAME.png with a mask NAME{MASK}.")
    for path in masks:
        name = path.name.removesuffix(MASK)
        picture, mask = _read(folder / f"{name}.png", cv2.IMREAD_COLOR), _read(path, cv2.IMREAD_GRAYSCALE)
        if picture.shape[:2] != mask.shape:
            raise DataError(f"{path} has another size than its picture.")
        yield LabelledPicture(name, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), mask)


def scored(mask: Mask, label: Mask) -> Score:
    """Score `mask` (H, W), 0 or more, against `label` (H, W): what is within the slack of the other is right."""
    slack = max(LEAST_SLACK, round(SLACK * max(label.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * slack + 1, 2 * slack + 1))
    counted, damaged = (label == DAMAGED) | (label == SOUND), label == DAMAGED
    chosen = (mask > 0) & counted
    near_damage = cv2.dilate(damaged.astype(np.uint8), disc) > 0
    near_chosen = cv2.dilate((mask > 0).astype(np.uint8), disc) > 0
    selected, harmed = int(chosen.sum()), int(damaged.sum())
    precision = (chosen & near_damage).sum() / selected if selected else 1.0
    recall = (damaged & near_chosen).sum() / harmed if harmed else 1.0
    return Score(float(precision), float(recall), selected / max(int(counted.sum()), 1))


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over the damaged pictures, and what is flagged of the clean ones: mean and worst; shares of 1."""

    f1: float
    precision: float
    recall: float
    flagged: float
    worst: float


def summary(pictures: Sequence[LabelledPicture], scores: Sequence[Score]) -> Summary:
    """Return the mean scores of the damaged pictures and the flagged share of the clean ones."""
    damaged = [score for picture, score in zip(pictures, scores, strict=True) if not picture.clean]
    flagged = [score.flagged for picture, score in zip(pictures, scores, strict=True) if picture.clean]
    f1, precision, recall = (
        float(np.mean([getattr(score, name) for score in damaged] or [0.0])) for name in ("f1", "precision", "recall")
    )
    return Summary(f1, precision, recall, float(np.mean(flagged or [0.0])), max(flagged, default=0.0))


def at_flagged(
    pictures: Sequence[LabelledPicture],
    select: Callable[[int, float], Mask],
    thresholds: Iterable[float],
    shares: Sequence[float],
) -> dict[float, Summary]:
    """Return, for each of `shares`, the summary at the lowest of `thresholds` that flags no more of the clean pictures.

    `select(number, threshold)`: the mask of picture `number`.
    """
    found: dict[float, Summary] = {}
    for threshold in sorted(thresholds, reverse=True):
        scores = [scored(select(number, threshold), picture.label) for number, picture in enumerate(pictures)]
        result = summary(pictures, scores)
        for share in shares:
            if result.flagged <= share:
                found[share] = result
    return found


def contact_sheet(rows: Iterable[tuple[Picture, Mask, Sequence[Mask]]], side: int = 480) -> Image.Image:
    """Return a page of rows picture | label | what each detector found, each at most `side` pixels wide and high."""
    return Image.fromarray(np.vstack([_row(picture, label, found, side) for picture, label, found in rows]))


def _row(picture: Picture, label: Mask, masks: Sequence[Mask], side: int) -> Picture:
    labelled = _marked(picture, label == DAMAGED, RED)
    labelled = _marked(labelled, (label != DAMAGED) & (label != SOUND), BLUE)
    shown = [picture, labelled, *(_marked(picture, mask > 0, RED) for mask in masks)]
    page = np.full((side, len(shown) * side, 3), 32, np.uint8)
    scale = side / max(picture.shape[:2])
    for number, each in enumerate(shown):
        small = cv2.resize(
            each, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        )
        page[: small.shape[0], number * side : number * side + small.shape[1]][:side, :side] = small[:side, :side]
    return page


def _marked(picture: Picture, where: NDArray[np.bool_], colour: tuple[int, int, int]) -> Picture:
    marked = picture.copy()
    marked[where] = colour
    return marked


def _read(path: Path, flags: int) -> NDArray[np.uint8]:
    try:
        picture = sources.decode(path.read_bytes(), flags)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if picture is None:
        raise DataError(f"{path} is no picture.")
    return picture
