"""Photographs as training crops.

The pictures are decoded once and kept as uint8; sample number n of a run is a function of the seed and n alone, so
that a resumed run sees exactly what an uninterrupted one would have seen.
"""

from __future__ import annotations

import logging
import tarfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from gan_inpaint_training import masks

Picture = NDArray[np.uint8]
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
log = logging.getLogger(__name__)


class DataError(ValueError):
    """Photographs that cannot be used for training; the message says which and why."""


def read_pictures(shards: list[str], smallest: int) -> list[Picture]:
    """Decode every picture of the tar shards and folders: (H, W, 3) uint8 RGB, in a fixed order.

    A picture that cannot be decoded or whose shorter side is below `smallest` is skipped, and their number is logged.
    Raises DataError when a shard is missing or nothing is left.
    """
    pictures, skipped = [], 0
    for shard in shards:
        for encoded in _members(Path(shard)):
            picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
            if picture is None or min(picture.shape[:2]) < smallest:
                skipped += 1
            else:
                pictures.append(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    if skipped:
        log.warning("%d pictures were skipped: not decodable, or smaller than %d pixels", skipped, smallest)
    if not pictures:
        raise DataError(f"There is no picture of at least {smallest} pixels a side in {', '.join(shards)}.")
    return pictures


def _members(shard: Path) -> Iterator[bytes]:
    if shard.is_dir():
        for path in sorted(shard.rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                yield path.read_bytes()
        return
    try:
        with tarfile.open(shard) as archive:
            for member in archive:
                stream = archive.extractfile(member)
                if stream is not None and Path(member.name).suffix.lower() in SUFFIXES:
                    yield stream.read()
    except (OSError, tarfile.TarError) as error:
        raise DataError(f"{shard} cannot be read as a folder or a tar file: {error}") from error


class Crops(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Endless augmented crops with their holes.

    Item n: picture (3, S, S) uint8 and mask (1, S, S) uint8, 255 = hole.
    """

    def __init__(
        self, pictures: list[Picture], size: int, mixture: dict[str, float], seed: int, max_reduction: float
    ) -> None:
        self.pictures, self.size, self.mixture, self.seed = pictures, size, mixture, seed
        self.max_reduction = max_reduction
        # A large picture holds more distinct crops than a small one, yet should not crowd it out.
        weights = np.sqrt([picture.shape[0] * picture.shape[1] for picture in pictures])
        self.cumulative = np.cumsum(weights / weights.sum())

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        random = np.random.default_rng((self.seed, number))
        picture = self.pictures[min(int(np.searchsorted(self.cumulative, random.random())), len(self.pictures) - 1)]
        crop = age(random, photometric(random, random_crop(random, picture, self.size, self.max_reduction)))
        mask = masks.draw(random, self.size, self.mixture)
        return torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1))), torch.from_numpy(mask[None])


def random_crop(random: np.random.Generator, picture: Picture, size: int, max_reduction: float) -> Picture:
    """A square of 1 to `max_reduction` times `size` (log-uniform), reduced to `size`, flipped and turned at random."""
    largest = min(max_reduction, min(picture.shape[:2]) / size)
    side = round(size * float(np.exp(random.uniform(0, np.log(largest)))))
    y, x = (int(random.integers(0, extent - side + 1)) for extent in picture.shape[:2])
    crop = picture[y : y + side, x : x + side]
    if side != size:
        crop = cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)
    if random.random() < 0.5:
        crop = crop[:, ::-1]
    return np.ascontiguousarray(np.rot90(crop, int(random.choice([0, 0, 0, 1, 2, 3]))))


def photometric(random: np.random.Generator, crop: Picture) -> Picture:
    """For a third of the crops another white balance and gamma."""
    if random.random() > 1 / 3:
        return crop
    gain, gamma = random.uniform(0.85, 1.15, 3), random.uniform(0.7, 1.4)
    curve = 255 * np.clip((np.arange(256) / 255)[:, None] ** gamma * gain, 0, 1)
    return cv2.LUT(crop, curve.round().astype(np.uint8)[None])


def age(random: np.random.Generator, crop: Picture) -> Picture:
    """Make some crops look like old prints and scans: gray or sepia, grain, JPEG."""
    tone = random.random()
    if tone < 0.2:
        gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
        tint = np.array([1.0, 0.9, 0.75]) if tone < 0.06 else np.ones(3)
        crop = (gray * tint).round().astype(np.uint8)
    if random.random() < 0.15:
        channels = random.choice([1, 3])
        grain = random.normal(0, random.uniform(2, 12), (*crop.shape[:2], channels))
        crop = np.clip(crop + grain, 0, 255).astype(np.uint8)
    if random.random() < 0.1:
        quality = int(random.integers(40, 95))
        encoded = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        crop = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return crop
