"""Bounding-box operations: dilate a hole, crop its box from a picture, paste a patch into it.

Cropping and pasting are products with interpolation matrices built from the mask, one for the rows and one for the
columns. Every sample of a batch therefore has its own box, gradients flow, and no shape depends on the data, so that
ONNX can express it. The filter is a triangle as wide as the reduction, cut off at the box's border and normalised: it
is bilinear for enlarging, free of aliasing for reducing, and an exact copy (up to rounding) at the same size.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class Span(NamedTuple):
    """The pixels start ≤ i < stop of one axis; each (N,), float32, whole numbers."""

    start: Tensor
    stop: Tensor


def bounding_box(mask: Tensor) -> tuple[Span, Span]:
    """Return the rows and the columns of the smallest box around all pixels above 0 of `mask` (N, 1, H, W).

    The box of an empty mask is the whole picture.
    """
    return _extent(mask.amax((1, 3))), _extent(mask.amax((1, 2)))


def dilate(mask: Tensor, pixels: int) -> Tensor:
    """Dilate `mask` (N, 1, H, W) by a square that reaches `pixels` to every side."""
    return F.max_pool2d(mask, 2 * pixels + 1, 1, pixels) if pixels else mask


def crop_box(image: Tensor, mask: Tensor, side: int) -> Tensor:
    """Return the mask's bounding box of `image` (N, C, H, W), resampled to (N, C, side, side)."""
    rows, columns = bounding_box(mask)
    return _crop(image, rows, columns, side)


def paste_box(patch: Tensor, mask: Tensor) -> Tensor:
    """Stretch `patch` (N, C, h, w) over the bounding box of `mask` (N, 1, H, W): (N, C, H, W), zero elsewhere."""
    rows, columns = bounding_box(mask)
    down = _stretch(rows, patch.shape[2], mask.shape[2]).to(patch.dtype)
    across = _stretch(columns, patch.shape[3], mask.shape[3]).to(patch.dtype)
    return down.unsqueeze(1) @ patch @ across.unsqueeze(1).transpose(2, 3)


def crop_around(image: Tensor, mask: Tensor, side: int) -> Tensor:
    """Return a window (N, C, side, side) of `image` (N, C, H, W), unscaled, centred on the mask's bounding box.

    Near the picture's border the window is shifted, not cut. Raises ValueError where the picture is smaller than the
    window.
    """
    height, width = image.shape[2:]
    if min(height, width) < side:
        raise ValueError(f"a window of {side}×{side} pixels does not fit into a picture of {width}×{height}")
    rows, columns = bounding_box(mask)
    return _crop(image, _window(rows, side, height), _window(columns, side, width), side)


def _extent(occupied: Tensor) -> Span:
    """Return the span from the first to the last occupied position of (N, size); the whole axis if none is occupied."""
    size = occupied.shape[1]
    positions = torch.arange(size, device=occupied.device, dtype=torch.float32).expand_as(occupied)
    start = positions.masked_fill(occupied <= 0, size).amin(1)
    stop = positions.masked_fill(occupied <= 0, -1).amax(1) + 1
    empty = stop == 0
    return Span(start.masked_fill(empty, 0), stop.masked_fill(empty, size))


def _window(span: Span, side: int, size: int) -> Span:
    start = ((span.start + span.stop - side) / 2).floor().clamp(0, size - side)
    return Span(start, start + side)


def _crop(image: Tensor, rows: Span, columns: Span, side: int) -> Tensor:
    down = _sample(rows, image.shape[2], side).to(image.dtype)
    across = _sample(columns, image.shape[3], side).to(image.dtype)
    return down.unsqueeze(1) @ image @ across.unsqueeze(1).transpose(2, 3)


def _sample(span: Span, size: int, count: int) -> Tensor:
    """Return (N, count, size): each row has the weights of one of `count` pixels on the span of `size` pixels."""
    source, step = _positions(size, span), (span.stop - span.start)[:, None] / count
    centre = span.start[:, None] + (_positions(count, span) + 0.5) * step - 0.5
    inside = (source >= span.start[:, None]) & (source < span.stop[:, None])
    return _normalised(_triangle(centre, source, step) * inside.unsqueeze(1))


def _stretch(span: Span, count: int, size: int) -> Tensor:
    """Return (N, size, count): each row in the span has its weights on `count` pixels; the other rows are zero."""
    target, step = _positions(size, span), count / (span.stop - span.start)[:, None]
    centre = (target - span.start[:, None] + 0.5) * step - 0.5
    inside = (target >= span.start[:, None]) & (target < span.stop[:, None])
    return _normalised(_triangle(centre, _positions(count, span), step) * inside.unsqueeze(2))


def _positions(count: int, span: Span) -> Tensor:
    return torch.arange(count, device=span.start.device, dtype=torch.float32)


def _triangle(centre: Tensor, source: Tensor, step: Tensor) -> Tensor:
    """Return weights (N, centres, sources) that fall linearly to zero one step, at least one pixel, from a centre."""
    distance = (centre.unsqueeze(2) - source).abs()
    return (1 - distance / step.clamp_min(1).unsqueeze(2)).clamp_min(0)


def _normalised(weights: Tensor) -> Tensor:
    return weights / weights.sum(2, keepdim=True).clamp_min(1e-6)
