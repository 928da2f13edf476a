"""Random holes for training and evaluation: boxes, strokes, blobs and film damage, alone or mixed by weight.

Every kind is a function of a random generator and a size, and returns a (size, size) uint8 mask, 255 = hole. Sizes in
the functions are shares of the side, so a kind looks alike at any resolution.
"""

from gan_inpaint_training.masks.boxes import Box, BoxShares
from gan_inpaint_training.masks.canvas import Mask
from gan_inpaint_training.masks.mixture import FILM_DAMAGE, KINDS, LARGEST_HOLE, NAMES, MaskError, Masks, draw

__all__ = ["FILM_DAMAGE", "KINDS", "LARGEST_HOLE", "NAMES", "Box", "BoxShares", "Mask", "MaskError", "Masks", "draw"]
