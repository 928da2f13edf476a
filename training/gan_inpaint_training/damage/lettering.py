"""Letters on a picture: dates, names, stamps, signs."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gan_inpaint_training.damage.layers import Opacity

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 '.:/-©&"
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_PLAIN)


def outlined(random: np.random.Generator, size: int, words: str) -> Opacity:
    """Draw the filled letters of a typeface."""
    page = Image.new("L", (size, size))
    font = ImageFont.load_default(float(random.uniform(9, 44)))
    at = (float(random.uniform(-0.2, 0.7) * size), float(random.uniform(-0.05, 0.95) * size))
    ImageDraw.Draw(page).text(at, words, 255, font)
    return np.asarray(page, np.float32) / np.float32(255)


def stroked(random: np.random.Generator, size: int, words: str) -> Opacity:
    """Draw letters that consist of lines, like those of a pen or a plotter."""
    page = np.zeros((size, size), np.uint8)
    at = (int(random.uniform(-0.2, 0.7) * size), int(random.uniform(0.05, 1) * size))
    scale = random.uniform(0.4, 1.6)
    thickness = int(random.integers(1, 2 + round(1.5 * scale)))
    cv2.putText(page, words, at, int(random.choice(FONTS)), scale, 255, thickness, cv2.LINE_AA)
    return page.astype(np.float32) / np.float32(255)
