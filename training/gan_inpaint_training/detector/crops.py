"""Endless training crops with their damage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from gan_inpaint_training.data import Picture, Pictures
from gan_inpaint_training.data.augmentation import flip, photometric, random_square, turn
from gan_inpaint_training.data.crops import shares
from gan_inpaint_training.detector import wear
from gan_inpaint_training.detector.blots import film
from gan_inpaint_training.detector.composition import damaged
from gan_inpaint_training.detector.config import DetectorConfig
from gan_inpaint_training.detector.kinds import FILM, KINDS
from gan_inpaint_training.detector.layers import Layer
from gan_inpaint_training.detector.scenery import belonging
from gan_inpaint_training.masks.damage import Alpha

ENLARGED, LARGEST = 0.3, 4.0
"""Share of the crops that are enlarged, and how far: a scan has several pixels to the finest thing that its film shows,
and dust on the glass is as sharp as ever."""


class DamagedCrops(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Crops of S = `config.data.crop` pixels with damage from `config.damage`, film damage from `alphas`.

    Item n, any number of at least 0, is a function of the seed and n: a picture (3, S, S) uint8, and a label (3, S, S)
    uint8 as `damaged` gives it.
    """

    paired = True  # a label goes with its picture alone

    def __init__(self, pictures: Pictures, config: DetectorConfig, alphas: Sequence[Alpha]) -> None:
        self.pictures, self.config, self.alphas = pictures, config, alphas
        self.mixture = Mixture(config.damage, alphas)
        self.cumulative = shares(pictures)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        config, random = self.config, np.random.default_rng((self.config.schedule.seed, number))
        picture = self.pictures[min(int(np.searchsorted(self.cumulative, random.random())), len(self.pictures) - 1)]
        crop = self._cut(random, picture)
        if random.random() < config.belonging:
            crop = belonging(random, crop)
        layers = [] if random.random() < config.clean else self.mixture.draw(random, config.data.crop)
        layers = [strengthened(layer, number / config.easy) for layer in layers] if number < config.easy else layers
        seen, label = damaged(random, crop, layers)
        return torch.from_numpy(np.ascontiguousarray(seen.transpose(2, 0, 1))), torch.from_numpy(label)

    def _cut(self, random: np.random.Generator, picture: Picture) -> Picture:
        size = self.config.data.crop
        if random.random() < ENLARGED:
            smaller = random_square(random, picture, round(size / random.uniform(1, LARGEST)), 1.0)
            crop: Picture = cv2.resize(smaller, (size, size), interpolation=cv2.INTER_CUBIC)
        else:
            crop = random_square(random, picture, size, self.config.data.max_reduction)
        return np.ascontiguousarray(wear.toned(random, photometric(random, turn(random, flip(random, crop)))))


def strengthened(layer: Layer, share: float) -> Layer:
    """`layer`, whose strongest pixel p hides p^share of the photograph: all of it at 0, as much as before at 1."""
    strongest = max(float(layer.opacity.max()), 0.01)
    return Layer(layer.opacity / np.float32(strongest ** (1 - share)), layer.light)


class Mixture:
    """Damage of several kinds (kind → weight), one to three of them at a time."""

    def __init__(self, weights: Mapping[str, float], alphas: Sequence[Alpha]) -> None:
        self.names = [name for name, weight in weights.items() if weight > 0]
        total = sum(weights.values())
        self.shares = [weights[name] / total for name in self.names]
        self.alphas = alphas

    def draw(self, random: np.random.Generator, size: int) -> list[Layer]:
        kinds = random.choice(self.names, int(random.integers(1, 4)), p=self.shares)
        return [layer for kind in kinds for layer in self.of(str(kind), random, size)]

    def of(self, kind: str, random: np.random.Generator, size: int) -> list[Layer]:
        return film(random, size, self.alphas) if kind == FILM else KINDS[kind](random, size)
