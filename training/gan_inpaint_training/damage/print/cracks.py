"""Damage that runs along lines: cracks, craquelure, creases, scratches, hairs."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage.layers import Opacity, log_uniform, smooth_noise
from gan_inpaint_training.damage.print.marks import Cover, Mark, Relief, blurred, worn
from gan_inpaint_training.damage.print.paths import FINE, Line, around, branching, drawn, walk
from gan_inpaint_training.damage.print.regions import soft_region
from gan_inpaint_training.damage.print.sheet import Print


def crack(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a crack of the emulsion with branches, or the smooth crack of a glass plate."""
    width = sheet.pixels(log_uniform(random, 0.001, 0.009))
    if random.random() < 0.2:
        lines = [_across(random, sheet, width, bend=0.03, kinks=0.0)]
        return _broken(random, sheet, drawn(random, lines, sheet.size, ragged=0.15, gaps=0.0), light=0.5)
    bend, kinks = random.uniform(0.1, 0.4), random.uniform(0, 0.15)
    trunk = _across(random, sheet, width, bend, kinks, longest=random.uniform(0.15, 1.2))
    spacing = sheet.pixels(log_uniform(random, 0.03, 0.4))
    lines = branching(random, trunk, int(random.integers(0, 3)), spacing, bend, kinks)
    opacity = drawn(random, lines, sheet.size, ragged=random.uniform(0.3, 1), gaps=_gaps(random))
    return _broken(random, sheet, opacity)


