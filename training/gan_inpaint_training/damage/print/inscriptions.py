"""What people add to a print: writing, stamps, tape, pinholes."""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint_training.damage.layers import Opacity, log_uniform, smooth_noise
from gan_inpaint_training.damage.lettering import LETTERS, outlined, stroked
from gan_inpaint_training.damage.print.marks import Cover, Mark, Tint, blurred
from gan_inpaint_training.damage.print.paths import Line, Points, drawn
from gan_inpaint_training.damage.print.sheet import Point, Print


def writing(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw one to three lines of handwriting, or of letters."""
    if random.random() < 0.25:
        word = "".join(random.choice(list(LETTERS), int(random.integers(3, 14))))
        opacity = (outlined if random.random() < 0.5 else stroked)(random, sheet.size, word)
    else:
        opacity = _handwriting(random, sheet)
    ink = sheet.paper if random.random() < 0.55 else random.uniform([0, 0, 0], [90, 70, 140])
    return [Cover(opacity * np.float32(random.uniform(0.5, 1)), ink, 4.0)]


def stamp(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a round rubber stamp with letters, unevenly inked."""
    canvas = np.zeros((sheet.size, sheet.size), np.uint8)
    at = tuple(int(c) for c in sheet.any_point(random))
    radius = int(max(sheet.pixels(random.uniform(0.04, 0.12)), 12))
    thick = max(1, round(radius / 14))
    cv2.circle(canvas, at, radius, 255, thick, cv2.LINE_AA)
    cv2.circle(canvas, at, round(0.7 * radius), 255, thick, cv2.LINE_AA)
    for angle in np.linspace(0, 2 * np.pi, int(random.integers(8, 18)), endpoint=False):
        place = (int(at[0] + 0.85 * radius * np.cos(angle)), int(at[1] + 0.85 * radius * np.sin(angle)))
        letter = str(random.choice(list(LETTERS)))
        cv2.putText(canvas, letter, place, cv2.FONT_HERSHEY_SIMPLEX, radius / 90, 255, thick, cv2.LINE_AA)
    inked = np.clip(2.5 * smooth_noise(random, sheet.size, 5) - 0.3, 0, 1)
    opacity = (canvas / 255 * inked * random.uniform(0.4, 1)).astype(np.float32)
    return [Cover(opacity, random.uniform([0, 0, 20], [120, 60, 160]))]


def tape(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw a strip of yellowed adhesive tape."""
    centre, angle = sheet.any_point(random), float(random.uniform(0, 180))
    strip = (sheet.pixels(random.uniform(0.1, 0.6)), max(sheet.pixels(random.uniform(0.02, 0.07)), 6.0))
    corners = cv2.boxPoints((tuple(float(c) for c in centre), strip, angle))
    body = np.zeros((sheet.size, sheet.size), np.float32)
    cv2.fillPoly(body, [(16 * corners).round().astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    edge = np.clip(body - cv2.erode(body, np.ones((3, 3), np.uint8)), 0, 1)
    density = np.clip(body * random.uniform(0.3, 0.9) + 0.5 * edge, 0, 1) * (
        0.75 + 0.25 * smooth_noise(random, sheet.size, 12)
    )
    return [Tint(density.astype(np.float32), np.clip(np.array([0.92, 0.78, 0.5]) + random.normal(0, 0.1, 3), 0.2, 1))]


def pinholes(random: np.random.Generator, sheet: Print) -> list[Mark]:
    """Draw holes of drawing pins with rust around them."""
    hole, rust = (np.zeros((sheet.size, sheet.size), np.float32) for _ in range(2))
    for _ in range(int(random.integers(1, 4))):
        at = tuple((16 * sheet.any_point(random)).astype(int).tolist())
        radius = max(sheet.pixels(log_uniform(random, 0.002, 0.006)), 1.0)
        cv2.circle(hole, at, int(16 * radius), 1.0, -1, cv2.LINE_AA, 4)
        cv2.circle(rust, at, int(16 * radius * random.uniform(1.3, 2.5)), 1.0, -1, cv2.LINE_AA, 4)
    rusty = Tint(
        blurred(rust, 1.0) * np.float32(random.uniform(0.3, 1)), random.uniform([0.3, 0.2, 0.1], [0.8, 0.6, 0.5])
    )
    return [rusty, Cover(hole, sheet.lid if random.random() < 0.5 else random.uniform(0, 40, 3))]


def _handwriting(random: np.random.Generator, sheet: Print) -> Opacity:
    """Return the opacity (S, S) of one to three lines of scribbled words."""
    height = max(sheet.pixels(log_uniform(random, 0.012, 0.05)), 5.0)
    width = max(height * random.uniform(0.06, 0.16), 0.7)
    at, slope = sheet.any_point(random) - [random.uniform(0, sheet.size / 2), 0], random.normal(0, 0.08)
    lines: list[Line] = []
    for row in range(int(random.integers(1, 4))):
        start = at + np.array([random.normal(0, height), row * 2.2 * height])
        for _ in range(int(random.integers(1, 4))):
            word = _word(random, start, height, slope)
            lines += [Line(part, width) for part in word]
            start = word[-1][-1] + np.array([height * random.uniform(0.8, 2), 0])
    return drawn(random, lines, sheet.size, ragged=0.3, gaps=random.choice([0.0, 0.2]), soft=0.6)


def _word(random: np.random.Generator, start: Point, height: float, slope: float) -> list[Points]:
    """Return the strokes of a scribbled word: loops that advance, with ascenders, broken between some letters."""
    strokes, x, slant = [], 0.0, random.uniform(0, 0.5)
    for _ in range(int(random.integers(1, 4))):
        letters = int(random.integers(2, 6))
        turns = np.linspace(0, 2 * np.pi * letters, 14 * letters)
        rises = np.interp(
            turns, np.linspace(0, turns[-1], 2 * letters), random.choice([0.35, 0.4, 0.45, 1.0], 2 * letters)
        )
        advance = x + height * 0.11 * turns + height * random.uniform(0.1, 0.25) * np.cos(turns + random.uniform(0, 6))
        rise = height * rises * np.sin(turns) * 0.6
        across = advance + slant * rise
        strokes.append(start + np.stack([across, -rise + slope * across], 1))
        x = float(advance[-1] + 0.25 * height)
    return strokes
