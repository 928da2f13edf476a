"""What was found is sorted by kind, counted, and chosen by kind."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gan_inpaint.detection import select
from gan_inpaint.options import KINDS, Kind, SelectOptions

SIDE = 800
LIGHT, DARK = 0, 1


def _damage(kind: str) -> np.ndarray:
    """A damage map (SIDE, SIDE, 2) with one piece of damage."""
    drawn = {tone: np.zeros((SIDE, SIDE), np.uint8) for tone in (LIGHT, DARK)}
    x = np.arange(100, 400)
    match kind:
        case "scratch":
            cv2.line(drawn[LIGHT], (100, 50), (130, 700), 255, 2)
        case "hair":
            curve = np.stack([x, 300 + 40 * np.sin(x / 60)], 1).astype(np.int32)
            cv2.polylines(drawn[DARK], [curve], False, 255)
        case "crack":
            cv2.polylines(drawn[LIGHT], [np.array([(100, 100), (200, 180), (260, 380), (420, 420)])], False, 255, 5)
            cv2.polylines(drawn[LIGHT], [np.array([(200, 180), (320, 160), (400, 40)])], False, 255, 5)
        case "speck":
            cv2.circle(drawn[DARK], (300, 300), 3, 255, -1)
        case "stain":
            cv2.ellipse(drawn[DARK], (300, 300), (90, 60), 20, 0, 360, 255, -1)
        case "lost emulsion":
            cv2.ellipse(drawn[LIGHT], (300, 300), (40, 25), 20, 0, 360, 255, -1)
        case "torn edge":
            cv2.rectangle(drawn[DARK], (0, 0), (700, 30), 255, -1)
    return np.stack([drawn[LIGHT], drawn[DARK]], 2)


EXPECTED: dict[str, Kind] = {
    "scratch": "scratches",
    "hair": "scratches",
    "crack": "cracks",
    "speck": "dust",
    "stain": "stains",
    "lost emulsion": "tears",
    "torn edge": "tears",
}


@pytest.mark.parametrize("damage", EXPECTED)
def test_each_piece_of_damage_is_counted_as_its_kind(damage: str) -> None:
    selection = select(_damage(damage), 0.5)
    assert selection.kinds == dict.fromkeys(KINDS, 0) | {EXPECTED[damage]: 1}
    assert selection.found == 1


@pytest.mark.parametrize("scale", [0.5, 3])
def test_the_kind_belongs_to_the_print_and_not_to_the_pixel(scale: float) -> None:
    for damage in ("crack", "stain", "lost emulsion"):
        scaled = cv2.resize(_damage(damage), None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        assert select(scaled, 0.5).kinds[EXPECTED[damage]] == 1, damage


def test_only_the_wanted_kinds_are_selected_and_all_are_counted() -> None:
    speck, scratch = np.roll(_damage("speck"), (300, 300), (0, 1)), _damage("scratch")
    everything = np.maximum(speck, scratch)
    dust = select(everything, 0.5, SelectOptions(kinds=("dust",), dilate=0))
    assert dust.found == 1 and dust.kinds["dust"] == dust.kinds["scratches"] == 1
    assert np.array_equal(dust.mask > 0, speck.max(2) > 0)
    both = select(everything, 0.5, SelectOptions(kinds=("dust", "scratches"), dilate=0))
    assert np.array_equal(both.mask, select(everything, 0.5, SelectOptions(dilate=0)).mask)
