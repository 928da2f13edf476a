"""How much each pixel looks like the middle of a line: lighter, or darker, than both sides of it."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Float32Array

WIDTHS = ((1, 2), (1, 4), (2, 4), (4, 4))
"""Widths of lines that are looked for, each with the factor by which the picture is reduced: 2, 4, 8 and 16 pixels."""
REACH = 28
"""How far around a pixel decides on it, in pixels."""
DIRECTIONS = 12
"""Directions of lines that are looked for."""
ALONG = (-4, -2, 0, 2, 4)
"""Where along a line the mean is taken, in pixels."""
NOISE = 3.0
"""A line that differs from both sides by so many times the noise is as likely as not."""
SURENESS = 3
"""How sharply lines are distinguished from noise."""
MIDDLE = 2
"""Within how many pixels the middle of a line is where it differs most."""
BESIDE = np.float32(0.25)
"""A line beside another one that is so much fainter, as a share, is as likely as not: sharpening makes such lines."""
WITHIN = np.float32(0.5)
"""A line that differs by so much of what finer ones within its width do is as likely as not: those are the lines."""
FAINTEST = 0.7 / 255
"""Difference that counts as little as noise, as a share of white."""

_MEDIAN = 17
"""Side of the square of whose pixels the noise is the median, each 4 pixels from the next."""
_LEVELS = 25
"""Levels of the noise for each doubling; its median is taken in 8 bits."""


def ridges(colours: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Return how much each pixel (H, W) looks like the middle of a light line, and of a dark one, 0 to 1.

    `colours` is (H, W, C). A light line of width w is lighter than the lighter of its two sides, at w from its middle,
    where means along the line are compared, so that grain does not count and an edge is no line. That difference is
    relative to the noise: the median of such differences nearby, of light and dark lines alike, which a few lines do
    not raise. It is also relative to the largest within its width, so that the middle is preferred.
    """
    found = [_lines(np.ascontiguousarray(channel)) for channel in colours.transpose(2, 0, 1)]
    light, dark = (np.max(each, axis=0) for each in zip(*found, strict=True))
    return light, dark


def _lines(channel: Float32Array) -> list[Float32Array]:
    """Return the same for one channel (H, W)."""
    size = channel.shape[::-1]
    highest, sure = np.zeros((2, *channel.shape), np.float32), np.zeros((2, *channel.shape), np.float32)
    for scale, width in WIDTHS:
        small = (max(1, size[0] // scale), max(1, size[1] // scale))
        reduced = channel if scale == 1 else cv2.resize(channel, small, interpolation=cv2.INTER_AREA)
        finer = cv2.dilate(highest.max(axis=0), np.ones((scale * width + 1,) * 2, np.uint8))
        differences = _differences(reduced, width)
        least = WITHIN * cv2.resize(finer, reduced.shape[::-1], interpolation=cv2.INTER_NEAREST)
        for number, likely in enumerate(_sureness(differences, width, scale, least)):
            for best, new in ((highest, differences[number]), (sure, likely)):
                np.maximum(best[number], new if scale == 1 else cv2.resize(new, size), out=best[number])
    around = np.ones((2 * MIDDLE + 1,) * 2, np.uint8)
    return [
        each / (cv2.dilate(each, around) + np.float32(1e-6)) * there for each, there in zip(highest, sure, strict=True)
    ]


def _differences(channel: Float32Array, width: int) -> tuple[Float32Array, Float32Array]:
    """Return by how much each pixel (h, w) is lighter, and darker, than both sides of a line of this width."""
    light, dark = np.zeros_like(channel), np.zeros_like(channel)
    smooth = cv2.GaussianBlur(channel, (0, 0), width / 3)
    reach = ALONG[-1]
    padded = np.pad(smooth, reach + width, mode="edge")
    for angle in np.arange(DIRECTIONS) * (math.pi / DIRECTIONS):
        mean = _mean_along(padded, angle, reach)
        across = np.rint(np.array([math.cos(angle), -math.sin(angle)]) * width).astype(np.intp)
        middle, one, other = (_part(mean, width, sign * across) for sign in (0, 1, -1))
        np.maximum(light, middle - np.maximum(one, other), out=light)
        np.maximum(dark, np.minimum(one, other) - middle, out=dark)
    return light, dark


def _mean_along(padded: Float32Array, angle: float, reach: int) -> Float32Array:
    """Return the mean of each pixel (h, w) and of those ALONG a direction, without the `reach` around."""
    places = {(round(t * math.sin(angle)), round(t * math.cos(angle))) for t in ALONG}
    total = np.zeros_like(_part(padded, reach, np.zeros(2, np.intp)))
    for place in places:
        total += _part(padded, reach, np.array(place))
    return total / np.float32(len(places))


def _part(array: Float32Array, margin: int, by: NDArray[np.intp]) -> Float32Array:
    """Return an array (h, w) without its margin, moved by (rows, columns) within it."""
    (top, left), (height, width) = margin + by, array.shape
    return array[top : top + height - 2 * margin, left : left + width - 2 * margin]


def _sureness(
    differences: tuple[Float32Array, Float32Array], width: int, scale: int, least: Float32Array
) -> list[Float32Array]:
    """Return how sure it is that differences (h, w) of light and of dark lines are more than noise, 0 to 1.

    `least` (h, w): the difference of a line that is as likely as not, if noise is less.
    """
    both = np.maximum(*differences)
    noise = NOISE * _median(both, max(1, 4 // scale)) + np.float32(FAINTEST)
    noise = np.maximum(noise, BESIDE * cv2.dilate(both, np.ones((2 * width + 1,) * 2, np.uint8)))
    noise = np.maximum(noise, least)
    return [1 / (1 + (noise / (each + np.float32(1e-9))) ** SURENESS) for each in differences]


def _median(difference: Float32Array, step: int) -> Float32Array:
    """Return the median of differences (h, w) nearby, by every `step`-th of them."""
    few = np.ascontiguousarray(difference[::step, ::step])
    levels = np.clip(np.log2(1 + few / np.float32(FAINTEST)) * _LEVELS, 0, 255).astype(np.uint8)
    middle = cv2.medianBlur(levels, _MEDIAN).astype(np.float32)
    median = (np.exp2(middle / _LEVELS) - 1) * np.float32(FAINTEST)
    nearby: Float32Array = cv2.resize(median, difference.shape[::-1])
    return nearby