def dendrite(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a fine tree of cracks, dense beside its trunk."""
    width = sheet.pixels(log_uniform(random, 0.0008, 0.004))
    trunk = _across(random, sheet, width, 0.15, 0.05, longest=random.uniform(0.1, 0.7))
    lines = branching(random, trunk, 2, sheet.pixels(random.uniform(0.008, 0.03)), 0.35, 0.1)
    opacity = drawn(random, lines, sheet.size, ragged=random.uniform(0.4, 1), gaps=_gaps(random))
    return _broken(random, sheet, opacity)


def veins(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw soft light folds that branch like the veins of a leaf, over a large part of the print."""
    lines = []
    heading = random.uniform(0, 2 * np.pi)
    for _ in range(int(random.integers(2, 9))):
        start = sheet.any_point(random)
        width = sheet.pixels(log_uniform(random, 0.003, 0.012))
        way = walk(random, start, heading + random.normal(0, 0.5), sheet.pixels(random.uniform(0.1, 0.5)), 0.15)
        spacing = sheet.pixels(random.uniform(0.04, 0.15))
        lines += branching(random, Line(way, width, 0.4), int(random.integers(1, 3)), spacing, 0.2)
    opacity = drawn(random, lines, sheet.size, ragged=0.6, gaps=_gaps(random), soft=random.uniform(0.8, 3))
    return [Cover(opacity * np.float32(random.uniform(0.25, 0.8)), sheet.paper, 8.0)]


def craquelure(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a net of cracks: the walls of warped Voronoi cells, a part of them missing, over a part of the print."""
    cell = max(sheet.pixels(log_uniform(random, 0.012, 0.08)), 6.0)
    walls = _cell_walls(random, sheet.size, cell)
    width = min(sheet.pixels(log_uniform(random, 0.0008, 0.005)), cell / 4)
    widths = np.full(walls.shape, width, np.float32)
    opacity = around(random, walls, widths, ragged=random.uniform(0.3, 1), gaps=random.uniform(0, 0.6), soft=0.7)
    return _broken(random, sheet, opacity * soft_region(random, sheet, random.uniform(0.2, 1.2)))


def traced(random: np.random.Generator, sheet: Print, shapes: list[NDArray[np.uint8]]) -> list[Mark]:
    """Draw cracks along the centre lines of real ones, `shapes` (H, W) uint8, 255 on the line."""
    shape = shapes[int(random.integers(len(shapes)))]
    scale = FINE * sheet.pixels(log_uniform(random, 0.2, 1.2)) / max(shape.shape)
    angle, middle = random.uniform(0, 360), FINE * sheet.any_point(random)
    turn = cv2.getRotationMatrix2D((shape.shape[1] / 2, shape.shape[0] / 2), angle, scale)
    turn[:, 2] += middle - np.array([shape.shape[1], shape.shape[0]]) / 2
    fine = FINE * sheet.size
    placed = cv2.warpAffine(shape, turn, (fine, fine), flags=cv2.INTER_LINEAR)
    centre = np.where(placed > max(20, 90 * min(scale, 1)), 0, 255).astype(np.uint8)
    widths = np.full(centre.shape, sheet.pixels(log_uniform(random, 0.0008, 0.006)), np.float32)
    opacity = around(random, centre, widths, ragged=random.uniform(0.3, 1), gaps=_gaps(random), soft=0.7)
    return _broken(random, sheet, opacity)


def crease(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a fold across the print: a light ridge, its shadow beside it, broken emulsion along it."""
    at = sheet.any_point(random)
    angle = (
        float(random.choice([0, np.pi / 2])) + random.normal(0, 0.1)
        if random.random() < 0.5
        else random.uniform(0, np.pi)
    )
    across = _signed_distance(random, sheet, at, angle)
    reach = max(sheet.pixels(log_uniform(random, 0.002, 0.012)), 0.8)
    height = random.choice([-1.0, 1.0]) * log_uniform(random, 4, 50)
    shade = height * (across / reach) * np.exp(0.5 - 0.5 * (across / reach) ** 2)
    ridge = abs(height) * random.uniform(0, 0.8) * np.exp(-((across / (0.6 * reach)) ** 2))
    marks: list[Mark] = [Relief(((shade + ridge) * _along(random, sheet)).astype(np.float32))]
    if random.random() < 0.8:
        width = sheet.pixels(log_uniform(random, 0.0008, 0.008))
        gaps = random.uniform(0.0, 0.75)
        uneven = smooth_noise(random, sheet.size, 4) + smooth_noise(random, sheet.size, 14)
        opacity = np.clip((0.5 * width * (0.3 + 0.9 * uneven) - np.abs(across)) / 0.7 + 0.5, 0, 1)
        opacity *= np.minimum(1, 1.5 * width)
        opacity *= np.clip(6 * (smooth_noise(random, sheet.size, random.uniform(6, 50)) - gaps) + 0.5, 0, 1)
        marks += _broken(random, sheet, opacity.astype(np.float32), light=0.92)
    return marks


def scratches(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw thin scratches, alone or in a sheaf of one direction."""
    heading, together = random.uniform(0, 2 * np.pi), random.random() < 0.5
    lines = []
    for _ in range(int(log_uniform(random, 1, 14))):
        own = heading + random.normal(0, 0.08) if together else random.uniform(0, 2 * np.pi)
        length = sheet.pixels(log_uniform(random, 0.02, 0.8))
        way = walk(random, sheet.any_point(random), own, length, random.choice([0.01, 0.05]))
        width = sheet.pixels(log_uniform(random, 0.0004, 0.002))
        lines.append(Line(way - (way[len(way) // 2] - way[0]), max(width, 0.4), random.uniform(0.3, 1)))
    opacity = drawn(random, lines, sheet.size, ragged=0.4, gaps=_gaps(random), soft=0.6)
    light = random.random() < 0.8
    colour = sheet.paper if light else random.uniform(0, 60, 3)
    return [Cover(opacity * np.float32(random.uniform(0.3, 1)), colour, 6.0)]


def hairs(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw curled hairs and lint."""
    lines = []
    for _ in range(int(random.integers(1, 5))):
        length = sheet.pixels(log_uniform(random, 0.015, 0.12))
        way = walk(random, sheet.any_point(random), random.uniform(0, 2 * np.pi), length, random.uniform(0.3, 1))
        lines.append(Line(way, max(sheet.pixels(log_uniform(random, 0.0006, 0.002)), 0.5)))
    opacity = drawn(random, lines, sheet.size, ragged=0.1, soft=0.7) * np.float32(random.uniform(0.35, 1))
    return [Cover(opacity, sheet.paper if random.random() < 0.6 else random.uniform(0, 70, 3))]


def _across(
    random: np.random.Generator, sheet: Print, width: float, bend: float, kinks: float, longest: float = 1.5
) -> Line:
    """Return a line of up to `longest` of the print through a point of the crop, most often from the print's edge."""
    at, length = sheet.any_point(random), sheet.pixels(longest)
    heading = random.uniform(0, 2 * np.pi)
    there = walk(random, at, heading, length * random.uniform(0.2, 0.8), bend, kinks)
    back = walk(random, at, heading + np.pi + random.normal(0, 0.15), length * random.uniform(0.2, 0.8), bend, kinks)
    return Line(np.concatenate([back[::-1], there[1:]]), width, random.uniform(0.3, 1.0))


def _broken(random: np.random.Generator, sheet: Print, opacity: Opacity, light: float = 0.8) -> list[Mark]:
    """Return the marks of broken emulsion: paper white or dark; some with a dark border or a shadow beside them."""
    marks: list[Mark] = []
    if random.random() < 0.4:
        opacity = worn(random, opacity)
    strength = np.float32(random.uniform(0.45, 1.0) if random.random() < 0.4 else 1.0)
    if random.random() < light:
        if random.random() < 0.4:
            border = cv2.dilate(opacity, np.ones((3, 3), np.uint8)) * np.float32(random.uniform(0.2, 0.7))
            marks.append(Cover(blurred(border, random.uniform(0.3, 1.2)), random.uniform(0, 70, 3)))
        if random.random() < 0.3:
            shift = int(random.integers(1, 3))
            shadow = np.roll(opacity, (shift, shift), (0, 1)) * np.float32(random.uniform(10, 50))
            marks.append(Relief(-blurred(shadow, 0.8)))
        return [*marks, Cover(opacity * strength, sheet.paper, log_uniform(random, 2, 40))]
    return [Cover(opacity * strength, random.uniform(0, 70, 3), random.uniform(0, 8))]


def _gaps(random: np.random.Generator) -> float:
    return float(random.uniform(0.1, 0.65)) if random.random() < 0.6 else 0.0


def _signed_distance(random: np.random.Generator, sheet: Print, at: NDArray[np.float64], angle: float) -> Opacity:
    """Return the signed distance (S, S) of each pixel from a slightly bent line through `at`."""
    rows, columns = np.mgrid[: sheet.size, : sheet.size].astype(np.float32)
    along = (columns - at[0]) * np.cos(angle) + (rows - at[1]) * np.sin(angle)
    across = (rows - at[1]) * np.cos(angle) - (columns - at[0]) * np.sin(angle)
    bow = random.normal(0, 0.04) * along**2 / sheet.long
    bends = np.cumsum(random.normal(0, 1, 64)) * random.uniform(0, 0.0015) * sheet.long
    wobble = np.interp(along, np.linspace(-1.5 * sheet.size, 1.5 * sheet.size, 64), bends)
    distance: Opacity = (across + bow + wobble).astype(np.float32)
    return distance


def _along(random: np.random.Generator, sheet: Print) -> Opacity:
    """Return how strong a fold is at each place (S, S): it fades here and there."""
    return np.clip(0.4 + smooth_noise(random, sheet.size, sheet.size / random.uniform(1.5, 5)), 0, 1)


def _cell_walls(random: np.random.Generator, size: int, cell: float) -> NDArray[np.uint8]:
    """Return 0 on the walls of random cells of about `cell` pixels, else 255, at FINE times the resolution."""
    fine = FINE * size
    count = int(np.clip((size / cell) ** 2, 4, 2000))
    seeds = np.full((fine, fine), 255, np.uint8)
    seeds[tuple(random.integers(0, fine, (2, count)))] = 0
    labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    rows, columns = np.mgrid[:fine, :fine].astype(np.float32)
    warp = 0.5 * cell * FINE
    columns += warp * (smooth_noise(random, fine, 0.7 * cell * FINE) - 0.5)
    rows += warp * (smooth_noise(random, fine, 0.7 * cell * FINE) - 0.5)
    warped = cv2.remap(labels.astype(np.float32), columns, rows, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    walls = np.full((fine, fine), 255, np.uint8)
    walls[:, 1:][warped[:, 1:] != warped[:, :-1]] = 0
    walls[1:][warped[1:] != warped[:-1]] = 0
    return walls
