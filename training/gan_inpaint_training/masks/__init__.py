"""Random holes for training and evaluation: boxes, strokes, blobs and film damage, alone or mixed by weight.

Every kind is a function of a random generator and a size, and of a box or pictures of damage for some kinds. It returns
a (size, size) uint8 mask, 255 = hole; `Masks` draws again if that is empty or larger than `LARGEST_HOLE`. Boxes,
strokes, blobs and film damage scale with the side; scratches, hairs and dust have a thickness in pixels.
"""

from gan_inpaint_training.masks.boxes import Box, BoxShares
from gan_inpaint_training.masks.canvas import Mask
from gan_inpaint_training.masks.mixture import FILM_DAMAGE, KINDS, LARGEST_HOLE, NAMES, MaskError, Masks, draw

__all__ = ["FILM_DAMAGE", "KINDS", "LARGEST_HOLE", "NAMES", "Box", "BoxShares", "Mask", "MaskError", "Masks", "draw"]
