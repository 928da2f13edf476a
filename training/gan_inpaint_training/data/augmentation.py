"""Cropping and augmentation of training pictures."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from gan_inpaint_training.data.sources import Picture

Augmentation = Callable[[np.random.Generator, Picture], Picture]


def resized(picture: Picture, width: int, height: int) -> Picture:
    """Return the picture at another size: area averages where it becomes smaller, else bicubic."""
    method = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_CUBIC
    result: Picture = cv2.resize(picture, (width, height), interpolation=method)
    return result


def random_square(random: np.random.Generator, picture: Picture, size: int, max_reduction: float) -> Picture:
    """Crop a square of 1 to `max_reduction` times `size` (log-uniform) at a random place, reduced to `size`."""
    largest = min(max_reduction, min(picture.shape[:2]) / size)
    side = round(size * float(np.exp(random.uniform(0, np.log(largest)))))
    y, x = (int(random.integers(0, extent - side + 1)) for extent in picture.shape[:2])
    crop = picture[y : y + side, x : x + side]
    return crop if side == size else cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)


def flip(random: np.random.Generator, crop: Picture) -> Picture:
    """Mirror half of the crops left to right."""
    return crop[:, ::-1] if random.random() < 0.5 else crop


def turn(random: np.random.Generator, crop: Picture) -> Picture:
    """Turn half of the crops by one to three quarters."""
    return np.ascontiguousarray(np.rot90(crop, int(random.choice([0, 0, 0, 1, 2, 3]))))


def photometric(random: np.random.Generator, crop: Picture) -> Picture:
    """Change white balance and gamma of a third of the crops."""
    if random.random() > 1 / 3:
        return crop
    gain, gamma = random.uniform(0.85, 1.15, 3), random.uniform(0.7, 1.4)
    curve = 255 * np.clip((np.arange(256) / 255)[:, None] ** gamma * gain, 0, 1)
    graded: Picture = cv2.LUT(crop, curve.round().astype(np.uint8)[None])
    return graded


def gray(crop: Picture, *, sepia: bool) -> Picture:
    """Return the crop in shades of gray, or of brown."""
    shades = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    tint = np.array([1.0, 0.9, 0.75]) if sepia else np.ones(3)
    tinted: Picture = (shades * tint).round().astype(np.uint8)
    return tinted


def through_jpeg(crop: Picture, quality: int) -> Picture:
    """Return the crop after JPEG compression of `quality`, up to 100."""
    encoded = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))


def age(random: np.random.Generator, crop: Picture) -> Picture:
    """Add the look of old prints and scans to some crops: gray or sepia, grain, JPEG."""
    tone = random.random()
    if tone < 0.2:
        crop = gray(crop, sepia=tone < 0.06)
    if random.random() < 0.15:
        channels = random.choice([1, 3])
        grain = random.normal(0, random.uniform(2, 12), (*crop.shape[:2], channels))
        crop = np.clip(crop + grain, 0, 255).astype(np.uint8)
    if random.random() < 0.1:
        crop = through_jpeg(crop, int(random.integers(40, 95)))
    return crop


def photographs(random: np.random.Generator, crop: Picture) -> Picture:
    """Apply every augmentation for photographs: mirroring, turning, light, the look of old prints."""
    return age(random, photometric(random, turn(random, flip(random, crop))))


def unchanged(random: np.random.Generator, crop: Picture) -> Picture:
    """Return the crop unchanged."""
    return crop


AUGMENTATIONS: dict[str, Augmentation] = {"photographs": photographs, "flip": flip, "none": unchanged}
