"""Pyramids: a level down and up again, and push–pull over all of them."""

from __future__ import annotations

import numpy as np
import pytest

from gan_inpaint.engine.pyramid import add_enlarged, all_of_cells, area_halved, enlarged, halved, push, weighted_mean


@pytest.mark.parametrize("size", [(8, 6), (7, 5), (1, 1)])
def test_a_constant_stays_what_it_is_on_every_level(size: tuple[int, int]) -> None:
    plane = np.full((*size, 3), 0.25, np.float32)
    for smaller in (halved(plane), area_halved(plane)):
        assert smaller.shape == (-(-size[0] // 2), -(-size[1] // 2), 3)
        assert smaller == pytest.approx(0.25)
        assert enlarged(smaller, size) == pytest.approx(plane)


def test_a_cell_at_the_edge_averages_the_pixels_it_has() -> None:
    plane = np.arange(9, dtype=np.float32).reshape(3, 3, 1)
    assert halved(plane)[..., 0].tolist() == [[2.0, 3.5], [6.5, 8.0]]
    region = np.ones((3, 3), np.bool_)
    region[0, 0] = False
    assert all_of_cells(region).tolist() == [[False, True], [True, True]]


def test_a_change_is_added_in_the_hole_alone() -> None:
    picture, hole = np.zeros((4, 6, 3), np.float32), np.zeros((4, 6), np.bool_)
    hole[1:3, 2:5] = True
    add_enlarged(picture, np.ones((2, 3, 3), np.float32), hole)
    assert (picture[hole] == 1).all()
    assert not picture[~hole].any()


def test_push_keeps_what_is_known_and_completes_the_rest_from_the_coarser_level() -> None:
    known = np.zeros((4, 4, 1), np.float32)
    known[:, :2] = 1
    value = np.full((4, 4, 1), 0.5, np.float32) * known
    filled = push([(value, known)], np.full((2, 2, 1), 0.75, np.float32))
    assert (filled[:, :2] == 0.5).all()
    assert (filled[:, 2:] == 0.75).all()


def test_each_completed_level_is_relaxed() -> None:
    levels = [(np.zeros((side, side, 1), np.float32), np.zeros((side, side, 1), np.float32)) for side in (4, 2)]
    shapes: list[tuple[int, ...]] = []

    def relax(surface: np.ndarray, unknown: np.ndarray) -> np.ndarray:
        assert (unknown == 1).all()
        shapes.append(surface.shape)
        return surface + 1

    assert (push(levels, np.zeros((1, 1, 1), np.float32), relax) == 2).all()
    assert shapes == [(2, 2, 1), (4, 4, 1)]


def test_a_level_without_its_weight_is_the_mean_of_what_is_known() -> None:
    value, weight = np.array([[[0.2], [0.0]]], np.float32), np.array([[[0.5], [0.0]]], np.float32)
    assert weighted_mean(value, weight)[0, :, 0] == pytest.approx([0.4, 0.0])
