"""The damage maps of the last pictures, so that another sensitivity does not mean to search a picture again."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from gan_inpaint.errors import DamageMapGone
from gan_inpaint.service import Damage

_KEPT = 8
"""Most maps that are kept: a picture of hundreds of megapixels is searched in strips, each with a map of its own."""
_KEPT_ALWAYS = 2
"""Maps that are kept however large they are."""
_KEPT_BYTES = 256 * 2**20
"""Most bytes of all maps together, compressed, beyond those."""


@dataclass(frozen=True)
class _Kept:
    """A map (H, W, 2), compressed, the threshold of its detector, and when it is forgotten."""

    compressed: bytes
    shape: tuple[int, ...]
    threshold: float
    until: float


class DamageMaps:
    """The last maps, each for `seconds` after its last use. Belongs to the worker."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}

    def keep(self, damage: Damage) -> str:
        """Keep a map and return the token by which it can be found again."""
        from imagecodecs import lz4_encode

        token = secrets.token_hex(8)
        compressed = bytes(lz4_encode(damage.damage_map.tobytes()))
        self._kept[token] = _Kept(compressed, damage.damage_map.shape, damage.threshold, self._end())
        while len(self._kept) > _KEPT or (len(self._kept) > _KEPT_ALWAYS and self._bytes() > _KEPT_BYTES):
            del self._kept[next(iter(self._kept))]
        return token

    def find(self, token: str) -> Damage:
        """Return the map of that token.

        Raises:
            DamageMapGone: it is not kept any more, or never was.
        """
        import numpy as np
        from imagecodecs import lz4_decode

        self.tidy()
        kept = self._kept.pop(token, None)
        if kept is None:
            raise DamageMapGone("What was found in the picture is no longer at hand.", "Detect again.")
        self._kept[token] = _Kept(kept.compressed, kept.shape, kept.threshold, self._end())
        size = int(np.prod(kept.shape))
        damage_map = np.frombuffer(lz4_decode(kept.compressed, out=size), np.uint8).reshape(kept.shape)
        return Damage(damage_map, kept.threshold)

    def seconds_until_tidy(self) -> float | None:
        """Return how long until `tidy` has something to do; None while nothing is kept."""
        ends = [kept.until for kept in self._kept.values()]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def tidy(self) -> None:
        """Forget the maps that have not been used for long."""
        now = time.monotonic()
        self._kept = {token: kept for token, kept in self._kept.items() if now < kept.until}

    def _bytes(self) -> int:
        return sum(len(kept.compressed) for kept in self._kept.values())

    def _end(self) -> float:
        return time.monotonic() + self._seconds
