"""The filler without a network: OpenCV's classical inpainting. Always available.

Frequency-selective reconstruction (Genser et al., "Demonstration of Rapid Frequency Selective Reconstruction for Image
Resolution Enhancement", 2017) continues texture and edges where Navier–Stokes inpainting (Bertalmio, Bertozzi and
Sapiro 2001) smears them. It belongs to OpenCV's contrib modules; without them Navier–Stokes replaces it. Both are slow
on thick holes and see only what is near, so thick holes are filled at a half or a quarter of the resolution: that is
many times as fast, and no worse.
"""

from __future__ import annotations

import cv2
import numpy as np

from gan_inpaint.engine.arrays import Float32Array, UInt8Array

_REDUCTIONS = {1: 4.0, 2: 24.0, 4: np.inf}
"""By what the resolution is divided, and up to which depth of a hole: pixels from the known picture."""

_BLOCK = 16
"""Side, in pixels, of the blocks of the reconstruction; an incomplete last block would stay unfilled."""
_MOST_BLOCKS = 64
"""Blocks that the reconstruction may work on at the full resolution, some 30 ms each. Specks all over a picture touch
every block; they are filled by Navier–Stokes inpainting, whose cost grows with the specks alone."""


class ClassicalFiller:
    """Implements `engine.Filler` with OpenCV."""

    name = "classical"
    window = 256
    size_multiple = 1
    guided = False
    detail = 0.0

    def __call__(self, images: Float32Array, holes: Float32Array, /) -> Float32Array:
        """Fill images (N, 3, H, W) in [-1, 1] where holes (N, 1, H, W) are 1; return (N, 3, H, W).

        A hole without any known pixel stays as it is.
        """
        filled = [
            _filled(cv2.merge(list(image)), (hole[0] > 0.5).astype(np.uint8))
            for image, hole in zip(images, holes, strict=True)
        ]
        return np.stack(filled).transpose(0, 3, 1, 2)


def has_frequency_selective_reconstruction() -> bool:
    """Return whether this OpenCV was built with the contrib module `xphoto`."""
    return hasattr(cv2, "xphoto")


def _filled(image: Float32Array, hole: UInt8Array) -> Float32Array:
    """Return (H, W, 3) filled where `hole` (H, W) is 1: thick components first, so that the thin ones know them."""
    if not 0 < cv2.countNonZero(hole) < hole.size:
        return image
    known = image[hole == 0]
    low, span = float(known.min()), max(float(np.ptp(known)), 1e-6)
    side = _BLOCK * max(_REDUCTIONS)
    down, right = -hole.shape[0] % side, -hole.shape[1] % side
    # Eight bits over the window's own range: neither method fills deeper samples correctly.
    samples = np.rint(np.clip((image - low) * (255 / span), 0, 255)).astype(np.uint8)
    samples = cv2.copyMakeBorder(samples, 0, down, 0, right, cv2.BORDER_REPLICATE)
    rest = cv2.copyMakeBorder(hole, 0, down, 0, right, cv2.BORDER_REPLICATE)
    reductions = _reductions(rest)
    for reduction in sorted(_REDUCTIONS, reverse=True):
        mine = reductions == reduction
        if mine.any():
            np.copyto(samples, _inpainted(samples, rest, reduction), where=mine[..., None])
            rest[mine] = 0
    values = samples[: hole.shape[0], : hole.shape[1]] * np.float32(span / 255) + np.float32(low)
    return np.where(hole[..., None] > 0, values, image)


def _reductions(hole: UInt8Array) -> UInt8Array:
    """Return, for each pixel of the hole, the reduction at which its connected component is filled; 0 elsewhere."""
    count, labels = cv2.connectedComponents(hole, connectivity=8, ltype=cv2.CV_32S)
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, labels, cv2.distanceTransform(hole, cv2.DIST_L2, 3))
    reductions = np.array(list(_REDUCTIONS), np.uint8)[np.searchsorted(list(_REDUCTIONS.values()), deepest)]
    reductions[0] = 0
    chosen: UInt8Array = reductions[labels]
    return chosen


def _inpainted(samples: UInt8Array, hole: UInt8Array, reduction: int) -> UInt8Array:
    """Return all of `samples` (H, W, 3), reduced, inpainted and enlarged again."""
    if reduction == 1:
        scattered = _blocks_touched(hole) > _MOST_BLOCKS
        return _inpaint_navier_stokes(samples, hole) if scattered else _inpaint(samples, hole)
    height, width = hole.shape
    size = (width // reduction, height // reduction)
    weight = (hole == 0).astype(np.float32)
    sums = cv2.resize(samples * weight[..., None], size, interpolation=cv2.INTER_AREA)
    weights = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    reduced = np.rint(sums / np.maximum(weights, 1e-6)[..., None]).astype(np.uint8)
    inpainted = _inpaint(reduced, (weights == 0).astype(np.uint8))
    enlarged: UInt8Array = cv2.resize(inpainted, (width, height), interpolation=cv2.INTER_CUBIC)
    return enlarged


def _inpaint(samples: UInt8Array, hole: UInt8Array) -> UInt8Array:
    if not has_frequency_selective_reconstruction():
        return _inpaint_navier_stokes(samples, hole)
    inpainted: UInt8Array = samples.copy()
    cv2.xphoto.inpaint(samples, (hole == 0).astype(np.uint8) * 255, inpainted, cv2.xphoto.INPAINT_FSR_FAST)
    return np.where(hole[..., None] > 0, inpainted, samples)


def _inpaint_navier_stokes(samples: UInt8Array, hole: UInt8Array) -> UInt8Array:
    inpainted: UInt8Array = cv2.inpaint(samples, hole, 5, cv2.INPAINT_NS)
    return inpainted


def _blocks_touched(hole: UInt8Array) -> int:
    """Return how many blocks have a pixel of the hole, whose sides are multiples of the block's."""
    height, width = hole.shape
    blocks = hole.reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    return int(np.count_nonzero(blocks.any(axis=(1, 3))))
