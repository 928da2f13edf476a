"""What no foreign graph says of itself: the order of its colours, and how much detail its fills leave out.

What it takes is known from its authors' own program (`catalogue`) and stands in the sidecar. What it gives is seen in
its output for a picture of one colour: a graph that gives the known pixels back has them in its own order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from gan_inpaint.models.adapters import PROBE, Adapter, Feeds, Float32Array
from gan_inpaint.models.manifest import Manifest


@dataclass(frozen=True)
class Foreign:
    """Shows an adapter's graph its pictures in the order that it takes, and reads its answers in the order it gives.

    `known`: the sidecar's manifest. `gives_bgr`: whether the answers are in BGR.
    """

    adapter: Adapter
    known: Manifest
    gives_bgr: bool = False

    @property
    def manifest(self) -> Manifest:
        known = {"channels": self.known.channels, "detail": self.known.detail}
        return msgspec.structs.replace(self.adapter.manifest, **known)

    @property
    def probe(self) -> tuple[int, int, int]:
        return self.adapter.probe

    @property
    def batched(self) -> bool:
        return self.adapter.batched

    def feeds(self, images: Float32Array, holes: Float32Array) -> Feeds:
        return self.adapter.feeds(_in_order(images, self.known.channels == "bgr"), holes)

    def fill(self, output: NDArray[np.generic]) -> Float32Array:
        return _in_order(self.adapter.fill(output), self.gives_bgr)

    def calibrated(self, output: NDArray[np.generic]) -> Foreign:
        adapter = self.adapter.calibrated(output)
        answer = np.median(adapter.fill(output), axis=(0, 2, 3))
        gives_bgr = bool(np.abs(answer - PROBE[::-1]).sum() < np.abs(answer - PROBE).sum())
        return replace(self, adapter=adapter, gives_bgr=gives_bgr)


def _in_order(planes: Float32Array, reverse: bool) -> Float32Array:
    return np.ascontiguousarray(planes[:, ::-1]) if reverse else planes
