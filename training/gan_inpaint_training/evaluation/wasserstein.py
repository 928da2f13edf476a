"""The distance of a fill's texture from the truth's: sliced Wasserstein distance of Laplacian patches.

After Karras et al., "Progressive Growing of GANs" (2018, section 5), who compare sets of pictures by 7 × 7 patches of a
Laplacian pyramid, normalised in each channel. Here both sets come from one picture's hole and are not normalised, so
that too faint a texture counts as an error. Positions do not count: the right texture at a wrong position costs
nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]

PATCH = 7  # pixels a side
LEVELS = 2  # of the pyramid
DIRECTIONS = 128  # projections
MOST_PATCHES = 4096  # of a level
_SEED = 7


def swd(fill: NDArray[np.uint8], truth: NDArray[np.uint8], hole: NDArray[np.bool_]) -> float:
    """Return the sliced Wasserstein distance between fill and truth in the hole, in 8-bit levels; 0: same texture.

    Pictures are (H, W, 3), the hole is (H, W). With I₀ the picture and Iₙ₊₁ = reduce(Iₙ), OpenCV's 5 × 5 Gaussian
    pyramid (borders mirrored), level n is the band Lₙ = Iₙ − expand(Iₙ₊₁), n = 0, 1; its hole is every 2ⁿ-th pixel
    of the hole in both directions, and a level without one does not count. From each band the 7 × 7 × 3 patches
    centred on its hole's pixels are taken, at most 4096 of them at the same places in both pictures, and projected on
    128 unit vectors drawn evenly on the sphere. The distance of a projection is that of order 1 between the two sets
    of numbers, the mean of |aᵢ − bᵢ| with both sorted. The result is the mean over projections, then over levels.
    Positions and directions are drawn from a fixed seed, so the same input gives the same number.
    """
    random = np.random.default_rng(_SEED)
    directions = random.standard_normal((PATCH * PATCH * 3, DIRECTIONS)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    distances = []
    for level, (ours, theirs) in enumerate(zip(_bands(fill), _bands(truth), strict=True)):
        places = np.argwhere(hole[:: 2**level, :: 2**level])
        if len(places) > MOST_PATCHES:
            places = random.choice(places, MOST_PATCHES, replace=False)
        if len(places):
            one, other = (np.sort(_patches(band, places) @ directions, axis=0) for band in (ours, theirs))
            distances.append(float(np.abs(one - other).mean()))
    return float(np.mean(distances))


def _bands(picture: NDArray[np.uint8]) -> list[Float32Array]:
    """Return the bands of the Laplacian pyramid (Burt and Adelson 1983), the finest first."""
    bands, level = [], picture.astype(np.float32)
    for _ in range(LEVELS):
        smaller = cv2.pyrDown(level)
        bands.append(level - cv2.pyrUp(smaller, dstsize=level.shape[1::-1]))
        level = smaller
    return bands


def _patches(band: Float32Array, places: NDArray[np.intp]) -> Float32Array:
    """Return (K, 147): the patches centred on `places` (K, 2), row and column; the band is mirrored at its edges."""
    margin = PATCH // 2
    framed = cv2.copyMakeBorder(band, margin, margin, margin, margin, cv2.BORDER_REFLECT_101)
    patches = sliding_window_view(framed, (PATCH, PATCH), axis=(0, 1))[places[:, 0], places[:, 1]]
    return patches.reshape(len(places), -1)
