"""Real damaged pictures that a detector has labelled, for the next one to learn from.

The teacher sees each picture at several scales, and what it doubts does not count; the student sees crops that are
scaled, toned and degraded (Xie et al., "Self-training with Noisy Student improves ImageNet classification", 2020).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gan_inpaint_training.damage import degradation
from gan_inpaint_training.damage.labels import Label, label_of
from gan_inpaint_training.damage.layers import log_uniform
from gan_inpaint_training.data import DataError, Picture
from gan_inpaint_training.data.augmentation import photometric, resized

SUFFIX = "_taught.png"
"""NAME_taught.png is the label of NAME.png: red where there is light damage, green where dark, blue where unsure."""
LARGEST = 1000
"""Pixels of a picture's longer side at most."""
SCALES = (1.0, 0.75, 1.35)
"""Scales at which the teacher sees a picture, all but the first mirrored; the first counts twice."""
UNSURE = 0.55
"""Share of the teacher's threshold from which on it is unsure."""
SCALING = 0.6, 1.6
"""Least and largest scale of a crop."""
TRIES = 4
"""Crops that are looked at for one with damage."""
PLAIN = 0.25
"""Share of the crops that are taken without looking."""

Find = Callable[[Picture], NDArray[np.uint8]]
"""Picture (H, W, 3) → damage map (H, W, 2), 255 × probability of light and dark damage."""


@dataclass(frozen=True, slots=True)
class TaughtPicture:
    """`picture` and `label`, both (H, W, 3) uint8."""

    picture: Picture
    label: NDArray[np.uint8]


def teach(picture: Picture, find: Find, threshold: float) -> TaughtPicture:
    """Return `picture` (H, W, 3), reduced if it is large, with the label that a detector of this threshold gives it."""
    picture = _scaled(picture, min(1.0, LARGEST / max(picture.shape[:2])))
    height, width = picture.shape[:2]
    total = np.zeros((height, width, 2), np.float32)
    for number, scale in enumerate(SCALES):
        seen = _scaled(picture, scale)
        found = find(seen) if number == 0 else find(np.ascontiguousarray(seen[:, ::-1]))[:, ::-1]
        method = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
        found = cv2.resize(found.astype(np.float32), (width, height), interpolation=method)
        total += found * np.float32(2 if number == 0 else 1)
    sure = total / np.float32(255 * (len(SCALES) + 1) * threshold)
    light, dark = sure[..., 0] >= 1, sure[..., 1] >= 1
    unsure = (sure.max(axis=2) >= UNSURE) & ~light & ~dark
    return TaughtPicture(picture, 255 * np.dstack([light, dark, unsure]).astype(np.uint8))


def encoded(taught: TaughtPicture) -> tuple[bytes, bytes]:
    """Return picture and label as PNG."""
    picture, label = (cv2.imencode(".png", plane[..., ::-1])[1] for plane in (taught.picture, taught.label))
    return picture.tobytes(), label.tobytes()


def taught_pictures(folder: Path, smallest: int) -> list[TaughtPicture]:
    """Return the pictures in `folder` that have labels and whose sides have `smallest` pixels. Raise DataError."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        picture, label = (cv2.imread(str(each)) for each in (path.with_name(path.name.replace(SUFFIX, ".png")), path))
        if picture is None or label is None or picture.shape != label.shape:
            raise DataError(f"{path} has no picture of its size beside it.", "prints.taught")
        if min(picture.shape[:2]) >= smallest:
            picture, label = (np.ascontiguousarray(plane[..., ::-1], np.uint8) for plane in (picture, label))
            found.append(TaughtPicture(picture, label))
    if not found:
        raise DataError(f"There are no pictures of {smallest} pixels with labels in {folder}.", "prints.taught")
    return found


def taught_crop(random: np.random.Generator, taught: TaughtPicture, size: int) -> tuple[Picture, Label]:
    """Return a crop of `size` pixels, scaled, turned, toned and degraded, and its label; often one with damage."""
    side = min(round(size / log_uniform(random, *SCALING)), *taught.picture.shape[:2])
    for _ in range(1 if random.random() < PLAIN else TRIES):
        top, left = (int(random.integers(0, extent - side + 1)) for extent in taught.picture.shape[:2])
        place = slice(top, top + side), slice(left, left + side)
        if taught.label[place][..., :2].any():
            break
    quarters, mirrored = int(random.integers(4)) if random.random() < 0.3 else 0, random.random() < 0.5
    picture, label = (
        np.ascontiguousarray(np.rot90(plane[place][:, :: -1 if mirrored else 1], quarters))
        for plane in (taught.picture, taught.label)
    )
    picture, label = resized(picture, size, size), resized(label, size, size)
    after = degradation.after(random)
    shades = degradation.toned(random, photometric(random, picture)).astype(np.float32)
    seen = degradation.grained(random, after, degradation.blurred(after, shades))
    light, dark, unsure = (label[..., channel] > 127 for channel in range(3))
    around = cv2.dilate((light | dark).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return degradation.compressed(after, seen), label_of(light, dark & ~light, (unsure | around) & ~light & ~dark)


def _scaled(picture: Picture, scale: float) -> Picture:
    height, width = picture.shape[:2]
    return picture if scale == 1 else resized(picture, max(1, round(width * scale)), max(1, round(height * scale)))
