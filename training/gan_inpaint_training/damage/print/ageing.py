"""Ageing of a print before it is damaged, and what scanning and sharing do to it afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gan_inpaint_training.damage.degradation import Shades
from gan_inpaint_training.damage.layers import smooth_noise
from gan_inpaint_training.data import Picture
from gan_inpaint_training.data.augmentation import through_jpeg


def printed(random: np.random.Generator, picture: Picture) -> Shades:
    """Return `picture` (S, S, 3) as an old print shows it: gray or faded, soft, on grained or embossed paper."""
    shades = _toned(random, picture.astype(np.float32))
    if random.random() < 0.45:
        shades = cv2.GaussianBlur(shades, (0, 0), random.uniform(0.4, 1.8))
    size = len(shades)
    if random.random() < 0.5:
        noise = random.standard_normal((size, size), np.float32)
        coarse = float(random.choice([0, 0, 0.6, 1.0]))
        noise = cv2.GaussianBlur(noise, (0, 0), coarse) * (1 + 2 * coarse) if coarse else noise
        shades = shades + (random.uniform(1, 9) * noise)[..., None]
    if random.random() < 0.07:
        shades = shades + _embossed(random, size)[..., None]
    if random.random() < 0.04:
        shades = _halftone(random, shades)
    if random.random() < 0.35:
        light = smooth_noise(random, size, size / random.uniform(1, 2.5)) - 0.5
        shades = shades * (1 + random.uniform(0.05, 0.35) * light)[..., None]
    return np.clip(shades, 0, 255)


@dataclass(frozen=True, slots=True)
class Scan:
    """How a print was scanned and shared.

    `blur`: standard deviation in pixels, 0 for none; `reduction`: resolution that it passed through, as a share;
    `halo`: strength of a sharpening filter; `noise`: standard deviation in levels; `quality`: JPEG's, or None.
    """

    blur: float
    reduction: float
    halo: float
    noise: float
    quality: int | None

    @staticmethod
    def drawn(random: np.random.Generator) -> Scan:
        """Return a random scan."""
        return Scan(
            blur=float(random.uniform(0.3, 1.3)) if random.random() < 0.35 else 0.0,
            reduction=float(random.uniform(0.45, 0.85)) if random.random() < 0.3 else 1.0,
            halo=float(random.uniform(0.2, 1.5)) if random.random() < 0.25 else 0.0,
            noise=float(random.uniform(0.5, 5)) if random.random() < 0.4 else 0.0,
            quality=int(random.integers(45, 98)) if random.random() < 0.65 else None,
        )

    def seen(self, shades: Shades) -> Shades:
        """Return `shades` (S, S, 3) after the optics, the sampling and the sharpening."""
        if self.blur:
            shades = cv2.GaussianBlur(shades, (0, 0), self.blur)
        if self.reduction < 1:
            size = len(shades)
            small = cv2.resize(shades, None, fx=self.reduction, fy=self.reduction, interpolation=cv2.INTER_AREA)
            shades = cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)
        if self.halo:
            shades = shades + self.halo * (shades - cv2.GaussianBlur(shades, (0, 0), 1.5))
        return shades

    def stored(self, random: np.random.Generator, shades: Shades) -> Picture:
        """Return `shades` (S, S, 3) with noise, as bytes, through JPEG."""
        if self.noise:
            shades = shades + self.noise * random.standard_normal((*shades.shape[:2], 1), np.float32)
        whole = np.clip(shades, 0, 255).astype(np.uint8)
        return whole if self.quality is None else through_jpeg(whole, self.quality)


def _toned(random: np.random.Generator, shades: Shades) -> Shades:
    """Return `shades` toned: three in four are gray, most of these brown or cream, and half are faded."""
    if random.random() < 0.75:
        gray = cv2.cvtColor(shades, cv2.COLOR_RGB2GRAY)[..., None]
        tint = np.ones(3)
        if random.random() < 0.6:
            tint = np.array([1.0, random.uniform(0.86, 0.98), random.uniform(0.6, 0.95)])
        shades = gray * tint.astype(np.float32)
    gamma = random.uniform(0.65, 1.5)
    white = np.float32(255)
    shades = white * (np.clip(shades, 0, 255) / white) ** np.float32(gamma)
    low, high = (random.uniform(0, 70), random.uniform(150, 255)) if random.random() < 0.5 else (0.0, 255.0)
    return (low + (high - low) / 255 * shades).astype(np.float32)


def _embossed(random: np.random.Generator, size: int) -> Shades:
    """Return the relief (S, S) of silk or honeycomb paper, in levels."""
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    period, angle = random.uniform(3, 9), random.uniform(0, np.pi)
    count = int(random.choice([2, 3]))
    waves = np.zeros((size, size), np.float32)
    for number in range(count):
        turn = angle + number * np.pi / count
        waves += np.sin(2 * np.pi / period * (columns * np.cos(turn) + rows * np.sin(turn)))
    return waves * np.float32(random.uniform(0.5, 5))


def _halftone(random: np.random.Generator, shades: Shades) -> Shades:
    """Return `shades` printed in dots."""
    size = len(shades)
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    period, angle = random.uniform(2.5, 6), random.uniform(0, np.pi / 2)
    u, v = columns * np.cos(angle) + rows * np.sin(angle), rows * np.cos(angle) - columns * np.sin(angle)
    screen = 64 * (np.cos(2 * np.pi * u / period) + np.cos(2 * np.pi * v / period))
    dots = np.clip((shades + screen[..., None] - 127) * 0.7 + 127, 0, 255)
    return cv2.GaussianBlur(dots.astype(np.float32), (0, 0), 0.5 + period / 10)
