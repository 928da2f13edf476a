"""Damage on a photograph, and what of it can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage import degradation
from gan_inpaint_training.damage.degradation import Shades
from gan_inpaint_training.damage.layers import Layer
from gan_inpaint_training.data import Picture

VISIBLE = 8.0
"""Levels of 255 by which damage changes a pixel that is to be found, at least."""
VISIBLE_IN_DETAIL = 0.7
"""The same, in standard deviations of the photograph and its grain around: what is weaker is lost in them, pixel by
pixel, but for long lines."""
AROUND = 9  # pixels
UNCERTAIN = 1 / 3
"""Share of either from which on a pixel is neither to be found nor to be left alone."""
HIDING = 0.1
"""Opacity of damage that happens to have the photograph's own colour there: neither, too."""

Label = NDArray[np.uint8]


def damaged(random: np.random.Generator, picture: Picture, layers: Sequence[Layer]) -> tuple[Picture, Label]:
    """`picture` (H, W, 3) uint8 with what it went through before, during and after it was damaged by `layers`.

    The label is (3, H, W) uint8, 255 where there is light damage, dark damage, and where neither answer is wrong:
    around damage, and where it can hardly be seen.
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
    """`picture` under a layer of almost white or almost black, some of them tinted."""
    tint = random.uniform(0, 0.4, 3) if random.random() < 0.25 else 0.0
    hidden_by = 255 * (random.uniform(0, 0.25) + tint) * np.ones(3)
    if layer.light:
        hidden_by = 255 - hidden_by
    # What is light never darkens.
    colour = (np.maximum if layer.light else np.minimum)(np.full_like(picture, hidden_by), picture)
    mixed: Shades = picture + cv2.merge([layer.opacity] * 3) * (colour - picture)
    return mixed


def least_visible(picture: Shades, grain: float) -> NDArray[np.float32]:
    """(H, W): the least change, in levels of 255, that is to be found in `picture` under `grain` still to come."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    mean, squares = cv2.blur(gray, (AROUND, AROUND)), cv2.blur(gray * gray, (AROUND, AROUND))
    deviation = np.sqrt(np.maximum(squares - mean * mean, 0) + grain**2)
    return np.maximum(np.float32(VISIBLE_IN_DETAIL) * deviation, np.float32(VISIBLE))


def labelled(change: Shades, opacity: NDArray[np.float32], visible: NDArray[np.float32]) -> Label:
    """The label for a `change` (H, W, 3) in levels of 255, `visible` (H, W) being the least that is to be found."""
    red, green, blue = cv2.split(change)
    most = np.maximum(np.maximum(np.abs(red), np.abs(green)), np.abs(blue))
    found, lighter = most >= visible, red + green + blue > 0
    around = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    uncertain = ~found & (around | (most >= UNCERTAIN * visible) | (opacity >= HIDING))
    return 255 * np.stack([found & lighter, found & ~lighter, uncertain]).astype(np.uint8)
