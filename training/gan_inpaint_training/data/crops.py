"""Endless training crops with their holes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from gan_inpaint_training.data.augmentation import AUGMENTATIONS, random_square
from gan_inpaint_training.data.damage import read_damage
from gan_inpaint_training.data.pictures import Pictures
from gan_inpaint_training.data.settings import DataSettings
from gan_inpaint_training.data.sources import DataError
from gan_inpaint_training.masks import FILM_DAMAGE, BoxShares, MaskError, Masks


class Crops(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Crops of S = `settings.crop` pixels with holes of the kinds in `mixture` (kind → weight).

    Item n ≥ 0 is a function of `seed` and n: a picture (3, S, S) uint8 and a mask (1, S, S) uint8, 255 = hole. It
    raises DataError where no hole can be drawn or a picture has disappeared. The constructor raises DataError for
    unusable damage, and MaskError for an unusable mixture.
    """

    paired = False  # any hole can be combined with any picture

    def __init__(
        self, pictures: Pictures, settings: DataSettings, mixture: Mapping[str, float], box: BoxShares, seed: int
    ) -> None:
        self.pictures, self.seed = pictures, seed
        self.size, self.max_reduction = settings.crop, settings.max_reduction
        self.augment = AUGMENTATIONS[settings.augment]
        damage = read_damage(settings.damage) if FILM_DAMAGE in mixture and settings.damage else ()
        self.masks = Masks(mixture, box, damage)
        self.cumulative = shares(pictures)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        random = np.random.default_rng((self.seed, number))
        picture = self.pictures[min(int(np.searchsorted(self.cumulative, random.random())), len(self.pictures) - 1)]
        crop = self.augment(random, random_square(random, picture, self.size, self.max_reduction))
        try:
            mask = self.masks.draw(random, self.size)
        except MaskError as error:
            raise DataError(str(error), error.key) from error
        return torch.from_numpy(np.ascontiguousarray(crop.transpose(2, 0, 1))), torch.from_numpy(mask[None])


def shares(pictures: Pictures) -> NDArray[np.float64]:
    """Return the cumulative shares of crops that each picture gets, by the square root of its area.

    A large picture has more distinct crops than a small one, but should not dominate.
    """
    weights = np.sqrt(pictures.sizes.prod(1))
    return np.cumsum(weights / weights.sum())
