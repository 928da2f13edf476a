"""Kinds of damage of prints by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan_inpaint_training.damage.print import cracks, inscriptions, losses, stains
from gan_inpaint_training.damage.print.marks import Mark
from gan_inpaint_training.damage.print.sheet import Print

TRACED = "traced-crack"
"""Follows the centre lines of real cracks; the other kinds are drawn by rule."""

KINDS: dict[str, Callable[[np.random.Generator, Print], list[Mark]]] = {
    "crack": cracks.crack,
    "dendrite": cracks.dendrite,
    "veins": cracks.veins,
    "craquelure": cracks.craquelure,
    "crease": cracks.crease,
    "scratches": cracks.scratches,
    "hairs": cracks.hairs,
    "flakes": losses.flakes,
    "loss": losses.loss,
    "tear": losses.tear,
    "torn-edge": losses.torn_edge,
    "specks": losses.specks,
    "abrasion": losses.abrasion,
    "stain": stains.stain,
    "foxing": stains.foxing,
    "silvering": stains.silvering,
    "fingerprint": stains.fingerprint,
    "writing": inscriptions.writing,
    "stamp": inscriptions.stamp,
    "tape": inscriptions.tape,
    "pinholes": inscriptions.pinholes,
}
