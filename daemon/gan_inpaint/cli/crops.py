"""The crops of a photograph that are filled, by the planner that the plug-ins use too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import gan_inpaint_client as client
from gan_inpaint.engine.box import Box
from gan_inpaint.engine.components import find_components


class Crop(NamedTuple):
    """`sent` goes to the daemon; of its answer, `core` is kept."""

    sent: Box
    core: Box

    @property
    def kept(self) -> tuple[slice, slice]:
        """The core, in the coordinates of what is sent."""
        (left, top), core = self.sent[:2], self.core
        return slice(core.top - top, core.bottom - top), slice(core.left - left, core.right - left)


def crops(mask: NDArray[np.uint8], limit: int, sampling: Box | None = None) -> Iterator[Crop]:
    """Yield crops of at most `limit` pixels whose cores hold all of a mask (H, W) that is not empty.

    Some of them overlap: send each after the one before it has been filled. Crops within the limit show all of
    `sampling`, a part of the picture.
    """
    height, width = mask.shape
    holes = [to_client(component.box) for component in find_components(mask).components]
    also = None if sampling is None else to_client(sampling)
    for sent, core in client.crops(holes, width, height, limit, also):
        yield Crop(from_client(sent), from_client(core))


def to_client(box: Box) -> client.Box:
    """Return a box of the engine as the client's."""
    return client.Box(box.left, box.top, box.width, box.height)


def from_client(box: client.Box) -> Box:
    """Return a box of the client as the engine's."""
    return Box(box.x, box.y, box.x + box.width, box.y + box.height)
