"""Film damage for training, and that which is kept for validation."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from gan_inpaint_training.data.damage import named_damage
from gan_inpaint_training.masks.damage import Alpha

ONE_IN = 10


def is_held_out(name: str) -> bool:
    """Whether a picture of film damage is kept for validation: about one in ten, by a checksum of its name alone."""
    return zlib.crc32(name.encode()) % ONE_IN == 0


def for_training(shards: Sequence[str]) -> list[Alpha]:
    """The film damage of `shards` that may be trained on; none of no shards. Raises DataError."""
    return _part(shards, held_out=False)


def held_out(shards: Sequence[str]) -> list[Alpha]:
    """The film damage of `shards` that is kept; none of no shards. Raises DataError."""
    return _part(shards, held_out=True)


def _part(shards: Sequence[str], *, held_out: bool) -> list[Alpha]:
    damage = named_damage(shards) if shards else []
    return [alpha for name, alpha in damage if is_held_out(name) == held_out]
