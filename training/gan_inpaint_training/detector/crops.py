"""Endless training crops with their damage."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from gan_inpaint_training.damage import degradation
from gan_inpaint_training.damage import print as prints
from gan_inpaint_training.damage.film.areas import film
from gan_inpaint_training.damage.film.composition import damaged
from gan_inpaint_training.damage.film.kinds import FILM, KINDS
from gan_inpaint_training.damage.hard_negatives import with_hard_negative
from gan_inpaint_training.damage.labels import Label
from gan_inpaint_training.damage.layers import Layer
from gan_inpaint_training.damage.print.cracks import traced
from gan_inpaint_training.damage.print.crops import Draw, cut
from gan_inpaint_training.damage.print.kinds import TRACED
from gan_inpaint_training.data import DataError, Picture, Pictures, sources
from gan_inpaint_training.data.augmentation import flip, photometric, random_square, turn
from gan_inpaint_training.data.crops import shares
from gan_inpaint_training.detector.config import DetectorConfig, PrintConfig
from gan_inpaint_training.detector.held_out import for_training
from gan_inpaint_training.detector.taught import TaughtPicture, taught_crop, taught_pictures
from gan_inpaint_training.masks.damage import Alpha

ENLARGED = 0.3
"""Share of the film crops that are enlarged: a scan has several pixels for the finest detail of its film."""
LARGEST_SCALE = 4.0
"""Largest enlargement of these; damage is drawn afterwards, as sharp as always."""
SMALLEST_SCENE = 64
"""Least side of a photograph of `scenes`, in pixels."""

Crop = tuple[torch.Tensor, torch.Tensor]


class DamagedCrops(Dataset[Crop]):
    """Crops of S = `config.data.crop` pixels with damage of films and of prints.

    `alphas`: pictures of film damage; `scenes`: photographs that look like damage; `cracks`: centre lines of real
    cracks, (H, W) uint8; `taught`: real pictures that a detector has labelled. Item n, any number of at least 0, is a
    function of the seed and n: a picture (3, S, S) uint8, and its label.
    """

    paired = True  # a label belongs to one picture

    def __init__(
        self,
        pictures: Pictures,
        config: DetectorConfig,
        alphas: Sequence[Alpha],
        scenes: Pictures | None = None,
        cracks: Sequence[NDArray[np.uint8]] = (),
        taught: Sequence[TaughtPicture] = (),
    ) -> None:
        self.pictures, self.scenes, self.taught, self.config = pictures, scenes, taught, config
        self.films = Mixture(config.damage, alphas)
        self.prints = PrintMixture(config.prints, list(cracks)) if config.prints else None
        self.cumulative = shares(pictures)

    def __getitem__(self, number: int) -> Crop:
        random = np.random.default_rng((self.config.schedule.seed, number))
        config = self.config.prints
        if config and self.taught and random.random() < config.taught_share:
            seen, label = taught_crop(
                random, self.taught[int(random.integers(len(self.taught)))], self.config.data.crop
            )
        elif config and random.random() < config.share:
            seen, label = self._print(random, config)
        else:
            seen, label = self._film(random, number)
        return torch.from_numpy(np.ascontiguousarray(seen.transpose(2, 0, 1))), torch.from_numpy(label)

    def _film(self, random: np.random.Generator, number: int) -> tuple[Picture, Label]:
        config = self.config
        crop = self._with_negatives(random, self._cut(random, self._picture(random)))
        layers = [] if random.random() < config.clean else self.films.draw(random, config.data.crop)
        layers = [strengthened(layer, number / config.easy) for layer in layers] if number < config.easy else layers
        return damaged(random, crop, layers)

    def _print(self, random: np.random.Generator, config: PrintConfig) -> tuple[Picture, Label]:
        assert self.prints is not None
        if self.scenes is not None and random.random() < config.scene_share:
            picture = self.scenes[int(random.integers(len(self.scenes)))]
        else:
            picture = self._picture(random)
        crop, sheet = cut(random, flip(random, picture), self.config.data.crop)
        crop = self._with_negatives(random, crop)
        draws = [] if random.random() < config.clean else self.prints.draw(random)
        return prints.damaged_print(random, crop, sheet, draws)

    def _picture(self, random: np.random.Generator) -> Picture:
        number = int(np.searchsorted(self.cumulative, random.random()))
        return self.pictures[min(number, len(self.pictures) - 1)]

    def _with_negatives(self, random: np.random.Generator, crop: Picture) -> Picture:
        return with_hard_negative(random, crop) if random.random() < self.config.hard_negatives else crop

    def _cut(self, random: np.random.Generator, picture: Picture) -> Picture:
        size = self.config.data.crop
        if random.random() < ENLARGED:
            smaller = random_square(random, picture, round(size / random.uniform(1, LARGEST_SCALE)), 1.0)
            crop: Picture = cv2.resize(smaller, (size, size), interpolation=cv2.INTER_CUBIC)
        else:
            crop = random_square(random, picture, size, self.config.data.max_reduction)
        return np.ascontiguousarray(degradation.toned(random, photometric(random, turn(random, flip(random, crop)))))


def damaged_crops(pictures: Pictures, config: DetectorConfig) -> DamagedCrops:
    """Return the crops of a configuration, with the film damage, scenes and cracks that it names. Raise DataError."""
    alphas = for_training(config.data.damage) if config.damage.get(FILM) else []
    if not config.prints:
        return DamagedCrops(pictures, config, alphas)
    members = sources.members_of(config.prints.scenes)
    scenes = Pictures(members, SMALLEST_SCENE, None, config.data.memory_mib) if members else None
    cracks = [line for path in config.prints.cracks for line in _crack_lines(Path(path))]
    taught = [each for path in config.prints.taught for each in taught_pictures(Path(path), config.data.crop)]
    return DamagedCrops(pictures, config, alphas, scenes, cracks, taught)


def _crack_lines(path: Path) -> list[NDArray[np.uint8]]:
    try:
        with np.load(path) as stored:
            lines = [np.ascontiguousarray(line) for line in stored.values()]
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read: {error}", "prints.cracks") from error
    if not lines or any(line.dtype != np.uint8 or line.ndim != 2 for line in lines):
        raise DataError(f"{path} holds no centre lines (H, W) of type uint8.", "prints.cracks")
    return lines


def strengthened(layer: Layer, share: float) -> Layer:
    """Return `layer` with its largest opacity p raised to p^share: opaque at 0, unchanged at 1."""
    strongest = max(float(layer.opacity.max()), 0.01)
    return Layer(layer.opacity / np.float32(strongest ** (1 - share)), layer.light)


class Mixture:
    """Film damage of several kinds (kind → weight), one to three of them at a time."""

    def __init__(self, weights: Mapping[str, float], alphas: Sequence[Alpha]) -> None:
        self.names, self.shares = _shares(weights)
        self.alphas = alphas

    def draw(self, random: np.random.Generator, size: int) -> list[Layer]:
        """Return the layers of one to three kinds, for a square of `size` pixels."""
        kinds = random.choice(self.names, int(random.integers(1, 4)), p=self.shares)
        return [layer for kind in kinds for layer in self.of(str(kind), random, size)]

    def of(self, kind: str, random: np.random.Generator, size: int) -> list[Layer]:
        """Return the layers of one kind, for a square of `size` pixels."""
        return film(random, size, self.alphas) if kind == FILM else KINDS[kind](random, size)


class PrintMixture:
    """Damage of prints of several kinds, one to `config.most` of them at a time."""

    def __init__(self, config: PrintConfig, cracks: list[NDArray[np.uint8]]) -> None:
        self.names, self.shares = _shares(config.damage)
        self.most = config.most
        self.kinds: dict[str, Draw] = {**prints.KINDS, TRACED: partial(traced, shapes=cracks)}

    def draw(self, random: np.random.Generator) -> list[Draw]:
        """Return the functions that draw the kinds of one crop."""
        kinds = random.choice(self.names, int(random.integers(1, self.most + 1)), p=self.shares)
        return [self.kinds[str(kind)] for kind in kinds]


def _shares(weights: Mapping[str, float]) -> tuple[list[str], list[float]]:
    names = [name for name, weight in weights.items() if weight > 0]
    total = sum(weights.values())
    return names, [weights[name] / total for name in names]
