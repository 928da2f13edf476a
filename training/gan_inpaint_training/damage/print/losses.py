"""Damage with an area where the emulsion or the paper is lost: flakes, holes, tears, torn edges, specks, abrasion."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage.layers import Opacity, log_uniform, smooth_noise
from gan_inpaint_training.damage.print.marks import Cover, Mark, Relief, blurred, worn
from gan_inpaint_training.damage.print.paths import FINE, Line, branching, drawn, walk
from gan_inpaint_training.damage.print.regions import blot, soft_region
from gan_inpaint_training.damage.print.sheet import Point, Print


def flakes(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw flaked emulsion: many sharp patches, drawn out in one direction."""
    size = sheet.size
    grain = max(sheet.pixels(log_uniform(random, 0.004, 0.03)), 2.0)
    noise = _drawn_out(random, size, grain, random.uniform(1, 4))
    noise += 0.5 * _drawn_out(random, size, grain / 3, 1.5)
    where = soft_region(random, sheet, random.uniform(0.3, 1.5)) > 0.3
    if not where.any():
        return []
    edge = np.quantile(noise[where], 1 - log_uniform(random, 0.01, 0.25))
    opacity = np.clip((noise - edge) / random.uniform(0.03, 0.12), 0, 1).astype(np.float32) * where
    return _lost(random, sheet, opacity)


