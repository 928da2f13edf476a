"""The damage maps of the last pictures, so that another sensitivity does not mean to look at a picture again."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gan_inpaint.errors import HeatmapGone

if TYPE_CHECKING:
    from gan_inpaint.engine.arrays import UInt8Array as Bytes

_KEPT = 2


@dataclass(frozen=True)
class _Kept:
    """A map (H, W, 2), compressed, the threshold of the detector that made it, and when it is forgotten."""

    compressed: bytes
    shape: tuple[int, ...]
    threshold: float
    until: float


class HeatMaps:
    """The last two maps, each for `seconds` after it was last asked for. Belongs to the worker."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}

    def keep(self, heatmap: Bytes, threshold: float) -> str:
        """Keep a map (H, W, 2), and the threshold of its detector; the token by which it can be asked for."""
        from imagecodecs import lz4_encode

        token = secrets.token_hex(8)
        self._kept[token] = _Kept(bytes(lz4_encode(heatmap.tobytes())), heatmap.shape, threshold, self._end())
        for oldest in list(self._kept)[:-_KEPT]:
            del self._kept[oldest]
        return token

    def find(self, token: str) -> tuple[Bytes, float]:
        """The map of that token, and its threshold.

        Raises:
            HeatmapGone: it is not kept any more, or never was.
        """
        import numpy as np
        from imagecodecs import lz4_decode

        self.tidy()
        kept = self._kept.pop(token, None)
        if kept is None:
            raise HeatmapGone("What was found in the picture is no longer at hand.", "Detect again.")
        self._kept[token] = _Kept(kept.compressed, kept.shape, kept.threshold, self._end())
        size = int(np.prod(kept.shape))
        return np.frombuffer(lz4_decode(kept.compressed, out=size), np.uint8).reshape(kept.shape), kept.threshold

    def seconds_until_tidy(self) -> float | None:
        """How long until `tidy` has something to do; None while nothing is kept."""
        ends = [kept.until for kept in self._kept.values()]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def tidy(self) -> None:
        """Forget what nobody has asked for in a long time."""
        now = time.monotonic()
        self._kept = {token: kept for token, kept in self._kept.items() if now < kept.until}

    def _end(self) -> float:
        return time.monotonic() + self._seconds
