"""Damage on a photograph, and what of it can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage import degradation
from gan_inpaint_training.damage.degradation import Shades
from gan_inpaint_training.damage.labels import Label, label_of
from gan_inpaint_training.damage.layers import Layer
from gan_inpaint_training.data import Picture

VISIBLE = 8.0
"""Least change of a pixel that the detector must find, in levels of 255."""
VISIBLE_IN_DETAIL = 0.7
"""The same in standard deviations of the photograph and its grain around the pixel, which hide weaker damage."""
AROUND = 9
"""Side of the square in which these deviations are measured, in pixels."""
UNCERTAIN = 1 / 3
"""Share of the least change from which on either answer is right."""
HIDING = 0.1
"""Opacity from which on either answer is right, although the damage has the photograph's own colour there."""


def damaged(random: np.random.Generator, picture: Picture, layers: Sequence[Layer]) -> tuple[Picture, Label]:
    """Return `picture` (H, W, 3) uint8 degraded, damaged by `layers` and degraded again, and its label.

    Either answer is right around damage, where damage can hardly be seen, and deep inside it.
    """
    earlier, later = degradation.before(random), degradation.after(random)
    whole = degradation.grained(random, earlier, degradation.blurred(earlier, picture.astype(np.float32)))
    whole = degradation.compressed(earlier, whole).astype(np.float32)
    harmed, opacity = whole, np.zeros(whole.shape[:2], np.float32)
    for layer in layers:
        harmed = covered(random, harmed, layer)
        np.maximum(opacity, layer.opacity, out=opacity)
    whole, harmed = degradation.blurred(later, whole), degradation.blurred(later, harmed)
    label = labelled(harmed - whole, opacity, least_visible(whole, later.grain))
    return degradation.compressed(later, degradation.grained(random, later, harmed)), label


def covered(random: np.random.Generator, picture: Shades, layer: Layer) -> Shades:
    """Return `picture` under a layer of almost white or almost black, some of them tinted."""
    tint = random.uniform(0, 0.4, 3) if random.random() < 0.25 else 0.0
    hidden_by = 255 * (random.uniform(0, 0.25) + tint) * np.ones(3)
    if layer.light:
        hidden_by = 255 - hidden_by
    # Light damage never darkens.
    colour = (np.maximum if layer.light else np.minimum)(np.full_like(picture, hidden_by), picture)
    mixed: Shades = picture + cv2.merge([layer.opacity] * 3) * (colour - picture)
    return mixed


def least_visible(picture: Shades, grain: float) -> NDArray[np.float32]:
    """Return the least change (H, W), in levels of 255, that must be found in `picture` once it has `grain`, too."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    mean, squares = cv2.blur(gray, (AROUND, AROUND)), cv2.blur(gray * gray, (AROUND, AROUND))
    deviation = np.sqrt(np.maximum(squares - mean * mean, 0) + grain**2)
    return np.maximum(np.float32(VISIBLE_IN_DETAIL) * deviation, np.float32(VISIBLE))


def labelled(change: Shades, opacity: NDArray[np.float32], visible: NDArray[np.float32]) -> Label:
    """Return the label for a `change` (H, W, 3) in levels of 255; `visible` (H, W) is the least that must be found."""
    red, green, blue = cv2.split(change)
    most = np.maximum(np.maximum(np.abs(red), np.abs(green)), np.abs(blue))
    found, lighter = most >= visible, red + green + blue > 0
    around = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    uncertain = ~found & (around | (most >= UNCERTAIN * visible) | (opacity >= HIDING))
    return label_of(found & lighter, found & ~lighter, uncertain)
