"""What of a picture a fill may use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_inpaint.engine.arrays import BoolArray, UInt8Array
from gan_inpaint.engine.box import Box, bounding_box


@dataclass(frozen=True, slots=True)
class Sources:
    """Two masks (H, W) uint8 of a picture, in which every value but 0 counts; None is no limit.

    avoid: where nothing is copied from, and nothing is seen as context. It is as unknown to the filler as the hole.
    sample: the only places that are copied from. The filler still sees the others.
    """

    avoid: UInt8Array | None = None
    sample: UInt8Array | None = None

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return self.avoid is not None or self.sample is not None

    def within(self, box: Box) -> Sources:
        """Return the masks of a part of the picture."""
        return Sources(*(None if mask is None else mask[box.slices] for mask in (self.avoid, self.sample)))

    def avoided(self, box: Box) -> BoolArray | None:
        """Return what of `box` must not be seen, (height, width); None if all of it may."""
        return None if self.avoid is None else np.asarray(self.avoid[box.slices] > 0)

    def left_out(self, box: Box) -> BoolArray | None:
        """Return what of `box` is outside the sampling area, (height, width); None if there is none."""
        return None if self.sample is None else np.asarray(self.sample[box.slices] == 0)

    def sampling_box(self) -> Box | None:
        """Return the box of the sampling area, `empty` if that is; None if all of the picture may be copied from."""
        return None if self.sample is None else bounding_box(np.asarray(self.sample > 0))


EVERYWHERE = Sources()
