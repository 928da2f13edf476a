"""Random holes for training and evaluation: boxes, strokes, blobs and film damage, alone or mixed by weight.

Every kind is a function of a random generator and a size, some with a box or pictures of damage besides, and returns a
(size, size) uint8 mask, 255 = hole, which may be empty or larger than `LARGEST_HOLE`: `Masks` draws again then. Boxes,
strokes, blobs and film damage are shares of the side, and look alike at any resolution; scratches, hairs and dust are
pixels thick.
"""

from gan_inpaint_training.masks.boxes import Box, BoxShares
from gan_inpaint_training.masks.canvas import Mask
from gan_inpaint_training.masks.mixture import FILM_DAMAGE, KINDS, LARGEST_HOLE, NAMES, MaskError, Masks, draw

__all__ = ["FILM_DAMAGE", "KINDS", "LARGEST_HOLE", "NAMES", "Box", "BoxShares", "Mask", "MaskError", "Masks", "draw"]
