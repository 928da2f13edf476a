"""Degradation of a photograph before and after it was damaged: optics, grain, compression, toning."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.data import Picture
from gan_inpaint_training.data.augmentation import gray, through_jpeg

Shades = NDArray[np.float32]
"""(H, W, 3) float32, 0 to 255."""


@dataclass(frozen=True, slots=True)
class Degradation:
    """How a photograph is degraded.

    `blur` and `grain`: standard deviations in pixels and in levels of 255, 0 for none; `coarse`: pixels of a grain;
    `coloured`: whether each channel has separate grain; `quality`: JPEG's, or None.
    """

    blur: float
    grain: float
    coarse: float
    coloured: bool
    quality: int | None


UNDEGRADED = Degradation(blur=0.0, grain=0.0, coarse=1.0, coloured=False, quality=None)


def before(random: np.random.Generator) -> Degradation:
    """Draw what happened before the damage: the camera, the film."""
    return _drawn(random, blur=0.25, softest=1.6, grain=0.4, strongest=12, compressed=0.15)


def after(random: np.random.Generator) -> Degradation:
    """Draw what happened after the damage: the scanner, the file."""
    return _drawn(random, blur=0.35, softest=1.0, grain=0.3, strongest=6, compressed=0.3)


def blurred(degradation: Degradation, picture: Shades) -> Shades:
    """Return `picture` as the optics show it."""
    softened: Shades = cv2.GaussianBlur(picture, (0, 0), degradation.blur) if degradation.blur else picture
    return softened


def grained(random: np.random.Generator, degradation: Degradation, picture: Shades) -> Shades:
    """Return `picture` with grain."""
    if not degradation.grain:
        return picture
    height, width = picture.shape[:2]
    grains = (round(height / degradation.coarse), round(width / degradation.coarse), 3 if degradation.coloured else 1)
    noise = random.standard_normal(grains, np.float32) * np.float32(degradation.grain)
    if grains[:2] != (height, width):
        noise = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    degraded: Shades = picture + (noise if degradation.coloured else cv2.merge([noise] * 3))
    return degraded


def compressed(degradation: Degradation, picture: Shades) -> Picture:
    """Return `picture` as whole numbers, through JPEG if the degradation has one."""
    whole: Picture = cv2.convertScaleAbs(np.maximum(picture, 0))
    return whole if degradation.quality is None else through_jpeg(whole, degradation.quality)


def toned(random: np.random.Generator, picture: Picture) -> Picture:
    """Return `picture` toned: a third are gray, some of these sepia, and some are faded."""
    kind = random.random()
    if kind < 0.35:
        picture = gray(picture, sepia=kind < 0.1)
    if random.random() < 0.15:
        low, high = random.uniform(0, 60), random.uniform(170, 255)
        picture = cv2.LUT(picture, np.linspace(low, high, 256).round().astype(np.uint8))
    return picture


def _drawn(
    random: np.random.Generator, *, blur: float, softest: float, grain: float, strongest: float, compressed: float
) -> Degradation:
    return Degradation(
        blur=float(random.uniform(0.3, softest)) if random.random() < blur else 0.0,
        grain=float(random.uniform(1, strongest)) if random.random() < grain else 0.0,
        coarse=float(random.choice([1.0, 1.0, 1.5, 2.5])),
        coloured=bool(random.random() < 0.5),
        quality=int(random.integers(40, 97)) if random.random() < compressed else None,
    )
