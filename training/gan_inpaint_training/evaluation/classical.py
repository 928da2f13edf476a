"""The classical lineage: fillers without a network, (picture (H, W, 3) uint8, hole (H, W) bool) → picture.

OpenCV's fillers may glance at what the hole holds, so it should be black; pixels outside it may come back changed. The
slow ones work on a window around each part of the hole, so that their time does not grow with the picture.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from gan_inpaint_training.evaluation.figures import Hole, Picture
from gan_inpaint_training.evaluation.patchmatch import patchmatch_fill

Fill = Callable[[Picture, Hole], Picture]

_RADIUS = 3
_CONTEXT = 32
_WIDE_CONTEXT = 128  # for those who look for examples
_BLOCK = 16
"""Frequency-selective reconstruction works in blocks of this side, and leaves an incomplete last one unfilled."""


def mean_fill(picture: Picture, hole: Hole) -> Picture:
    """The mean colour of the known pixels."""
    filled = picture.copy()
    filled[hole] = picture[~hole].mean(0).round()
    return filled


def telea_fill(picture: Picture, hole: Hole) -> Picture:
    """Fast marching (Telea 2004), OpenCV's, radius 3."""
    filled: Picture = cv2.inpaint(picture, hole.astype(np.uint8), _RADIUS, cv2.INPAINT_TELEA)
    return filled


def navier_stokes_fill(picture: Picture, hole: Hole) -> Picture:
    """Isophotes continued as a fluid's streamlines (Bertalmio, Bertozzi and Sapiro 2001), OpenCV's, radius 3."""
    filled: Picture = cv2.inpaint(picture, hole.astype(np.uint8), _RADIUS, cv2.INPAINT_NS)
    return filled


def biharmonic_fill(picture: Picture, hole: Hole) -> Picture:
    """The solution of the biharmonic equation (Damelin and Hoang 2018), scikit-image's."""
    from skimage.restoration import inpaint_biharmonic  # a second to import

    smooth = inpaint_biharmonic(picture, hole, channel_axis=2)
    filled: Picture = np.rint(np.clip(smooth, 0, 1) * 255).astype(np.uint8)
    return filled


def fsr_fill(picture: Picture, hole: Hole) -> Picture:
    """Rapid frequency-selective reconstruction (Genser et al. 2017), OpenCV's, its fast setting."""
    down, right = (-extent % _BLOCK for extent in hole.shape)
    framed = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)
    known = cv2.copyMakeBorder((~hole).astype(np.uint8), 0, down, 0, right, cv2.BORDER_REPLICATE) * 255
    filled: Picture = framed.copy()
    cv2.xphoto.inpaint(framed, known, filled, cv2.xphoto.INPAINT_FSR_FAST)
    return filled[: hole.shape[0], : hole.shape[1]]


def shift_map_fill(picture: Picture, hole: Hole) -> Picture:
    """Pieces of the picture shifted into the hole (after He and Sun 2012), OpenCV's, in CIE Lab.

    In tiny pictures OpenCV leaves pixels without a piece, as zeros; Telea's fill stands there.
    """
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    filled = lab.copy()
    cv2.xphoto.inpaint(lab, (~hole).astype(np.uint8) * 255, filled, cv2.xphoto.INPAINT_SHIFTMAP)
    shown: Picture = cv2.cvtColor(filled, cv2.COLOR_LAB2RGB)
    left = hole & ~filled.any(2)  # black is (0, 128, 128)
    return telea_fill(np.where(hole[..., None] & ~left[..., None], shown, picture), left) if left.any() else shown


def in_windows(fill: Fill, context: int) -> Fill:
    """`fill`, shown only what is within `context` pixels of each group of holes that lie nearer to each other."""
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