def loss(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a hole in the emulsion with a ragged edge, often at the edge of the print."""
    at = sheet.edge_point(random)[0] if random.random() < 0.4 else sheet.any_point(random)
    radius = max(sheet.pixels(log_uniform(random, 0.008, 0.12)), 2.0)
    return _lost(random, sheet, blot(random, sheet, at, radius, edge=random.uniform(0.7, 2.0)))


def tear(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a tear: a flat pointed shape that ends in cracks."""
    if random.random() < 0.5:
        at, heading = sheet.edge_point(random)
        heading += random.normal(0, 0.4)
    else:
        at, heading = sheet.any_point(random), random.uniform(0, 2 * np.pi)
    length = sheet.pixels(log_uniform(random, 0.03, 0.35))
    spine = walk(random, at, heading, length, 0.12, 0.05)
    along = np.linspace(0, 1, len(spine))
    lean = random.uniform(0.3, 1.5)
    profile = np.sin(np.pi * along**lean) ** random.uniform(0.7, 1.6) + 0.06 * random.standard_normal(len(spine))
    half = np.clip(profile, 0, None) * length * random.uniform(0.02, 0.15)
    opacity = _filled(sheet.size, _outline(spine, half))
    width = sheet.pixels(log_uniform(random, 0.001, 0.005))
    ends = [
        Line(walk(random, end, heading + turn, length * random.uniform(0.2, 1), 0.2, 0.05), width, 0.3)
        for end, turn in ((spine[-1], 0.0), (spine[0], np.pi))
    ]
    cracks = [line for end in ends for line in branching(random, end, 1, length / 2, 0.2)]
    opacity = np.maximum(opacity, drawn(random, cracks, sheet.size, ragged=0.6))
    return _lost(random, sheet, opacity)


def torn_edge(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw an edge or a corner of the print that is torn off, with a border of bare paper."""
    rows, columns = np.mgrid[: sheet.size, : sheet.size].astype(np.float32)
    from_edge = [columns - sheet.left, rows - sheet.top, sheet.right - columns, sheet.bottom - rows]
    side = int(random.integers(4))
    depth = sheet.pixels(log_uniform(random, 0.008, 0.08))
    if random.random() < 0.5:
        slope = random.uniform(0.4, 2.5)
        distance = (from_edge[side] + slope * from_edge[(side + 1) % 4]) / np.hypot(1, slope) - depth
    else:
        distance = from_edge[side] - depth * 2 * smooth_noise(
            random, sheet.size, sheet.pixels(random.uniform(0.04, 0.3))
        )
    ragged = sheet.pixels(random.uniform(0.001, 0.008))
    distance = distance + ragged * (smooth_noise(random, sheet.size, 3) + smooth_noise(random, sheet.size, 12) - 1)
    paper = sheet.pixels(log_uniform(random, 0.002, 0.02)) * smooth_noise(random, sheet.size, 20)
    bare, gone = np.clip(0.5 - (distance - paper), 0, 1), np.clip(0.5 - distance, 0, 1)
    marks: list[Mark] = [Cover(bare.astype(np.float32), sheet.paper, log_uniform(random, 2, 40))]
    return [*marks, Cover(gone.astype(np.float32), sheet.lid)] if random.random() < 0.7 else marks


def specks(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw specks and small chips, alone or in clusters: most are light, or most dark."""
    size = sheet.size
    mostly_light = random.random() < 0.75
    opacities = {True: np.zeros((size, size), np.float32), False: np.zeros((size, size), np.float32)}
    largest, clustered = sheet.pixels(log_uniform(random, 0.001, 0.008)), random.random() < 0.5
    centre, spread = sheet.any_point(random), size * random.uniform(0.05, 0.3)
    for _ in range(int(log_uniform(random, 2, 80))):
        at = centre + random.normal(0, spread, 2) if clustered else random.uniform(0, size, 2)
        radius = max(largest * log_uniform(random, 0.15, 1), 0.35)
        light = mostly_light if random.random() < 0.9 else not mostly_light
        _speck(random, opacities[light], at, radius)
    colours = {True: sheet.paper, False: random.uniform(0, 70, 3)}
    return [Cover(blurred(opacities[light], random.uniform(0.2, 0.7)), colours[light], 6.0) for light in (True, False)]


def abrasion(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a rubbed place: a field of fine scuffs in one direction."""
    size = sheet.size
    grain = max(sheet.pixels(log_uniform(random, 0.0015, 0.006)), 1.2)
    noise = _drawn_out(random, size, grain, random.uniform(2, 12))
    where = soft_region(random, sheet, random.uniform(0.15, 0.7))
    level = 1.1 - random.uniform(0.25, 0.6) * where
    opacity = np.clip((noise - level) / 0.15, 0, 1) * (where > 0.05)
    return [Cover(opacity.astype(np.float32) * np.float32(random.uniform(0.3, 1)), sheet.paper, 8.0)]


def _lost(random: np.random.Generator, sheet: Print, opacity: Opacity) -> list[Mark]:
    """Return the marks of lost emulsion: bare paper, rarely dark; with a border, a shadow or an edge that curls."""
    marks: list[Mark] = []
    if random.random() < 0.6:
        opacity = worn(random, opacity)
    if random.random() < 0.35:
        border = cv2.dilate(opacity, np.ones((3, 3), np.uint8)) - opacity
        marks.append(Cover(blurred(border, 0.6) * np.float32(random.uniform(0.2, 0.8)), random.uniform(0, 80, 3)))
    if random.random() < 0.35:
        relief = blurred(opacity, random.uniform(0.8, 2.5)) - opacity
        marks.append(Relief(relief * np.float32(random.uniform(-60, 60))))
    colour = sheet.paper if random.random() < 0.85 else random.uniform(0, 60, 3)
    return [*marks, Cover(opacity, colour, log_uniform(random, 2, 40))]


def _drawn_out(random: np.random.Generator, size: int, grain: float, stretch: float) -> Opacity:
    """Return noise (size, size) of about `grain` pixels, `stretch` times as long in a random direction."""
    large = round(1.5 * size)
    noise = random.random((max(round(large / grain), 3), max(round(large / (grain * stretch)), 3)), np.float32)
    noise = cv2.resize(noise, (large, large), interpolation=cv2.INTER_CUBIC)
    turn = cv2.getRotationMatrix2D((large / 2, large / 2), random.uniform(0, 360), 1)
    turn[:, 2] -= (large - size) / 2
    return cv2.warpAffine(noise, turn, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _outline(spine: NDArray[np.float64], half: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outline of a shape around `spine` (n, 2), `half` (n,) pixels wide to either side."""
    along = np.gradient(spine, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    return np.concatenate([spine + across * half[:, None], (spine - across * half[:, None])[::-1]])


def _filled(size: int, outline: NDArray[np.float64]) -> Opacity:
    """Return the opacity (size, size) of a polygon."""
    canvas = np.zeros((FINE * size, FINE * size), np.uint8)
    cv2.fillPoly(canvas, [(FINE * outline).round().astype(np.int32)], 255)
    return cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _speck(random: np.random.Generator, opacity: Opacity, at: Point, radius: float) -> None:
    """Draw a speck of about `radius` pixels: a small polygon, or part of a pixel."""
    corners = int(random.integers(5, 10))
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = radius * random.uniform(0.5, 1.2, corners)
    outline = at + np.stack([np.cos(angles) * reach, np.sin(angles) * reach * random.uniform(0.4, 1)], 1)
    strength = float(random.uniform(0.5, 1)) * min(1.0, 1.5 * radius)
    cv2.fillPoly(opacity, [(16 * outline).round().astype(np.int32)], strength, cv2.LINE_8, 4)
