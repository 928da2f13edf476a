"""How close the repair of scratched scans comes to the truth: the table of docs/scans.md.

    python -m benchmarks.repairs PHOTOGRAPHS FILM_DAMAGE

draws damage into each photograph, a mixture of the kinds and then one kind, and prints the mean PSNR in dB of each
filler: over all damage with its true mask, and over what the detector finds with the mask that it selects.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

import gan_inpaint
from gan_inpaint_training.damage.film.composition import covered
from gan_inpaint_training.damage.film.kinds import KINDS
from gan_inpaint_training.damage.layers import Layer
from gan_inpaint_training.data import Picture, Pictures, sources
from gan_inpaint_training.detector import FILM, held_out
from gan_inpaint_training.detector.crops import Mixture
from gan_inpaint_training.evaluation.classical import CLASSICAL
from gan_inpaint_training.evaluation.metrics import psnr

SEED = 6
MIXED, FOUND = "a mixture", "a mixture, as found"
HIDES = 1 / 25
"""The opacity above which damage belongs to its true mask."""
MOST = 0.25
"""The share of a picture above which damage is not repaired."""

Mask = NDArray[np.uint8]
Fill = Callable[[Picture, Mask], Picture]


def main(photographs: str, film_damage: str) -> None:
    """Print the table, one row for each kind of damage."""
    fillers: dict[str, Fill] = {
        "telea": lambda picture, mask: CLASSICAL["telea"](picture, mask > 0),
        "fsr": lambda picture, mask: CLASSICAL["fsr"](picture, mask > 0),
        "repair": gan_inpaint.repair,
    }
    scores: dict[str, list[list[float]]] = defaultdict(list)
    for kind, truth, harmed, mask in _cases(photographs, film_damage):
        scores[kind].append([psnr(fill(harmed, mask), truth, mask > 0) for fill in fillers.values()])
    console = Console()
    console.print("| damage | pictures |", " | ".join(fillers), "|")
    console.print("|---" * (2 + len(fillers)) + "|")
    for kind, rows in sorted(scores.items()):
        console.print(f"| {kind} | {len(rows)} |", " | ".join(f"{mean:.2f}" for mean in np.mean(rows, 0)), "|")


def _cases(photographs: str, film_damage: str) -> Iterator[tuple[str, Picture, Picture, Mask]]:
    """Yield kind of damage, the photograph without and with it, and its mask."""
    for _, name, truth, harmed, mask in damaged(photographs, film_damage):
        if 0 < mask.mean() < 255 * MOST:
            yield name, truth, harmed, mask
        if name == MIXED and (found := gan_inpaint.select(gan_inpaint.detect(harmed))).any():
            yield FOUND, truth, harmed, found


def damaged(photographs: str, film_damage: str) -> Iterator[tuple[int, str, Picture, Picture, Mask]]:
    """Yield each photograph twice: its number, the kind of damage, the photograph without and with it, and its mask."""
    pictures = Pictures(list(sources.members(Path(photographs))), 64, None, 1024)
    mixture = Mixture(dict.fromkeys([FILM, *KINDS], 1.0), held_out([film_damage]))
    for number, truth in enumerate(pictures):
        random, side = np.random.default_rng((SEED, number)), max(truth.shape[:2])
        kind = mixture.names[number % len(mixture.names)]
        for name, layers in ((MIXED, mixture.draw(random, side)), (kind, mixture.of(kind, random, side))):
            yield number, name, truth, *_harmed(random, truth, layers)


def _harmed(random: np.random.Generator, truth: Picture, layers: list[Layer]) -> tuple[Picture, Mask]:
    height, width = truth.shape[:2]
    shades, mask = truth.astype(np.float32), np.zeros((height, width), np.uint8)
    for layer in layers:
        seen = Layer(np.ascontiguousarray(layer.opacity[:height, :width]), layer.light)
        shades = covered(random, shades, seen)
        mask[seen.opacity > HIDES] = 255
    return np.clip(shades, 0, 255).round().astype(np.uint8), mask


if __name__ == "__main__":
    main(*sys.argv[1:])
