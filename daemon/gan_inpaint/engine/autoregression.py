"""What is thin, or near a rim, by the picture's own statistics: two-dimensional autoregression.

A pixel of a photograph is nearly a weighted mean of its neighbours, by weights that are much the same all around a
place. They are fitted to the known pixels there, and what is missing is what leaves the least error of prediction
(Kokaram, "Motion Picture Restoration", 1998, sections 3.1 and 6.3; Janssen, Veldhuis and Vries, "Adaptive
Interpolation of Discrete-Time Signals", 1986). Where the model says little, a smooth fill is kept.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gan_inpaint.engine.arrays import Flags, Floats

SIDE, CORE = 26, 8
"""Weights are fitted to windows of this side, and are used for their inner part."""
BORDER = (SIDE - CORE) // 2

_ORDER = 3
_SQUARE = [(y, x) for y in range(-_ORDER, _ORDER + 1) for x in range(-_ORDER, _ORDER + 1)]
_PAIRS = sorted(((y, x) for y, x in _SQUARE if (y, x) > (0, 0) and y * y + x * x <= 10), key=lambda at: math.hypot(*at))
"""The weights are the same for opposite neighbours, so that a pixel's neighbours come in pairs."""
_NEAR, _NEAR_ORDER = 10, 2
"""The first pairs, which reach less far: enough for a window of which so little is known that hardly a pixel has all of
its neighbours."""
_FEW = 18
_RIDGE, _LEAST = 0.25, 1e-6
_KEEP = 0.02
"""How strongly the smooth fill is kept, in units of what the model says of one pixel."""
_CHUNK = 64
_OUTER = BORDER - _ORDER
"""Holes nearer to a window's edge than this are taken as they are filled."""
_INNER = _OUTER - _ORDER
"""What the errors of prediction are wider by than that, on each side."""
_STEPS = 8
_STRIDE = 2 * SIDE


def interpolated(pictures: Floats, wanted: Flags, guessed: Flags | None = None) -> Floats:
    """What is wanted in the inner parts of windows, as it fits best to what they show.

    Args:
        pictures: (n, 26, 26, C) in [-1, 1], any number of channels; their holes are filled with a guess.
        wanted: (n, 26, 26), the pixels that are to be filled anew; the others are taken as they are.
        guessed: (n, 26, 26), the pixels that the weights are not fitted to. A fit to the known pixels alone is as
            sharp as these; one to all, with `None`, is nearer to the truth where little is known or all is coarse.

    Returns:
        (n, 8, 8, C): the inner parts, filled anew where that is wanted.
    """
    result = np.empty((len(pictures), CORE, CORE, pictures.shape[3]), np.float32)
    order = np.argsort(wanted.sum((1, 2)))  # windows that want as much are solved together
    for start in range(0, len(order), _CHUNK):
        some = order[start : start + _CHUNK]
        result[some] = _interpolated(pictures[some], wanted[some], None if guessed is None else guessed[some])
    return result


def _interpolated(pictures: Floats, wanted: Flags, guessed: Flags | None) -> Floats:
    differences = _differences(pictures)
    weights = _weights(differences, guessed)
    count, pairs, side = differences.shape[:3]
    errors = -(weights[:, None] @ differences.reshape(count, pairs, -1)).reshape(count, side, side, -1)
    result = _solved(pictures, wanted, errors, weights)
    return np.clip(result[:, BORDER:-BORDER, BORDER:-BORDER], -1, 1)


def _differences(pictures: Floats) -> Floats:
    """(n, pairs, 20, 20, C): the mean of each pair of neighbours less the pixel between them."""
    side = SIDE - 2 * _ORDER
    centre = pictures[:, _ORDER:-_ORDER, _ORDER:-_ORDER]
    result = np.empty((len(pictures), len(_PAIRS), *centre.shape[1:]), np.float32)
    for number, (y, x) in enumerate(_PAIRS):
        one, other = (
            pictures[:, _ORDER + down : _ORDER + down + side, _ORDER + across : _ORDER + across + side]
            for down, across in ((y, x), (-y, -x))
        )
        np.add(one, other, out=result[:, number])
    result *= np.float32(0.5)
    result -= centre[:, None]
    return result


