"""Small scans with scratches, and masks of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data

SIZE = (150, 200)


def clean() -> NDArray[np.uint8]:
    """A smooth photograph (150, 200, 3), which has no scratches."""
    top, left = 50, 120
    return cv2.GaussianBlur(data.astronaut()[top : top + SIZE[0], left : left + SIZE[1]], (0, 0), 3)


def scratched(number: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The same with a white scratch from top to bottom, elsewhere for each number, and its mask (150, 200)."""
    pixels, mask = clean(), np.zeros(SIZE, np.uint8)
    left = (82 + 7 * number) % 180
    ends = (left, 0), (left + 8, SIZE[0] - 1)
    cv2.line(pixels, *ends, (255, 255, 255), 2)
    cv2.line(mask, *ends, 255, 5)
    return pixels, mask


def write_scans(folder: Path, count: int) -> Path:
    """Write `folder/scan-00.png` and so on, and their masks into `masks` beside the folder, which is returned."""
    masks = folder.parent / "masks"
    for place in (folder, masks):
        place.mkdir()
    for number in range(count):
        pixels, mask = scratched(number)
        Image.fromarray(pixels).save(folder / f"scan-{number:02}.png")
        Image.fromarray(mask).save(masks / f"scan-{number:02}.png")
    return masks


def entries(output: Path) -> list[dict[str, Any]]:
    """The lines of a folder's journal."""
    lines = (output / ".gan-inpaint" / "journal.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def began(output: Path) -> list[str]:
    """The names of the pictures that were begun, as often as they were."""
    return [entry["name"] for entry in entries(output) if entry["event"] == "started"]
