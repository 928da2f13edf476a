"""What is thin, or near a rim, by the picture's own statistics: two-dimensional autoregression.

A pixel of a photograph is nearly a weighted mean of its neighbours, by weights that are much the same all around a
place. They are fitted to the known pixels there, and what is missing is what leaves the least error of prediction
(Kokaram, "Motion Picture Restoration", 1998, sections 3.1 and 6.3; Janssen, Veldhuis and Vries, "Adaptive
Interpolation of Discrete-Time Signals", 1986). Where the model says little, a smooth fill is kept.
"""

from __future__ import annotations

import math

import numpy as np

from gan_inpaint.engine.arrays import Flags, Floats, Places

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
_FEW = 18  # pixels of which all neighbours are known
_RIDGE, _LEAST = 0.25, 1e-6
_KEEP = 0.02
"""How strongly the smooth fill is kept, in units of what the model says of one pixel."""
_CHUNK = 32
_OUTER = BORDER - _ORDER
"""Holes nearer to a window's edge than this are taken as they are filled."""
_INNER = _OUTER - _ORDER
"""What the errors of prediction are wider by than that, on each side."""
_STEPS = 8
_STRIDE = 2 * SIDE
_NOWHERE = -_STRIDE
"""A place so far above a window's inner pixels that it has nothing to do with them."""


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
    errors = (weights[:, None] @ differences.reshape(count, pairs, -1)).reshape(count, side, side, -1)
    result = _solved(pictures, wanted, errors, weights)
    return np.clip(result[:, BORDER:-BORDER, BORDER:-BORDER], -1, 1)


def _differences(pictures: Floats) -> Floats:
    """(n, pairs, 20, 20, C): each pixel less the mean of each pair of its neighbours, twice."""
    twice = 2 * _moved(pictures, _ORDER, 0, 0)
    result = np.empty((len(pictures), len(_PAIRS), *twice.shape[1:]), np.float32)
    for number, (y, x) in enumerate(_PAIRS):
        np.subtract(twice, _moved(pictures, _ORDER, y, x), out=result[:, number])
        result[:, number] -= _moved(pictures, _ORDER, -y, -x)
    return result


def _moved(windows: Floats, border: int, y: int, x: int) -> Floats:
    """The windows (n, h, w, C) without their border, but moved by (y, x)."""
    height, width = windows.shape[1] - border, windows.shape[2] - border
    return windows[:, border + y : height + y, border + x : width + x]


def _weights(differences: Floats, guessed: Flags | None) -> Floats:
    """(n, pairs), of sum 1: the weights of the neighbours that predict the pixels between them with the least error."""
    middle = differences[..., differences.shape[-1] // 2]  # the others have the same structure
    middle = np.ascontiguousarray(middle).reshape(*middle.shape[:2], -1)
    if guessed is None:
        return _fitted(middle)
    known = _known(guessed, _ORDER)
    weights = _fitted(middle, known)
    few = known.sum(1) < _FEW
    if few.any():
        weights[few] = 0
        weights[few, :_NEAR] = _fitted(middle[few, :_NEAR], _known(guessed[few], _NEAR_ORDER))
    return weights


def _fitted(differences: Floats, known: Flags | None = None) -> Floats:
    """(n, pairs), of sum 1, of differences (n, pairs, pixels); if `known` (n, pixels) is given, only where it holds."""
    count, pixels = differences.shape[1:]
    used = differences if known is None else differences * known[:, None]
    covariance = used @ differences.transpose(0, 2, 1)
    covariance /= pixels if known is None else np.maximum(known.sum(1), 1)[:, None, None]
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


def _correlations(weights: Floats) -> Floats:
    """(n, 2 · 26 · 52): how the errors depend on two pixels together, by the distance of these, 52 to a row: the
    correlation of what gives an error with itself, which is its power spectrum's transform."""
    side = 4 * _ORDER + 1
    filters = np.zeros((len(weights), side, side), np.float32)
    filters[:, 0, 0] = 1
    rows, columns = np.array(_PAIRS).T
    for sign in (1, -1):
        filters[:, sign * rows, sign * columns] = weights * np.float32(-0.5)
    spectrum = np.fft.rfft2(filters)
    power = spectrum.real**2 + spectrum.imag**2
    tables = np.zeros((len(weights), 2 * SIDE, _STRIDE), np.float32)
    # From the middle, negative distances across lie at the end of the row above.
    inner = slice(SIDE - 2 * _ORDER, SIDE + 2 * _ORDER + 1)
    tables[:, inner, inner] = np.fft.fftshift(np.fft.irfft2(power, (side, side)), axes=(1, 2))
    return tables.reshape(len(tables), -1)


def _solved(pictures: Floats, wanted: Flags, errors: Floats, weights: Floats) -> Floats:
    """The pictures filled anew where that is wanted, so that the errors of prediction (n, 20, 20, C) are least, but for
    what lies near an edge of a window."""
    inside = np.zeros_like(wanted)
    inside[:, _OUTER:-_OUTER, _OUTER:-_OUTER] = wanted[:, _OUTER:-_OUTER, _OUTER:-_OUTER]
    counts = inside.sum((1, 2))
    window, y, x = np.nonzero(inside)
    row = np.arange(len(window)) - (np.cumsum(counts) - counts)[window]
    places = np.full((len(wanted), int(counts.max())), _NOWHERE)
    places[window, row] = y * _STRIDE + x
    slopes = np.zeros((*places.shape, pictures.shape[3]), np.float32)
    slopes[window, row] = _slopes(errors, weights)[window, y - _OUTER, x - _OUTER]
    result = pictures.copy()
    result[window, y, x] -= _conjugate_gradients(_system(weights, places), slopes)[window, row]
    return result


def _slopes(errors: Floats, weights: Floats) -> Floats:
    """(n, 14, 14, C): by how much each inner pixel adds to the squares of the errors around it, of which `errors` are
    twice the roots."""
    middle = _moved(errors, _INNER, 0, 0)
    pairs = np.empty((len(errors), len(_PAIRS), *middle.shape[1:]), np.float32)
    for number, (y, x) in enumerate(_PAIRS):
        np.add(_moved(errors, _INNER, y, x), _moved(errors, _INNER, -y, -x), out=pairs[:, number])
    around = weights[:, None] @ pairs.reshape(*weights.shape, -1)
    slopes: Floats = 0.5 * middle - 0.25 * around.reshape(middle.shape)
    return slopes


def _system(weights: Floats, places: Places) -> Floats:
    """(n, h, h): how the errors depend on each two of the h missing pixels of a window."""
    tables = _correlations(weights)
    rows = places + (np.arange(len(places)) * tables.shape[1] + _MIDDLE)[:, None]
    system: Floats = tables.reshape(-1).take(rows[:, :, None] - places[:, None, :])
    diagonal = np.arange(places.shape[1])
    system[:, diagonal, diagonal] += _KEEP * tables[:, _MIDDLE, None]
    return system


def _conjugate_gradients(system: Floats, wanted: Floats) -> Floats:
    """x (n, h, C) of system (n, h, h) · x = wanted (n, h, C), closely enough: twice the steps gave 0.01 dB more.

    Not by a factorisation, which would take longer: a few steps of three products each are enough.
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