def _weights(differences: Floats, guessed: Flags | None) -> Floats:
    """(n, pairs), of sum 1: the weights of the neighbours that predict the pixels between them with the least error."""
    middle = differences[..., differences.shape[-1] // 2]  # the others have the same structure
    middle = np.ascontiguousarray(middle).reshape(*middle.shape[:2], -1)
    if guessed is None:
        return _fitted(middle, np.ones((len(middle), middle.shape[2]), np.bool_))
    known = _known(guessed, _ORDER)
    weights = _fitted(middle, known)
    few = known.sum(1) < _FEW
    if few.any():
        weights[few] = 0
        weights[few, :_NEAR] = _fitted(middle[few, :_NEAR], _known(guessed[few], _NEAR_ORDER))
    return weights


def _fitted(differences: Floats, known: Flags) -> Floats:
    """(n, pairs), of sum 1, of differences (n, pairs, pixels) where these are `known` (n, pixels)."""
    count = differences.shape[1]
    covariance = (differences * known[:, None]) @ differences.transpose(0, 2, 1)
    covariance /= np.maximum(known.sum(1), 1)[:, None, None]
    ridge = _RIDGE / count * np.trace(covariance, axis1=1, axis2=2) + _LEAST
    covariance += ridge[:, None, None] * np.eye(count, dtype=np.float32)
    weights = np.linalg.solve(covariance, np.ones((len(covariance), count, 1), np.float32))[..., 0]
    normal: Floats = weights / weights.sum(1, keepdims=True)
    return normal


def _known(guessed: Flags, order: int) -> Flags:
    """(n, 20 · 20): the pixels of which neither they themselves nor what is so near is among the guessed."""
    side, reach = SIDE - 2 * _ORDER, 2 * order + 1
    first = _ORDER - order
    rows = np.logical_or.reduce([guessed[:, start : start + side] for start in range(first, first + reach)])
    spread = np.logical_or.reduce([rows[:, :, start : start + side] for start in range(first, first + reach)])
    known: Flags = ~spread.reshape(len(guessed), -1)
    return known


def _filters(weights: Floats) -> Floats:
    """(n, 7, 7): what gives the error of prediction."""
    filters = np.zeros((len(weights), 2 * _ORDER + 1, 2 * _ORDER + 1), np.float32)
    filters[:, _ORDER, _ORDER] = 1
    for number, (y, x) in enumerate(_PAIRS):
        filters[:, _ORDER + y, _ORDER + x] = filters[:, _ORDER - y, _ORDER - x] = -weights[:, number] / 2
    return filters


def _correlations(filters: Floats) -> Floats:
    """(n, 2 · 26 · 52): the filters' correlations with themselves, by the distance of two pixels, 52 to a row."""
    side, reach = 2 * _ORDER + 1, 2 * _ORDER
    squares = np.zeros((len(filters), 4 * _ORDER + 1, 4 * _ORDER + 1), np.float32)
    for y in range(side):
        for x in range(side):
            squares[:, y : y + side, x : x + side] += filters[:, y, x, None, None] * filters
    tables = np.zeros((len(filters), 2 * SIDE, _STRIDE), np.float32)
    # From the middle, negative distances across lie at the end of the row above.
    tables[:, SIDE - reach : SIDE + reach + 1, SIDE - reach : SIDE + reach + 1] = squares
    return tables.reshape(len(filters), -1)


def _solved(pictures: Floats, wanted: Flags, errors: Floats, weights: Floats) -> Floats:
    """The pictures filled anew where that is wanted, so that the errors of prediction (n, 20, 20, C) are least, but for
    what lies near an edge of a window."""
    inside = np.zeros_like(wanted)
    inside[:, _OUTER:-_OUTER, _OUTER:-_OUTER] = wanted[:, _OUTER:-_OUTER, _OUTER:-_OUTER]
    counts = inside.sum((1, 2))
    window, y, x = np.nonzero(inside)
    row = np.arange(len(window)) - (np.cumsum(counts) - counts)[window]
    places = np.zeros((2, len(wanted), int(counts.max())), np.intp)
    places[:, window, row] = y, x
    used = np.arange(places.shape[2]) < counts[:, None]
    slopes = np.zeros((*used.shape, pictures.shape[3]), np.float32)
    slopes[window, row] = _slopes(errors, weights)[window, y - _OUTER, x - _OUTER]
    result = pictures.copy()
    result[window, y, x] -= _conjugate_gradients(_system(_filters(weights), places, used), slopes)[window, row]
    return result


def _slopes(errors: Floats, weights: Floats) -> Floats:
    """(n, h, w, C): by how much each inner pixel adds to the squares of the errors around it."""

    def moved(y: int, x: int) -> Floats:
        side = errors.shape[1] - 2 * _INNER
        part: Floats = errors[:, _INNER + y : _INNER + y + side, _INNER + x : _INNER + x + side]
        return part

    slopes = moved(0, 0).copy()
    for (y, x), weight in zip(_PAIRS, weights.T, strict=True):
        slopes -= (weight / 2)[:, None, None, None] * (moved(y, x) + moved(-y, -x))
    return slopes


def _system(filters: Floats, places: NDArray[np.intp], used: Flags) -> Floats:
    """(n, h, h): how the errors depend on each two of the h missing pixels of a window, where these are `used`."""
    tables = _correlations(filters)
    at = places[0] * _STRIDE + places[1]
    rows = at + (np.arange(len(at)) * tables.shape[1] + _MIDDLE)[:, None]
    system: Floats = tables.reshape(-1).take(rows[:, :, None] - at[:, None, :])
    system *= used[:, :, None] & used[:, None, :]
    diagonal = np.arange(at.shape[1])
    system[:, diagonal, diagonal] += _KEEP * tables[:, _MIDDLE, None]
    return system


def _conjugate_gradients(system: Floats, wanted: Floats) -> Floats:
    """x (n, h, C) of system (n, h, h) · x = wanted (n, h, C), closely enough: twice the steps gave 0.01 dB more.

    Not by a factorisation: BLAS shares even small ones among threads, which then wait for each other. The products here
    are too small for that.
    """
    solution, rest = np.zeros_like(wanted), wanted.copy()
    direction, size = rest.copy(), np.einsum("khc,khc->kc", rest, rest)
    for _ in range(_STEPS):
        change = system @ direction
        step = size / np.maximum(np.einsum("khc,khc->kc", direction, change), _LEAST**2)
        solution += step[:, None] * direction
        rest -= step[:, None] * change
        before, size = size, np.einsum("khc,khc->kc", rest, rest)
        direction = rest + (size / np.maximum(before, _LEAST**2))[:, None] * direction
    return solution


_MIDDLE = SIDE * _STRIDE + SIDE
