"""Kinds of damage by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan_inpaint_training.detector import blots, lines
from gan_inpaint_training.detector.layers import Layer

FILM = "film-damage"
"""Cut from pictures of film damage; the other kinds are drawn by rule."""

KINDS: dict[str, Callable[[np.random.Generator, int], list[Layer]]] = {
    "transport": lines.transport,
    "scratch": lines.scratch,
    "hair": lines.hair,
    "fold": lines.fold,
    "dust": blots.dust,
    "stain": blots.stain,
    "text": blots.text,
}
