"""Remake the example photographs and their masks from the pictures that scikit-image ships.

    python examples/make_examples.py

`rocket`: a SpaceX launch photograph, CC0; the mask is a selection around the right lightning mast and the lamps at its
foot. `astronaut`: a NASA portrait, public domain, with scratches, hairs and dust drawn over it; the mask is the damage.
"""

from pathlib import Path

import cv2
import numpy as np
from skimage import data

from gan_inpaint_training import masks

HERE = Path(__file__).parent
MAST = [(440, 118), (454, 118), (460, 188), (474, 332), (488, 368), (490, 427), (402, 427), (402, 366), (436, 352)]


def object_removal() -> None:
    photograph = data.rocket()
    mask = np.zeros(photograph.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.array(MAST)], 255)
    _write("rocket", photograph, mask)


def scratched_portrait() -> None:
    photograph = data.astronaut()
    random = np.random.default_rng(19)
    mask = np.maximum.reduce([masks.scratches(random, photograph.shape[0]) for _ in range(3)])
    opacity = cv2.GaussianBlur(mask, (0, 0), 0.6)[..., None] / 255
    damaged = photograph * (1 - opacity) + np.array([250, 246, 238]) * opacity
    _write("astronaut", damaged.round().astype(np.uint8), cv2.dilate(mask, np.ones((5, 5), np.uint8)))


def _write(name: str, photograph: np.ndarray, mask: np.ndarray) -> None:
    cv2.imwrite(str(HERE / f"{name}.png"), photograph[..., ::-1])
    cv2.imwrite(str(HERE / f"{name}-mask.png"), mask)


if __name__ == "__main__":
    object_removal()
    scratched_portrait()
