"""What an eye sees of a fill, by the features of a network that was trained on ImageNet (EfficientNet-Lite0).

`pd` follows LPIPS (Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", 2018)
without learned weights: the distance of a fill to the truth. `fsw` is the sliced Wasserstein distance (Karras et al.,
"Progressive Growing of GANs", 2018, section 5) of features in the holes of a whole set: how real the fills look,
whatever the truth. Lower is better in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from gan_inpaint_training.features import EfficientNetLite0

BLOCKS = (2, 4, 10)
"""Blocks whose features `pd` compares; `fsw` takes the last two."""
POOLED = 20_000
"""Positions of a set, at most, at which features are pooled for `fsw`."""
DIRECTIONS = 256
LEAST_DEVIATION = 1e-3
INSIDE = 0.5
"""Share of a feature's cell that the hole must cover for the cell to count in `fsw`."""

Picture = NDArray[np.uint8]
Hole = NDArray[np.bool_]


@dataclass
class Perceptual:
    """Collects pairs of fill and truth, and gives the metrics of all of them."""

    network: EfficientNetLite0 = field(default_factory=lambda: EfficientNetLite0(BLOCKS))
    distances: list[float] = field(default_factory=list)
    filled: list[list[Tensor]] = field(default_factory=list)
    true: list[list[Tensor]] = field(default_factory=list)

    @torch.inference_mode()
    def add(self, fill: Picture, truth: Picture, hole: Hole) -> float:
        """Add a fill (H, W, 3) with its truth and its hole (H, W), not empty, and return the pair's `pd`."""
        maps = self.network(torch.stack([_image(fill), _image(truth)]))
        weight = torch.from_numpy(hole.astype(np.float32))[None, None]
        distances, filled, true = [], [], []
        for number, features in enumerate(maps):
            share = F.interpolate(weight, features.shape[2:], mode="area")[0, 0]
            one, other = F.normalize(features, dim=1)
            apart = (one - other).square().sum(0)
            distances.append(float((apart * share).sum() / share.sum()))
            if number:
                inside = share >= min(INSIDE, float(share.max()))
                filled.append(features[0][:, inside].T.clone())
                true.append(features[1][:, inside].T.clone())
        self.distances.append(float(np.mean(distances)))
        self.filled.append(filled)
        self.true.append(true)
        return self.distances[-1]

    @property
    def pd(self) -> float:
        """Return the mean distance of the fills' features to the truth's: 0 for the truth itself."""
        return float(np.mean(self.distances))

    @property
    def fsw(self) -> float:
        """Return the sliced Wasserstein distance of the fills' features to the truth's, pooled over all pairs."""
        return float(np.mean([_sliced(_pooled(self.filled, level), _pooled(self.true, level)) for level in (0, 1)]))


def _image(picture: Picture) -> Tensor:
    return torch.from_numpy(picture.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1)


def _pooled(sets: Sequence[Sequence[Tensor]], level: int) -> Tensor:
    features = torch.cat([features[level] for features in sets])
    if len(features) > POOLED:
        chosen = torch.randperm(len(features), generator=torch.Generator().manual_seed(0))[:POOLED]
        features = features[chosen]
    return features


def _sliced(filled: Tensor, true: Tensor) -> float:
    """Return the mean distance of sorted projections, in units of the truth's standard deviations."""
    mean, deviation = true.mean(0), true.std(0, correction=0).clamp_min(LEAST_DEVIATION)
    directions = torch.randn(true.shape[1], DIRECTIONS, generator=torch.Generator().manual_seed(1))
    directions = F.normalize(directions, dim=0)
    one, other = (((part - mean) / deviation @ directions).sort(0).values for part in (filled, true))
    return float((one - other).abs().mean())
