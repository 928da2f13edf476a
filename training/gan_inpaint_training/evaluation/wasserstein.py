"""How far the texture of a fill is from the truth's: sliced Wasserstein distance of Laplacian patches.

After Karras et al., "Progressive Growing of GANs" (2018, section 5), who compare sets of pictures, patches of 7 × 7 of
a Laplacian pyramid, normalised in each channel. Here the two sets come from one picture's hole, and are not normalised:
a texture that is there but too faint is a fault. Places do not count, so right texture at a wrong place costs nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PATCH = 7
OCTAVES = 2
DIRECTIONS = 128
MOST_PATCHES = 4096
_SEED = 7


def swd(fill: NDArray[np.uint8], truth: NDArray[np.uint8], hole: NDArray[np.bool_]) -> float:
    """Sliced Wasserstein distance between fill and truth in the hole, in 8-bit levels: 0 for the same texture.

    Pictures are (H, W, 3), the hole is (H, W). With I₀ the picture and Iₙ₊₁ = reduce(Iₙ), OpenCV's 5 × 5 Gaussian
    pyramid (borders mirrored), octave n is the band Lₙ = Iₙ − expand(Iₙ₊₁), n = 0, 1; its hole is every 2ⁿ-th pixel
    of the hole in both directions, and an octave without one does not count. From each band the 7 × 7 × 3 patches
    centred on its hole's pixels are taken, at most 4096 of them at the same places in both pictures, and projected on
    128 unit vectors drawn evenly on the sphere. The distance of a projection is that of order 1 between the two sets
    of numbers, the mean of |aᵢ − bᵢ| with both sorted. The result is the mean over projections, then over octaves.
    Places and directions are drawn from a fixed seed, so the same input gives the same number.
    """
    random = np.random.default_rng(_SEED)
    directions = random.standard_normal((PATCH * PATCH * 3, DIRECTIONS)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    distances = []
    for octave, (ours, theirs) in enumerate(zip(_bands(fill), _bands(truth), strict=True)):
        places = np.argwhere(hole[:: 2**octave, :: 2**octave])
        if len(places) > MOST_PATCHES:
            places = random.choice(places, MOST_PATCHES, replace=False)
        if len(places):
            one, other = (np.sort(_patches(band, places) @ directions, axis=0) for band in (ours, theirs))
            distances.append(float(np.abs(one - other).mean()))
    return float(np.mean(distances))


def _bands(picture: NDArray[np.uint8]) -> list[Floats]:
    """The octaves' bands of the Laplacian pyramid (Burt and Adelson 1983), the finest first."""
    bands, level = [], picture.astype(np.float32)
    for _ in range(OCTAVES):
        smaller = cv2.pyrDown(level)
        bands.append(level - cv2.pyrUp(smaller, dstsize=level.shape[1::-1]))
        level = smaller
    return bands


def _patches(band: Floats, places: NDArray[np.intp]) -> Floats:
    """(K, 147): the patches centred on `places` (K, 2), row and column; the band is mirrored at the picture's edge."""
    margin = PATCH // 2
    framed = cv2.copyMakeBorder(band, margin, margin, margin, margin, cv2.BORDER_REFLECT_101)
    patches = sliding_window_view(framed, (PATCH, PATCH), axis=(0, 1))[places[:, 0], places[:, 1]]
    return patches.reshape(len(places), -1)
