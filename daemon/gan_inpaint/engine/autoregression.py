"""Two-dimensional autoregression: missing pixels from the statistics of the picture around them.

A pixel of a photograph is nearly a weighted mean of its neighbours, with weights that change little around a place. The
weights are fitted to the known pixels there, and the missing pixels are those that leave the least error of prediction
(Kokaram, "Motion Picture Restoration", 1998, sections 3.1 and 6.3; Janssen, Veldhuis and Vries, "Adaptive
Interpolation of Discrete-Time Signals", 1986). Where the model says little, the prefill is kept.
"""

from __future__ import annotations

import math

import numpy as np

from gan_inpaint.engine.arrays import BoolArray, Float32Array, IntArray

SIDE = 26
"""Side of the windows that weights are fitted to, in pixels."""
CORE = 8
"""Side of the inner part of a window, for which its weights are used, in pixels."""
BORDER = (SIDE - CORE) // 2
"""Pixels between the edge of a window and its inner part."""

_ORDER = 3
"""Farthest neighbour in the model along an axis, in pixels."""
_RADIUS_SQUARED = 10
"""Squared distance of the farthest neighbour in the model, in pixels²."""
_SQUARE = [(y, x) for y in range(-_ORDER, _ORDER + 1) for x in range(-_ORDER, _ORDER + 1)]
_PAIRS = sorted(
    ((y, x) for y, x in _SQUARE if (y, x) > (0, 0) and y * y + x * x <= _RADIUS_SQUARED), key=lambda at: math.hypot(*at)
)
"""One of each pair of opposite neighbours, nearest first; the model has the same weight for both."""
_NEAR_PAIRS = 10
"""Number of pairs in the smaller model, for windows in which few pixels have all their neighbours."""
_NEAR_ORDER = 2
"""Farthest neighbour in the smaller model along an axis, in pixels."""
_FEW = 18
"""Pixels with known neighbours below which the smaller model is used."""
_RIDGE = 0.25
"""Ridge of the fit, relative to the mean variance of the pairs."""
_LEAST = 1e-6
"""Absolute ridge, for flat windows."""
_KEEP = 0.02
"""Weight of the prefill, relative to what the model says of one pixel."""
_CHUNK = 32
"""Windows solved together."""
_OUTER = BORDER - _ORDER
"""Missing pixels nearer to a window's edge than this keep their prefill."""
_INNER = _OUTER - _ORDER
"""Pixels on each side by which the prediction errors (20 × 20) extend beyond the solved pixels (14 × 14)."""
_STEPS = 8
"""Steps of the conjugate gradients."""
_STRIDE = 2 * SIDE
"""Pixels from row to row in the table of correlations."""
_MIDDLE = SIDE * _STRIDE + SIDE
"""Place of the distance (0, 0) in the table of correlations."""
_NOWHERE = -_STRIDE
"""A place so far above a window's inner pixels that its correlation with them is 0."""


def interpolate(pictures: Float32Array, wanted: BoolArray, prefilled: BoolArray | None = None) -> Float32Array:
    """Return the inner parts (n, 8, 8, C) of windows with the wanted pixels as the statistics predict them.

    `pictures` (n, 26, 26, C) are in [-1, 1] and complete, with any number of channels. `wanted` (n, 26, 26) marks the
    pixels to predict; all others are taken as they are. The weights are fitted to all pixels but the `prefilled` ones
    (n, 26, 26): the result is then as sharp as the known pixels. With None they are fitted to all pixels, which is
    nearer to the truth where little is known or all is coarse.
    """
    result = np.empty((len(pictures), CORE, CORE, pictures.shape[3]), np.float32)
    order = np.argsort(wanted.sum((1, 2)))  # windows with as many wanted pixels are solved together
    for start in range(0, len(order), _CHUNK):
        some = order[start : start + _CHUNK]
        result[some] = _interpolated(pictures[some], wanted[some], None if prefilled is None else prefilled[some])
    return result


def _interpolated(pictures: Float32Array, wanted: BoolArray, prefilled: BoolArray | None) -> Float32Array:
    differences = _differences(pictures)
    weights = _weights(differences, prefilled)
    count, pairs, side = differences.shape[:3]
    errors = (weights[:, None] @ differences.reshape(count, pairs, -1)).reshape(count, side, side, -1)
    result = _solved(pictures, wanted, errors, weights)
    return np.clip(result[:, BORDER:-BORDER, BORDER:-BORDER], -1, 1)


def _differences(pictures: Float32Array) -> Float32Array:
    """Return twice the difference of each pixel from the mean of each pair of its neighbours, (n, pairs, 20, 20, C)."""
    twice = 2 * _shifted(pictures, _ORDER, 0, 0)
    result = np.empty((len(pictures), len(_PAIRS), *twice.shape[1:]), np.float32)
    for number, (y, x) in enumerate(_PAIRS):
        np.subtract(twice, _shifted(pictures, _ORDER, y, x), out=result[:, number])
        result[:, number] -= _shifted(pictures, _ORDER, -y, -x)
    return result


def _shifted(windows: Float32Array, border: int, y: int, x: int) -> Float32Array:
    """Return the windows (n, h, w, C) without `border` pixels on each side, shifted by (y, x)."""
    height, width = windows.shape[1] - border, windows.shape[2] - border
    return windows[:, border + y : height + y, border + x : width + x]


