"""The solver of Poisson's equation, compared with a direct one."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from gan_inpaint.engine.poisson import solve_poisson


def _direct(right_side: np.ndarray, region: np.ndarray, screen: float) -> np.ndarray:
    height, width = region.shape
    number = np.full(region.shape, -1)
    number[region] = np.arange(region.sum())
    rows, columns, values = [], [], []
    for (y, x), own in np.ndenumerate(number):
        if own < 0:
            continue
        near = [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
        near = [at for at in near if 0 <= at[0] < height and 0 <= at[1] < width]
        rows += [own] * (1 + sum(number[at] >= 0 for at in near))
        columns += [own, *(number[at] for at in near if number[at] >= 0)]
        values += [-len(near) - screen, *(1.0 for at in near if number[at] >= 0)]
    matrix = sparse.csr_matrix((values, (rows, columns)))
    solved = np.zeros_like(right_side)
    solved[region] = spsolve(matrix, right_side[region])
    return solved


@pytest.mark.parametrize("screen", [0.0, 0.002, 0.1])
@pytest.mark.parametrize("kind", ["square", "ragged", "specks", "at the edge"])
def test_it_agrees_with_a_direct_solver(kind: str, screen: float) -> None:
    random = np.random.default_rng(3)
    region = np.zeros((61, 74), bool)
    region[6:52, 9:66] = True
    if kind == "ragged":
        region &= random.random(region.shape) < 0.93
    elif kind == "specks":
        region = random.random(region.shape) < 0.2
    elif kind == "at the edge":
        region[:52, :66] = True
    right_side = random.standard_normal((*region.shape, 2)).astype(np.float32) * region[..., None]
    expected = _direct(right_side.astype(np.float64), region, screen)
    solved = solve_poisson(right_side, region, screen)
    assert (solved[~region] == 0).all()
    assert np.abs(solved - expected).max() < 0.05 * max(1.0, np.abs(expected).max())


def test_nothing_wanted_is_nothing() -> None:
    assert not solve_poisson(np.zeros((9, 9, 3), np.float32), np.ones((9, 9), bool)).any()
    assert not solve_poisson(np.ones((9, 9, 1), np.float32), np.zeros((9, 9), bool)).any()
