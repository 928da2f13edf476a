"""Damage that runs along a line: transport scratches, other scratches, hairs, folds."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint_training.damage.layers import Layer, Opacity, faint, is_light, smooth_run, stroke, wander


def transport(random: np.random.Generator, size: int) -> list[Layer]:
    """Draw one to three scratches that the film's transport made: through all of the picture, and mostly upright.

    They are straight or drifting, double, interrupted, and down to a twelfth of full opacity.
    """
    light, layers = is_light(random), []
    sideways = random.random() < 0.15
    for _ in range(random.integers(1, 4)):
        drift = random.normal(0, 0.02) * np.arange(size) + random.choice([0, 0, 4]) * smooth_run(random, size, size / 3)
        centre = random.uniform(0, size) + drift
        strength = np.full(size, faint(random, 0.08))
        if random.random() < 0.3:
            strength *= np.clip(3 * smooth_run(random, size, random.uniform(15, 100)) - 1, 0, 1)
        elif random.random() < 0.4:
            strength *= smooth_run(random, size, random.uniform(10, 100))
        width = random.uniform(0.45, 1.6)
        opacity = _beside(centre, width, strength, size)
        if random.random() < 0.25:
            second = centre + random.uniform(3, 10)
            opacity = np.maximum(opacity, _beside(second, width, strength * random.uniform(0.4, 1), size))
        layers.append(Layer(np.ascontiguousarray(opacity.T) if sideways else opacity, light))
    return layers


def scratch(random: np.random.Generator, size: int) -> list[Layer]:
    """Draw one to four curved or nearly straight scratches that fade towards their ends; a few are jagged."""
    layers = []
    for _ in range(random.integers(1, 5)):
        count = int(random.integers(12, 40))
        length = faint(random, 0.08) * 1.6 * size
        points = wander(random, size, count, length / count, float(random.choice([0.01, 0.04, 0.12])))
        strength = np.sin(np.linspace(0.15, np.pi - 0.15, count - 1)) ** random.uniform(0, 1) * faint(random, 0.15)
        thickness = np.full(count - 1, int(random.choice([1, 1, 1, 2, 3])))
        opacity, jagged = np.zeros((size, size), np.float32), random.random() < 0.2
        stroke(opacity, points, thickness, strength, jagged=jagged)
        layers.append(Layer(opacity if jagged else _soft(random, opacity), is_light(random)))
    return layers


def hair(random: np.random.Generator, size: int) -> list[Layer]:
    """Draw one to three curling fibres of even opacity."""
    layers = []
    for _ in range(random.integers(1, 4)):
        count = int(random.integers(10, 40))
        points = wander(random, size, count, random.uniform(2.0, 6.0), random.uniform(0.15, 0.5))
        opacity = np.zeros((size, size), np.float32)
        thickness = np.full(count - 1, int(random.choice([1, 1, 2])))
        stroke(opacity, points, thickness, np.full(count - 1, random.uniform(0.25, 1)))
        layers.append(Layer(_soft(random, opacity), is_light(random)))
    return layers


def fold(random: np.random.Generator, size: int) -> list[Layer]:
    """Draw a crease across the picture: a light ridge with a dark one beside it, or cracked paper that shows white."""
    count = 24
    angle = random.uniform(0, np.pi)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    bends = np.cumsum(random.normal(0, random.uniform(0.2, 2.0), count))
    middle = random.uniform(0.2, 0.8, 2) * size
    points = middle + np.linspace(-size, size, count)[:, None] * along + bends[:, None] * across
    beside = random.uniform(1.5, 4.0)
    layers = []
    for light, offset in ((True, 0.0), (False, beside)):
        if not light and random.random() < 0.3:
            continue
        opacity = np.zeros((size, size), np.float32)
        thickness = random.integers(1, 4, count - 1)
        strength = faint(random, 0.2) * random.uniform(0.5, 1, count - 1)
        stroke(opacity, points + offset * across, thickness, strength)
        layers.append(Layer(_soft(random, opacity), light))
    return layers


def _beside(centre: np.ndarray, width: float, strength: np.ndarray, size: int) -> Opacity:
    """Return a line with the profile of a Gaussian of `width` pixels around column `centre` of every row."""
    distance = np.arange(size)[None, :] - centre[:, None]
    return (strength[:, None] * np.exp(-(distance**2) / (2 * width**2))).astype(np.float32)


def _soft(random: np.random.Generator, opacity: Opacity) -> Opacity:
    return cv2.GaussianBlur(opacity, (0, 0), random.uniform(0.3, 0.9)) if random.random() < 0.7 else opacity
