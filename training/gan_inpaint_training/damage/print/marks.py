"""What damage does to a print: cover it, change its relief, tint it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage.degradation import Shades
from gan_inpaint_training.damage.layers import Opacity, log_uniform, smooth_noise

Colour = NDArray[np.float64]


class Mark(Protocol):
    """One mark of damage on a crop."""

    @property
    def hides(self) -> Opacity:
        """(S, S) in [0, 1]: how much of the photograph is lost."""

    def on(self, random: np.random.Generator, picture: Shades) -> Shades:
        """Return `picture` (S, S, 3) with this mark."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A layer of `opacity` (S, S) and `colour` (3,), 0 to 255, uneven by `texture` levels."""

    opacity: Opacity
    colour: Colour
    texture: float = 0.0

    @property
    def hides(self) -> Opacity:
        return self.opacity

    def on(self, random: np.random.Generator, picture: Shades) -> Shades:
        colour = np.broadcast_to(self.colour.astype(np.float32), picture.shape)
        if self.texture:
            size = len(picture)
            uneven = smooth_noise(random, size, 6) + smooth_noise(random, size, 1.5) - 1
            colour = colour + (self.texture * uneven)[..., None]
        mixed: Shades = picture + self.opacity[..., None] * (colour - picture)
        return mixed


@dataclass(frozen=True, slots=True)
class Relief:
    """Light and shadow of paper that is not flat: `shade` (S, S), levels of 255 that a middle gray changes by.

    The stronger its shade, the more of the photograph it hides: all of it from STRONG levels on.
    """

    shade: Opacity
    STRONG: ClassVar[float] = 70.0

    @property
    def hides(self) -> Opacity:
        return np.clip(np.abs(self.shade) / self.STRONG, 0, 1)

    def on(self, random: np.random.Generator, picture: Shades) -> Shades:
        shaded: Shades = picture + self.shade[..., None] * (np.float32(0.5) + picture / np.float32(255))
        return shaded


@dataclass(frozen=True, slots=True)
class Tint:
    """A stain that light passes through: each colour is multiplied by `factor` (3,) where `density` (S, S) is 1."""

    density: Opacity
    factor: Colour

    @property
    def hides(self) -> Opacity:
        return self.density

    def on(self, random: np.random.Generator, picture: Shades) -> Shades:
        tinted: Shades = picture * (1 - self.density[..., None] * (1 - self.factor.astype(np.float32)))
        return tinted


def worn(random: np.random.Generator, opacity: Opacity) -> Opacity:
    """Return `opacity` uneven inside: emulsion comes off in layers, and some of it stays.

    A flat light area with a sharp edge would look like a white shirt.
    """
    size, grain = len(opacity), log_uniform(random, 1.2, 7)
    uneven = 0.6 * smooth_noise(random, size, grain) + 0.4 * smooth_noise(random, size, 3 * grain)
    stays = np.clip((uneven - random.uniform(0.3, 0.55)) * random.uniform(2, 8), 0, 1)
    return opacity * (1 - np.float32(random.uniform(0.3, 1)) * stays.astype(np.float32))


def blurred(opacity: Opacity, deviation: float) -> Opacity:
    """Return `opacity` after a Gaussian blur of `deviation` pixels, or unchanged for less than 0.2 pixels."""
    return cv2.GaussianBlur(opacity, (0, 0), deviation) if deviation > 0.2 else opacity
