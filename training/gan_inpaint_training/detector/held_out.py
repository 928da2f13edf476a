"""Film damage for training, and film damage that is held out for validation."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from gan_inpaint_training.data.damage import named_damage
from gan_inpaint_training.masks.damage import Alpha

ONE_IN = 10
"""One picture of film damage in so many is held out."""


def is_held_out(name: str) -> bool:
    """Return whether a picture of film damage is held out, by a checksum of its name alone."""
    return zlib.crc32(name.encode()) % ONE_IN == 0


def for_training(shards: Sequence[str]) -> list[Alpha]:
    """Return the film damage of `shards` for training; empty without shards. Raise DataError."""
    return _part(shards, held_out=False)


def held_out(shards: Sequence[str]) -> list[Alpha]:
    """Return the film damage of `shards` that is held out; empty without shards. Raise DataError."""
    return _part(shards, held_out=True)


def _part(shards: Sequence[str], *, held_out: bool) -> list[Alpha]:
    damage = named_damage(shards) if shards else []
    return [alpha for name, alpha in damage if is_held_out(name) == held_out]
