"""Damage with an area: dust, stains, film damage from pictures of it, overlaid text."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from gan_inpaint_training.damage.layers import SUBPIXEL, Layer, Opacity, faint, is_light, smooth_noise
from gan_inpaint_training.damage.lettering import LETTERS, outlined, stroked
from gan_inpaint_training.masks.damage import OPAQUE, Alpha

LARGEST = 4000
"""Most pixels that one piece of film damage hides."""


def dust(random: np.random.Generator, size: int) -> list[Layer]:
    """Draw 3 to 40 specks of half a pixel to four pixels: most are light, or most dark."""
    mostly = is_light(random)
    opacities = {True: np.zeros((size, size), np.float32), False: np.zeros((size, size), np.float32)}
    for _ in range(int(np.exp(random.uniform(np.log(3), np.log(40))))):
        light = mostly if random.random() < 0.85 else not mostly
        _speck(random, opacities[light], size)
    sharpness = random.uniform(0.3, 0.8)
    return [Layer(cv2.GaussianBlur(opacity, (0, 0), sharpness), light) for light, opacity in opacities.items()]


def stain(random: np.random.Generator, size: int) -> list[Layer]:
    """Draw one or two blots of 5 to 45 pixels with a ragged edge, some of them darker towards it."""
    layers = []
    for _ in range(random.integers(1, 3)):
        radius = faint(random, 0.1) * 45
        at = random.uniform(0, size, 2)
        rows, columns = np.mgrid[:size, :size].astype(np.float32)
        distance = np.hypot(columns - at[0], (rows - at[1]) * random.uniform(0.6, 1.6)) / radius
        distance += random.uniform(0.2, 0.9) * (smooth_noise(random, size, radius / 2) - 0.5)
        edge = random.uniform(1.0, 6.0) / radius
        opacity = np.clip((1 - distance) / edge, 0, 1)
        if random.random() < 0.4:
            opacity *= np.clip(distance, random.uniform(0.2, 0.8), 1)
        opacity *= random.uniform(0.15, 0.9) * (1 - random.uniform(0, 0.5) * smooth_noise(random, size, 6))
        layers.append(Layer(opacity.astype(np.float32), is_light(random)))
    return layers


def text(random: np.random.Generator, size: int) -> list[Layer]:
    """Draw one to three upright lines of letters: dates, names, marks of ownership."""
    drawn = outlined if random.random() < 0.5 else stroked
    opacity = np.zeros((size, size), np.float32)
    for _ in range(random.integers(1, 4)):
        words = "".join(random.choice(list(LETTERS), int(random.integers(3, 18))))
        np.maximum(opacity, drawn(random, size, words), out=opacity)
    return [Layer(opacity * np.float32(random.uniform(0.35, 1)), is_light(random))]


def film(random: np.random.Generator, size: int, alphas: Sequence[Alpha]) -> list[Layer]:
    """Draw one to four pieces of scanned film damage, turned and flipped, at up to 1.5 times their size.

    None hides more than a random area: a blot as large as the picture is not a defect that can be found.
    """
    light, layers = is_light(random), []
    for _ in range(random.integers(1, 5)):
        alpha = alphas[int(random.integers(len(alphas)))]
        hidden, most = np.count_nonzero(alpha > OPAQUE * 255), faint(random, 0.05) * LARGEST
        scale = min(random.uniform(0.3, 1.5), (most / hidden) ** 0.5)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        piece = cv2.resize(alpha, None, fx=max(scale, 0.05), fy=max(scale, 0.05), interpolation=method)
        piece = np.rot90(piece, int(random.integers(4)))
        piece = piece[:, ::-1] if random.random() < 0.5 else piece
        opacity = _placed(random, piece.astype(np.float32) / 255, size)
        layers.append(Layer(opacity * np.float32(random.uniform(0.3, 1)), light))
    return layers


def _placed(random: np.random.Generator, piece: Opacity, size: int) -> Opacity:
    """Return the opacity (size, size) with the middle of `piece` at a random place."""
    opacity = np.zeros((size, size), np.float32)
    top, left = (int(random.integers(size)) - extent // 2 for extent in piece.shape)
    rows, columns = slice(max(top, 0), top + piece.shape[0]), slice(max(left, 0), left + piece.shape[1])
    seen = opacity[rows, columns]
    seen[:] = piece[rows.start - top :, columns.start - left :][: seen.shape[0], : seen.shape[1]]
    return opacity


def _speck(random: np.random.Generator, opacity: Opacity, size: int) -> None:
    at = tuple((random.uniform(0, size, 2) * (1 << SUBPIXEL)).astype(int).tolist())
    radius = random.uniform(0.5, 1.0) * faint(random, 0.25) * 4
    axes = tuple((radius * random.uniform(0.5, 1, 2) * (1 << SUBPIXEL)).astype(int).tolist())
    strength = random.uniform(0.3, 1)
    cv2.ellipse(opacity, at, axes, random.uniform(0, 180), 0, 360, strength, -1, cv2.LINE_8, SUBPIXEL)
