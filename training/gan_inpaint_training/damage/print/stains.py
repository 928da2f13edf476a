"""Damage that changes the colour of a print: water, rust, foxing, silvering, fingerprints."""

from __future__ import annotations

import numpy as np

from gan_inpaint_training.damage.layers import log_uniform, smooth_noise
from gan_inpaint_training.damage.print.marks import Cover, Mark, Tint, blurred
from gan_inpaint_training.damage.print.regions import blot, soft_region
from gan_inpaint_training.damage.print.sheet import Print

BROWN = np.array([0.75, 0.55, 0.3])
"""Factors of red, green and blue."""


def stain(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw the stain of a liquid, darker along its edge: the tide line."""
    radius = max(sheet.pixels(log_uniform(random, 0.015, 0.2)), 4.0)
    edge = radius * random.uniform(0.05, 0.4)
    body = blot(random, sheet, sheet.any_point(random), radius, edge)
    tide_line = body * (1 - blurred(body, edge)) * 4
    density = random.uniform(0.1, 1) * body + random.uniform(0, 1) * np.clip(tide_line, 0, 1)
    factor = np.clip(BROWN + random.uniform(-0.2, 0.3, 3) + random.normal(0, 0.15), 0.05, 0.95)
    density *= 1 - random.uniform(0, 0.6) * smooth_noise(random, sheet.size, radius / 3)
    if random.random() < 0.2:
        return [Cover(np.clip(density, 0, 0.9).astype(np.float32), sheet.paper, 6.0)]
    return [Tint(np.clip(density, 0, 1).astype(np.float32), factor)]


def foxing(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw brown spots with soft edges."""
    density = np.zeros((sheet.size, sheet.size), np.float32)
    for _ in range(int(log_uniform(random, 2, 15))):
        radius = max(sheet.pixels(log_uniform(random, 0.002, 0.015)), 1.0)
        spot = blot(random, sheet, sheet.any_point(random), radius, edge=radius)
        np.maximum(density, spot * np.float32(random.uniform(0.2, 1)), out=density)
    return [Tint(density, np.clip(BROWN + random.uniform(-0.25, 0.15), 0.05, 0.9))]


def silvering(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw the bluish veil of silver that has come to the surface."""
    veil = soft_region(random, sheet, random.uniform(0.4, 1.5)) * smooth_noise(random, sheet.size, sheet.size / 4)
    return [Cover((veil * random.uniform(0.08, 0.28)).astype(np.float32), np.array([165.0, 170.0, 185.0]))]


def fingerprint(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a fingerprint: bent stripes in an oval."""
    size = sheet.size
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    at, reach = sheet.any_point(random), max(sheet.pixels(random.uniform(0.03, 0.08)), 8.0)
    x, y = (columns - at[0]) / reach, (rows - at[1]) / (1.3 * reach)
    radius = np.hypot(x, y + random.uniform(-0.6, 0.6)) + 0.25 * smooth_noise(random, size, reach)
    stripes = 0.5 + 0.5 * np.sin(2 * np.pi * radius * random.uniform(6, 10))
    oval = np.clip(4 * (1 - np.hypot(x, y)), 0, 1) * smooth_noise(random, size, reach / 3)
    opacity = (stripes * oval * random.uniform(0.2, 0.7)).astype(np.float32)
    return [Cover(opacity, sheet.paper if random.random() < 0.5 else random.uniform(20, 90, 3))]
