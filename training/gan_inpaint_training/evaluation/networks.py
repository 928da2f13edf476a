"""Trained generators as fillers, run by torch."""

from __future__ import annotations

from pathlib import Path

import cv2
import msgspec
import numpy as np
import torch

from gan_inpaint_training import checkpoint, generators
from gan_inpaint_training.evaluation.cases import EvaluationError
from gan_inpaint_training.evaluation.classical import Fill
from gan_inpaint_training.evaluation.metrics import Hole, Picture
from gan_inpaint_training.generators.generator import Generator


def checkpoint_fill(path: Path) -> Fill:
    """Return the averaged generator of a run's folder, or of the checkpoint file in it, as a filler.

    Raises EvaluationError without a usable checkpoint.
    """
    run = path if path.is_dir() else path.parent
    if not path.is_dir() and path.name != checkpoint.NAME:
        raise EvaluationError(f"{path} is neither the folder of a run nor its {checkpoint.NAME}.")
    try:
        return generator_fill(generators.restore(checkpoint.load(run)))
    except (checkpoint.CheckpointError, msgspec.ValidationError, RuntimeError) as problem:
        raise EvaluationError(f"The generator of {path} cannot be used: {problem}") from problem


def generator_fill(generator: Generator) -> Fill:
    """Return a generator in evaluation mode as a filler of (H, W, 3) uint8 with a hole (H, W) bool.

    The picture is extended to the generator's size multiple by repeating its edge. A generator of fixed size gets a
    square of that size around the hole; where the hole does not fit, a larger square is reduced.
    """
    fixed, multiple = generator.fixed_size, generator.size_multiple

    def fill(picture: Picture, hole: Hole) -> Picture:
        if fixed is None:
            return _filled(generator, picture, hole, *(-extent % multiple for extent in hole.shape))
        window = _square_around(hole, fixed)
        out = picture.copy()
        out[window] = _at_size(generator, picture[window], hole[window], fixed)
        return out

    return fill


def _square_around(hole: Hole, side: int) -> tuple[slice, slice]:
    """Return rows and columns of a square of at least `side` around the hole, shifted and clipped to the picture."""
    left, top, width, height = cv2.boundingRect(hole.astype(np.uint8))
    side = max(side, width, height)

    def span(start: int, length: int, extent: int) -> slice:
        begin = min(max(start + (length - side) // 2, 0), max(extent - side, 0))
        return slice(begin, min(begin + side, extent))

    return span(top, height, hole.shape[0]), span(left, width, hole.shape[1])


def _at_size(generator: Generator, picture: Picture, hole: Hole, size: int) -> Picture:
    height, width = hole.shape
    scale = size / max(height, width, size)
    if scale == 1:
        return _filled(generator, picture, hole, size - height, size - width)
    smaller = (max(1, round(width * scale)), max(1, round(height * scale)))
    known = (~hole).astype(np.float32)
    share = cv2.resize(known, smaller, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(picture * known[..., None], smaller, interpolation=cv2.INTER_AREA)
    reduced = np.rint(sums / np.maximum(share, 1e-3)[..., None]).astype(np.uint8)
    filled = _filled(generator, reduced, share < 0.99, size - smaller[1], size - smaller[0])
    enlarged: Picture = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
    return enlarged


@torch.no_grad()
def _filled(generator: Generator, picture: Picture, hole: Hole, down: int, right: int) -> Picture:
    """Run the generator on the picture extended by `down` and `right` pixels of repeated edge."""
    extended = np.pad(picture, [(0, down), (0, right), (0, 0)], mode="edge")
    mask = np.pad(hole, [(0, down), (0, right)], mode="edge")
    image = torch.from_numpy(extended.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1)
    holes = torch.from_numpy(mask[None, None].astype(np.float32))
    fill = generator(generator.prepare(image, holes), holes)
    values = ((fill[0].clamp(-1, 1) + 1) * 127.5).round()
    shown: Picture = values.permute(1, 2, 0).to(torch.uint8).numpy()
    return shown[: hole.shape[0], : hole.shape[1]]
