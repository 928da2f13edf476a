"""Hard negatives: things of a scene that look like damage: wires, twigs, mullions, signs, hair, lace, pearls.

They are drawn before the picture is blurred and grained, so that they are as sharp as what surrounds them.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint_training.damage.layers import Opacity, stroke, wander
from gan_inpaint_training.damage.lettering import LETTERS
from gan_inpaint_training.data import Picture


def with_hard_negative(random: np.random.Generator, picture: Picture) -> Picture:
    """Return `picture` (S, S, 3) uint8 with one kind of hard negative."""
    kind = int(random.integers(len(DARK) + len(LIGHT) + 1))
    size = picture.shape[0]
    if kind == 0:
        return sign(random, picture)
    drawn = (*DARK, *LIGHT)[kind - 1]
    opacity = cv2.GaussianBlur(drawn(random, size), (0, 0), random.uniform(0.5, 1.2)) * random.uniform(0.6, 1)
    shade = random.uniform(0, 90, 3) if random.random() < 0.3 else np.full(3, random.uniform(0, 90))
    if drawn in LIGHT or (drawn is bars and random.random() < 0.5):
        shade = 255 - shade
    mixed: Picture = (picture + opacity[..., None] * (shade - picture)).astype(np.uint8)
    return mixed


def wires(random: np.random.Generator, size: int) -> Opacity:
    """Draw two to six wires side by side, which sag between poles out of sight."""
    opacity = np.zeros((size, size), np.float32)
    across = np.linspace(-0.1, 1.1, 30)
    sag, lean, thickness = random.uniform(0, 0.3), random.normal(0, 0.4), int(random.integers(1, 5))
    height, apart = random.uniform(0, 1), random.uniform(0.03, 0.15)
    for number in range(random.integers(2, 7)):
        rows = height + number * apart + lean * across + sag * (across - random.uniform(0.3, 0.7)) ** 2
        points = np.stack([across, rows], 1) * size
        stroke(opacity, points, np.full(29, thickness), np.ones(29))
    return opacity


def twigs(random: np.random.Generator, size: int) -> Opacity:
    """Draw a branch of four to ten pixels with thinner and thinner ones that leave it."""
    opacity = np.zeros((size, size), np.float32)
    branches = [(wander(random, size, 30, size / 20, 0.1), float(random.uniform(4, 10)))]
    for _ in range(random.integers(4, 14)):
        parent, thick = branches[int(random.integers(len(branches)))]
        own = wander(random, size, 16, random.uniform(2, 7), 0.15)
        start = parent[int(random.integers(len(parent)))]
        branches.append((own - own[0] + start, max(1.0, thick * random.uniform(0.4, 0.7))))
    for points, thick in branches:
        tapering = np.maximum(1, np.linspace(thick, thick / 2, len(points) - 1).round().astype(int))
        stroke(opacity, points, tapering, np.ones(len(points) - 1))
    return opacity


def bars(random: np.random.Generator, size: int) -> Opacity:
    """Draw bars of a window or a fence at even distances, two to twelve pixels wide, some with crossbars."""
    opacity = np.zeros((size, size), np.float32)
    width, apart, lean = int(random.integers(2, 13)), random.uniform(20, 80), random.normal(0, 0.03) * size
    place = random.uniform(0, apart)
    for x in np.arange(place, size, apart):
        points = np.array([[x, -5.0], [x + lean, size + 5.0]])
        stroke(opacity, points, np.array([width]), np.ones(1))
        if random.random() < 0.3:
            rows = np.array([[-5.0, x * 1.3], [size + 5.0, x * 1.3 + lean]])
            stroke(opacity, rows, np.array([width]), np.ones(1))
    return opacity


def sign(random: np.random.Generator, picture: Picture) -> Picture:
    """Return `picture` with a lettered board, seen at an angle and lit like what it covers."""
    size = picture.shape[0]
    height, width = (int(side) for side in random.uniform(0.15, 0.6, 2) * size)
    ground, ink = random.uniform(0, 255, 3), random.uniform(0, 255, 3)
    board = np.full((height, width, 3), ground, np.uint8)
    for row in np.arange(0.3, 1, 0.35) * height:
        words = "".join(random.choice(list(LETTERS), 14))
        thickness, face = int(random.integers(1, 4)), cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(board, words, (3, int(row)), face, height / 100, ink.tolist(), thickness, cv2.LINE_AA)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    place = random.uniform(0, 0.7, 2) * size
    seen = (corners + place + random.normal(0, 0.06 * size, (4, 2))).astype(np.float32)
    warp = cv2.getPerspectiveTransform(corners, seen)
    board = cv2.warpPerspective(board.astype(np.float32), warp, (size, size), flags=cv2.INTER_AREA)
    where = cv2.warpPerspective(np.ones((height, width), np.float32), warp, (size, size))[..., None]
    light = picture.astype(np.float32)
    texture = light - cv2.GaussianBlur(light, (0, 0), 6)
    mixed = light + where * (board + texture - light)
    return np.clip(cv2.GaussianBlur(mixed, (0, 0), random.uniform(0.3, 1.0)), 0, 255).astype(np.uint8)


def strands(random: np.random.Generator, size: int) -> Opacity:
    """Draw a lock of hair: many fine strands side by side."""
    opacity = np.zeros((size, size), np.float32)
    way = wander(random, size, 24, random.uniform(3, 9), random.uniform(0.05, 0.2))
    for _ in range(int(random.integers(8, 40))):
        own = way + random.normal(0, random.uniform(2, 14), 2) + np.cumsum(random.normal(0, 0.5, way.shape), 0)
        stroke(opacity, own, np.ones(23, int), np.full(23, random.uniform(0.3, 1)))
    return opacity


def lace(random: np.random.Generator, size: int) -> Opacity:
    """Draw a band of lace or net: a regular pattern of rings and threads."""
    opacity = np.zeros((size, size), np.float32)
    period, turn = random.uniform(6, 22), random.uniform(0, np.pi)
    across, along = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    middle, rows = random.uniform(0, size, 2), int(random.integers(2, 8))
    radius, thick = period * random.uniform(0.25, 0.5), max(1, round(period / 9))
    for row in range(rows):
        for column in range(-int(size / period), int(size / period)):
            at = middle + period * (row * across + (column + 0.5 * (row % 2)) * along)
            if (np.abs(at - size / 2) < size / 2 + period).all():
                cv2.circle(opacity, tuple(at.round().astype(int).tolist()), round(radius), 1.0, thick, cv2.LINE_AA)
    return opacity


def pearls(random: np.random.Generator, size: int) -> Opacity:
    """Draw a string of pearls, beads or buttons."""
    opacity = np.zeros((size, size), np.float32)
    radius = random.uniform(1.5, 7)
    way = wander(random, size, 60, radius * random.uniform(2.0, 3.0), 0.08)
    for at in way:
        cv2.circle(
            opacity, tuple(at.round().astype(int).tolist()), round(radius), random.uniform(0.7, 1), -1, cv2.LINE_AA
        )
        lit = tuple((at - radius / 3).round().astype(int).tolist())
        cv2.circle(opacity, lit, max(round(radius / 3), 1), 1.0, -1, cv2.LINE_AA)
    return opacity


def piping(random: np.random.Generator, size: int) -> Opacity:
    """Draw the braid of a uniform or a collar: two to four parallel curves."""
    opacity = np.zeros((size, size), np.float32)
    way = wander(random, size, 30, size / 22, random.uniform(0.02, 0.12))
    apart, thick = random.uniform(4, 14), int(random.integers(1, 5))
    for number in range(int(random.integers(2, 5))):
        along = np.gradient(way, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], 1) / np.hypot(*along.T)[:, None]
        stroke(opacity, way + number * apart * across, np.full(29, thick), np.ones(29))
    return opacity


DARK = (wires, twigs, bars, strands)
"""Drawn in dark shades."""
LIGHT = (strands, lace, pearls, piping)
"""Drawn in light shades."""
