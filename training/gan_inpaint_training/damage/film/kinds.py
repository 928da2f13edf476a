"""Kinds of damage of films by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan_inpaint_training.damage.film import areas, lines
from gan_inpaint_training.damage.layers import Layer

FILM = "film-damage"
"""Cut from pictures of film damage; the other kinds are drawn by rule."""

KINDS: dict[str, Callable[[np.random.Generator, int], list[Layer]]] = {
    "transport": lines.transport,
    "scratch": lines.scratch,
    "hair": lines.hair,
    "fold": lines.fold,
    "dust": areas.dust,
    "stain": areas.stain,
    "text": areas.text,
}