def _weights(differences: Float32Array, prefilled: BoolArray | None) -> Float32Array:
    """Return the weights of the pairs, (n, pairs) of sum 1, that predict the pixels between them with least error."""
    middle = differences[..., differences.shape[-1] // 2]  # the other channels have the same structure
    middle = np.ascontiguousarray(middle).reshape(*middle.shape[:2], -1)
    if prefilled is None:
        return _fitted(middle)
    known = _known(prefilled, _ORDER)
    weights = _fitted(middle, known)
    few = known.sum(1) < _FEW
    if few.any():
        weights[few] = 0
        weights[few, :_NEAR_PAIRS] = _fitted(middle[few, :_NEAR_PAIRS], _known(prefilled[few], _NEAR_ORDER))
    return weights


def _fitted(differences: Float32Array, known: BoolArray | None = None) -> Float32Array:
    """Return weights (n, pairs) of sum 1 for `differences` (n, pairs, pixels), fitted where `known` (n, pixels)."""
    count, pixels = differences.shape[1:]
    used = differences if known is None else differences * known[:, None]
    covariance = used @ differences.transpose(0, 2, 1)
    covariance /= pixels if known is None else np.maximum(known.sum(1), 1)[:, None, None]
    ridge = _RIDGE / count * np.trace(covariance, axis1=1, axis2=2) + _LEAST
    covariance += ridge[:, None, None] * np.eye(count, dtype=np.float32)
    weights = np.linalg.solve(covariance, np.ones((len(covariance), count, 1), np.float32))[..., 0]
    normal: Float32Array = weights / weights.sum(1, keepdims=True)
    return normal


def _known(prefilled: BoolArray, order: int) -> BoolArray:
    """Return which pixels (n, 20 · 20) have no prefilled one within `order` pixels along both axes."""
    side, reach = SIDE - 2 * _ORDER, 2 * order + 1
    first = _ORDER - order
    rows = np.logical_or.reduce([prefilled[:, start : start + side] for start in range(first, first + reach)])
    spread = np.logical_or.reduce([rows[:, :, start : start + side] for start in range(first, first + reach)])
    known: BoolArray = ~spread.reshape(len(prefilled), -1)
    return known


def _correlations(weights: Float32Array) -> Float32Array:
    """Return how the squared errors depend on two pixels together, by the distance of these, (n, 2 · 26 · 52).

    It is the autocorrelation of the prediction filter, the transform of its power spectrum, with 52 values to a row.
    """
    side = 4 * _ORDER + 1
    filters = np.zeros((len(weights), side, side), np.float32)
    filters[:, 0, 0] = 1
    rows, columns = np.array(_PAIRS).T
    for sign in (1, -1):
        filters[:, sign * rows, sign * columns] = weights * np.float32(-0.5)
    spectrum = np.fft.rfft2(filters)
    power = spectrum.real**2 + spectrum.imag**2
    tables = np.zeros((len(weights), 2 * SIDE, _STRIDE), np.float32)
    # Counted from the middle, negative distances across stand at the end of the row above.
    inner = slice(SIDE - 2 * _ORDER, SIDE + 2 * _ORDER + 1)
    tables[:, inner, inner] = np.fft.fftshift(np.fft.irfft2(power, (side, side)), axes=(1, 2))
    return tables.reshape(len(tables), -1)


def _solved(pictures: Float32Array, wanted: BoolArray, errors: Float32Array, weights: Float32Array) -> Float32Array:
    """Return the pictures with the wanted pixels that make the prediction errors (n, 20, 20, C) least.

    Wanted pixels near the edge of a window stay as they are.
    """
    inside = np.zeros_like(wanted)
    inside[:, _OUTER:-_OUTER, _OUTER:-_OUTER] = wanted[:, _OUTER:-_OUTER, _OUTER:-_OUTER]
    counts = inside.sum((1, 2))
    window, y, x = np.nonzero(inside)
    row = np.arange(len(window)) - (np.cumsum(counts) - counts)[window]
    places = np.full((len(wanted), int(counts.max())), _NOWHERE)
    places[window, row] = y * _STRIDE + x
    gradients = np.zeros((*places.shape, pictures.shape[3]), np.float32)
    gradients[window, row] = _gradients(errors, weights)[window, y - _OUTER, x - _OUTER]
    result = pictures.copy()
    result[window, y, x] -= _conjugate_gradients(_system(weights, places), gradients)[window, row]
    return result


def _gradients(errors: Float32Array, weights: Float32Array) -> Float32Array:
    """Return the gradient (n, 14, 14, C) of the squared prediction errors by each inner pixel.

    `errors` (n, 20, 20, C) are twice the prediction errors.
    """
    middle = _shifted(errors, _INNER, 0, 0)
    pairs = np.empty((len(errors), len(_PAIRS), *middle.shape[1:]), np.float32)
    for number, (y, x) in enumerate(_PAIRS):
        np.add(_shifted(errors, _INNER, y, x), _shifted(errors, _INNER, -y, -x), out=pairs[:, number])
    around = weights[:, None] @ pairs.reshape(*weights.shape, -1)
    gradients: Float32Array = 0.5 * middle - 0.25 * around.reshape(middle.shape)
    return gradients


def _system(weights: Float32Array, places: IntArray) -> Float32Array:
    """Return the matrices (n, h, h) of the squared prediction errors over the h missing pixels of each window."""
    tables = _correlations(weights)
    rows = places + (np.arange(len(places)) * tables.shape[1] + _MIDDLE)[:, None]
    system: Float32Array = tables.reshape(-1).take(rows[:, :, None] - places[:, None, :])
    diagonal = np.arange(places.shape[1])
    system[:, diagonal, diagonal] += _KEEP * tables[:, _MIDDLE, None]
    return system


def _conjugate_gradients(system: Float32Array, wanted: Float32Array) -> Float32Array:
    """Return x (n, h, C) with `system` (n, h, h) · x ≈ `wanted` (n, h, C).

    A few steps are accurate enough, and take less time than a factorisation.
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
