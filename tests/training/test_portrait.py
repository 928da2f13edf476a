"""The portrait generator and the principal components that it starts from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gan_inpaint_training import checkpoint
from gan_inpaint_training.config import load
from gan_inpaint_training.generators.eigenpictures import EigenPictures, solved
from gan_inpaint_training.generators.portrait import PortraitGenerator
from gan_inpaint_training.generators.prefill import smooth_prefill
from gan_inpaint_training.loop import train
from gan_inpaint_training.settings import ConfigError

SIDE, CELLS = 32, 16


def likenesses(seed: int = 0) -> Iterator[Tensor]:
    """Pictures (3, SIDE, SIDE) that differ in the strengths of three patterns, so that one half tells the other."""
    patterns = torch.rand(3, 3, CELLS, CELLS, generator=torch.Generator().manual_seed(1)) - 0.5
    random = torch.Generator().manual_seed(seed)
    while True:
        mixed = torch.tensordot(torch.randn(3, generator=random), patterns, 1) / 3
        yield mixed.repeat_interleave(2, 1).repeat_interleave(2, 2)


def left_half(count: int) -> Tensor:
    mask = torch.zeros(count, 1, SIDE, SIDE)
    mask[..., : SIDE // 2] = 1
    return mask


@pytest.fixture
def fitted() -> EigenPictures:
    torch.manual_seed(0)
    pictures = EigenPictures(CELLS, 3)
    pictures.fit(likenesses())
    return pictures


def cells(picture: Tensor) -> Tensor:
    return torch.nn.functional.avg_pool2d(picture, 2)


def test_one_half_tells_the_other(fitted: EigenPictures) -> None:
    truth = torch.stack(list(islice(likenesses(seed=7), 5)))
    mask = left_half(5)
    likely = fitted(truth * (1 - mask), mask)
    error = (cells(likely) - cells(truth))[..., 1 : CELLS // 2 - 1].square().mean()
    surface = (cells(smooth_prefill(truth, mask)) - cells(truth))[..., 1 : CELLS // 2 - 1].square().mean()
    assert error < surface / 3


def test_what_is_in_the_hole_does_not_matter(fitted: EigenPictures) -> None:
    truth, mask = torch.stack(list(islice(likenesses(), 2))), left_half(2)
    torch.testing.assert_close(fitted(truth, mask), fitted(truth * (1 - mask) + 0.7 * mask, mask))


def test_where_nothing_is_known_the_mean_is_likeliest(fitted: EigenPictures) -> None:
    mean = fitted.mean.view(1, 3, CELLS, CELLS)
    likely = fitted(torch.rand(1, 3, CELLS, CELLS), torch.ones(1, 1, CELLS, CELLS))
    torch.testing.assert_close(likely, mean)


def test_conjugate_gradients_solve_what_they_are_given() -> None:
    torch.manual_seed(0)
    roots = torch.randn(3, 20, 20, dtype=torch.double)
    matrix, right = roots @ roots.transpose(1, 2) + torch.eye(20), torch.randn(3, 20, 1, dtype=torch.double)
    torch.testing.assert_close(solved(matrix, right), torch.linalg.solve(matrix, right), atol=1e-6, rtol=1e-6)


def test_an_untrained_generator_changes_the_hole_alone_and_starts_at_the_guess() -> None:
    torch.manual_seed(0)
    generator = PortraitGenerator(SIDE, CELLS, 3, width=8).eval()
    generator.fit(likenesses())
    truth, mask = torch.stack(list(islice(likenesses(seed=7), 2))), left_half(2)
    shown = generator.prepare(truth * (1 - mask), mask)
    assert torch.equal(torch.where(mask > 0, 0, shown), truth * (1 - mask))
    torch.testing.assert_close(generator(truth * (1 - mask), mask), shown.clamp(-1, 1))


def test_components_are_taken_from_the_training_pictures_once(photographs: Path, tmp_path: Path) -> None:
    settings = [
        *(f"data.shards=[{photographs.as_posix()}]", "data.crop=32", "data.workers=0", "schedule.batch=2", "window=32"),
        *("generator={name: portrait, side: 32, cells: 8, components: 3, width: 8}", "schedule.precision=32-true"),
    ]
    train("faces", tmp_path, [*settings, "schedule.images=2"])
    first = checkpoint.load(tmp_path)
    assert first["ema"]["faces.components"].abs().sum() > 0
    assert torch.equal(first["ema"]["faces.components"], first["generator"]["faces.components"])
    train("faces", tmp_path, [*settings, "schedule.images=4", "data.augment=none"])
    again = checkpoint.load(tmp_path)
    assert again["images_seen"] == 4
    assert torch.equal(first["ema"]["faces.components"], again["ema"]["faces.components"])


def test_cells_that_do_not_fit_the_side_are_named() -> None:
    with pytest.raises(ConfigError, match=r"generator.*192 is no multiple of `cells` 50"):
        load("faces", ["generator.cells=50"])
