"""Classical fillers, without a network: (picture (H, W, 3) uint8, hole (H, W) bool) → picture.

OpenCV's fillers may use the values in the hole, which should therefore be black, and may change pixels outside it. Slow
fillers run on a window around each group of holes, so that their time does not grow with the picture.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import patchmatch

from gan_inpaint_training.evaluation.metrics import Hole, Picture

Fill = Callable[[Picture, Hole], Picture]

_RADIUS = 3  # pixels
_CONTEXT = 32  # pixels around a hole
_WIDE_CONTEXT = 128  # pixels around a hole for exemplar-based fillers
_PATCH_RADIUS = 3  # pixels: patches of 7 × 7
_BLOCK = 16
"""Pixels a side of the blocks of frequency-selective reconstruction, which leaves an incomplete last block unfilled."""


def mean_fill(picture: Picture, hole: Hole) -> Picture:
    """Fill with the mean colour of the known pixels."""
    filled = picture.copy()
    filled[hole] = picture[~hole].mean(0).round()
    return filled


def telea_fill(picture: Picture, hole: Hole) -> Picture:
    """Fill by fast marching (Telea 2004), OpenCV's, radius 3."""
    filled: Picture = cv2.inpaint(picture, hole.astype(np.uint8), _RADIUS, cv2.INPAINT_TELEA)
    return filled


def navier_stokes_fill(picture: Picture, hole: Hole) -> Picture:
    """Continue isophotes as a fluid's streamlines (Bertalmio, Bertozzi and Sapiro 2001), OpenCV's, radius 3."""
    filled: Picture = cv2.inpaint(picture, hole.astype(np.uint8), _RADIUS, cv2.INPAINT_NS)
    return filled


def biharmonic_fill(picture: Picture, hole: Hole) -> Picture:
    """Solve the biharmonic equation (Damelin and Hoang 2018), scikit-image's."""
    from skimage.restoration import inpaint_biharmonic  # a second to import

    smooth = inpaint_biharmonic(picture, hole, channel_axis=2)
    filled: Picture = np.rint(np.clip(smooth, 0, 1) * 255).astype(np.uint8)
    return filled


def fsr_fill(picture: Picture, hole: Hole) -> Picture:
    """Fill by rapid frequency-selective reconstruction (Genser et al. 2017), OpenCV's fast setting."""
    down, right = (-extent % _BLOCK for extent in hole.shape)
    framed = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)
    known = cv2.copyMakeBorder((~hole).astype(np.uint8), 0, down, 0, right, cv2.BORDER_REPLICATE) * 255
    filled: Picture = framed.copy()
    cv2.xphoto.inpaint(framed, known, filled, cv2.xphoto.INPAINT_FSR_FAST)
    return filled[: hole.shape[0], : hole.shape[1]]


def shift_map_fill(picture: Picture, hole: Hole) -> Picture:
    """Shift pieces of the picture into the hole (after He and Sun 2012), OpenCV's, in CIE Lab.

    In tiny pictures OpenCV leaves some pixels at zero; these get Telea's fill.
    """
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    filled = lab.copy()
    cv2.xphoto.inpaint(lab, (~hole).astype(np.uint8) * 255, filled, cv2.xphoto.INPAINT_SHIFTMAP)
    shown: Picture = cv2.cvtColor(filled, cv2.COLOR_LAB2RGB)
    left = hole & ~filled.any(2)  # black is (0, 128, 128)
    return telea_fill(np.where(hole[..., None] & ~left[..., None], shown, picture), left) if left.any() else shown


def patchmatch_fill(picture: Picture, hole: Hole) -> Picture:
    """Fill by patches of the picture, coarse to fine (Wexler et al. 2007, Barnes et al. 2009), PyPatchMatch's.

    Every call starts from the same seed, so that equal inputs give equal fills.
    """
    return patchmatch.inpaint(picture, hole, patch_size=_PATCH_RADIUS)


def in_windows(fill: Fill, context: int) -> Fill:
    """Return `fill` restricted to windows that reach `context` pixels around each group of holes.

    Holes belong to one group where their surroundings of that width touch.
    """
    kernel = np.ones((2 * context + 1, 2 * context + 1), np.uint8)

    def filled(picture: Picture, hole: Hole) -> Picture:
        near = cv2.dilate(hole.astype(np.uint8), kernel)
        _, labels, boxes, _ = cv2.connectedComponentsWithStats(near)
        out = picture.copy()
        for label, (left, top, width, height, _) in enumerate(boxes[1:].tolist(), start=1):
            window = slice(top, top + height), slice(left, left + width)
            mine = hole[window] & (labels[window] == label)
            out[window][mine] = fill(np.ascontiguousarray(picture[window]), np.ascontiguousarray(hole[window]))[mine]
        return out

    return filled


CLASSICAL: dict[str, Fill] = {
    "mean": mean_fill,
    "telea": telea_fill,
    "navier-stokes": navier_stokes_fill,
    "biharmonic": in_windows(biharmonic_fill, _CONTEXT),
    "fsr": in_windows(fsr_fill, _CONTEXT),
    "shift-map": in_windows(shift_map_fill, _WIDE_CONTEXT),
    "patchmatch": in_windows(patchmatch_fill, _WIDE_CONTEXT),
}
