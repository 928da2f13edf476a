"""Fillers side by side on the same pictures with the same seeded holes."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from torch import nn

from gan_inpaint_training import masks, metrics
from gan_inpaint_training.data import Picture, read_pictures
from gan_inpaint_training.metrics import Hole

Fill = Callable[[Picture, Hole], Picture]
SIZE = 256
FIGURES = {"psnr": metrics.psnr, "sharpness": metrics.sharpness, "seam": metrics.seam}


def evaluate(
    fillers: dict[str, Fill], pictures: list[Picture], kind: str, size: int = SIZE, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Figures of each filler over the central `size`² of the pictures, with one hole of `kind` in each.

    `kind` is a name of masks.KINDS. Returns filler → figure → its median over the pictures, since a ratio to a truth
    that is almost flat can be any number.
    """
    values: dict[str, dict[str, list[float]]] = {name: {figure: [] for figure in FIGURES} for name in fillers}
    for number, picture in enumerate(pictures):
        truth = _central(picture, size)
        hole = masks.draw(np.random.default_rng((seed, number)), size, {kind: 1.0}) > 0
        for name, fill in fillers.items():
            filled = np.where(hole[..., None], fill(truth, hole), truth)
            for figure, measure in FIGURES.items():
                values[name][figure].append(measure(filled, truth, hole))
    return {
        name: {figure: float(np.median(measured)) for figure, measured in row.items()} for name, row in values.items()
    }


def scores(generator: nn.Module, shards: list[str]) -> dict[str, float]:
    """The figures for a manifest: the generator's, and what a mean fill and Telea reach, for every kind of hole.

    Keys are `kind figure filler`, such as `boxes psnr telea`. Raises DataError when the photographs cannot be used.
    """
    fillers = {"generator": generator_fill(generator), "mean": mean_fill, "telea": telea_fill}
    pictures = read_pictures(shards, SIZE)
    rows = {kind: evaluate(fillers, pictures, kind) for kind in masks.KINDS}
    return {
        f"{kind} {figure} {filler}": round(value, 3)
        for kind, row in rows.items()
        for filler, measured in row.items()
        for figure, value in measured.items()
    }


def mean_fill(picture: Picture, hole: Hole) -> Picture:
    """The hole gets the mean colour of the known pixels."""
    filled = picture.copy()
    filled[hole] = picture[~hole].mean(0).round()
    return filled


def telea_fill(picture: Picture, hole: Hole) -> Picture:
    """Fast marching (Telea 2004), OpenCV's, radius 3."""
    return cv2.inpaint(picture, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA)


def generator_fill(generator: nn.Module) -> Fill:
    """A generator in evaluation mode as a filler."""

    @torch.no_grad()
    def fill(picture: Picture, hole: Hole) -> Picture:
        image, mask = _tensors(picture, hole)
        return _picture(generator(image * (1 - mask), mask))

    return fill


def _central(picture: Picture, size: int) -> Picture:
    top, left = ((extent - size) // 2 for extent in picture.shape[:2])
    return np.ascontiguousarray(picture[top : top + size, left : left + size])


def _tensors(picture: Picture, hole: Hole) -> tuple[torch.Tensor, torch.Tensor]:
    image = torch.from_numpy(picture.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1)
    return image, torch.from_numpy(hole[None, None].astype(np.float32))


def _picture(image: torch.Tensor) -> Picture:
    values = ((image[0].clamp(-1, 1) + 1) * 127.5).round()
    return values.permute(1, 2, 0).to(torch.uint8).numpy()
