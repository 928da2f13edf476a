"""What detectors reach on labelled pictures, as Markdown, CSV and plain values."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gan_inpaint_training.detector.labelled import LabelledPicture, Mask, Score, Summary, at_flagged, scored, summary
from gan_inpaint_training.detector.metrics import THRESHOLDS, DamageMap, Select

SHARES = (0.001, 0.0025, 0.005, 0.01)
"""Shares of the clean pictures that may be flagged, at which detectors are compared."""
_COLUMNS = ("F1", "precision", "recall", "clean flagged", "worst")


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of one detector.

    `masks` and `scores` of each picture at the detector's own `threshold`, their summary `own`, and those `at_shares`
    at which so much of the clean pictures is flagged; a share that no threshold keeps is missing.
    """

    name: str
    threshold: float
    masks: list[Mask]
    scores: list[Score]
    own: Summary
    at_shares: dict[float, Summary]


def measured(
    name: str, pictures: Sequence[LabelledPicture], maps: Sequence[DamageMap], select: Select, threshold: float
) -> Measured:
    """Score a detector's damage maps of the pictures; `select(map, threshold)` returns what is selected of one."""
    masks = [select(found, threshold) for found in maps]
    scores = [scored(mask, picture.label) for mask, picture in zip(masks, pictures, strict=True)]
    at_shares = at_flagged(pictures, lambda number, at: select(maps[number], at), THRESHOLDS, SHARES)
    return Measured(name, threshold, masks, scores, summary(pictures, scores), at_shares)


def own_threshold(
    pictures: Sequence[LabelledPicture], maps: Sequence[DamageMap], select: Select, share: float
) -> float:
    """Return the lowest threshold that flags at most `share` of the clean pictures, or else the highest of all."""
    clean = [(found, picture.label) for found, picture in zip(maps, pictures, strict=True) if picture.clean]
    lowest = max(THRESHOLDS)
    for threshold in sorted(THRESHOLDS, reverse=True):
        flagged = [scored(select(found, threshold), label).flagged for found, label in clean]
        if sum(flagged) > share * len(flagged):
            break
        lowest = threshold
    return lowest


def described(result: Measured) -> list[dict[str, Any]]:
    """Return the rows of a detector as plain values; `at` is null for its own threshold, else the share."""
    rows: list[tuple[float | None, Summary]] = [(None, result.own), *result.at_shares.items()]
    return [{"detector": result.name, "at": share, **asdict(found)} for share, found in rows]


def markdown(results: Sequence[Measured]) -> str:
    """Return a table with a line for each detector and threshold."""
    lines = [_line(["detector", "at", *_COLUMNS]), _line(["---"] * (2 + len(_COLUMNS)))]
    for result in results:
        lines.append(_line([result.name, "its own threshold", *_shown(result.own)]))
        lines += [
            _line([result.name, f"≤ {100 * share:g} % flagged", *_shown(found)])
            for share, found in sorted(result.at_shares.items())
        ]
    return "\n".join(lines) + "\n"


def pictures_csv(pictures: Sequence[LabelledPicture], results: Sequence[Measured]) -> str:
    """Return a line for each picture and detector, at the detector's own threshold."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["picture", "clean", "detector", "f1", "precision", "recall", "flagged"])
    for result in results:
        for picture, score in zip(pictures, result.scores, strict=True):
            shares = (score.f1, score.precision, score.recall, score.flagged)
            writer.writerow([picture.name, picture.clean, result.name, *(f"{value:.6g}" for value in shares)])
    return text.getvalue()


def _shown(found: Summary) -> list[str]:
    flagged = (f"{100 * share:.3f} %" for share in (found.flagged, found.worst))
    return [*(f"{value:.3f}" for value in (found.f1, found.precision, found.recall)), *flagged]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
