"""A fill or a repair of a picture of any size, crop by crop; without input or output."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from . import reported
from .components import component_boxes
from .crop import Box
from .errors import ClientError
from .masks import bounds, cut, paste, product, spread, wholly_selected
from .planner import Crop, crops, merged
from .receipt import receipt_text
from .requests import FillReply, RepairReply

if TYPE_CHECKING:
    from .job import Progress, Request

    PatchRequest = Request[FillReply | RepairReply]

STEPS = 1000  # of the progress of several crops

NOTHING_FOUND = "nothing_found"  # the error code if a crop has no damage

Ask = Callable[[bytes, bytes, Box], "PatchRequest"]
"""Makes the request from pixels, mask and box of a crop."""


class Patch(NamedTuple):
    """The new pixels of a box of the picture, and how much of them counts: a byte a pixel."""

    box: Box
    pixels: bytes
    mask: bytes


class Patchwork:
    """Send the holes of a picture, with their surroundings, in as few and small crops as they allow.

        work = Patchwork(mask, area, (width, height), read, pixel_bytes)
        work.begin(ask, limit)
        while (request := work.next_request()) is not None:
            try: work.take(…the answer…)
            except ClientError as problem: work.skip(problem)
        work.finish()

    Attributes:
        mask: that of the box of the holes, as it was in the beginning.
        patches: what has come back.
        note: what the daemon says about the result; may be empty.
        model: the name of the model that has filled the last crop.
        variant: which variant of its fill that is.
    """

    def __init__(
        self,
        mask: bytes,
        area: Box,
        size: tuple[int, int],
        read: Callable[[Box], bytes],
        pixel_bytes: int,
        blends: bool = True,
    ) -> None:
        """Look for the holes, and note what is there now.

        `mask` is that of a box of the picture, a byte a pixel, and nothing around it is selected; `read` returns the
        pixels of a box. If the daemon `blends`, it gets the values of the mask; else it fills whatever is selected at
        all, and `Patch.mask` says how much of it counts.
        """
        self.patches: list[Patch] = []
        self.note = self.model = ""
        self.variant = 0
        self._receipts: list[tuple[Box, dict[str, Any]]] = []
        self.mask, self._area, self._size = mask, area, size
        self._read, self._pixel_bytes, self._blends = read, pixel_bytes, blends
        self._holes = [box.shifted(area.x, area.y) for box in component_boxes(mask, area.width)]
        self._seen = [(box, self._digest(box)) for box in merged(self._holes)]
        self._crops: list[Crop] = []
        self._number = -1
        self._nothing: ClientError | None = None

    def begin(self, ask: Ask, limit: int, sampling: Box | None = None) -> None:
        """Plan the crops, of at most `limit` pixels each; they show the box of the `sampling` area, if there is one."""
        self._ask = ask
        self._crops = list(crops(self._holes, *self._size, limit, sampling))

    def next_request(self) -> PatchRequest | None:
        """Return the request for the next crop; None after the last one."""
        self._number += 1
        while self._number < len(self._crops):
            sent, core = self._crops[self._number]
            if spread(self.mask, self._area, core).strip(b"\0"):
                return self._ask(self.pixels(sent), self._still_selected(sent), sent)
            self._number += 1
        return None

    def take(self, reply: FillReply | RepairReply) -> None:
        """Keep the answer to the last request."""
        sent, core = self._crops[self._number]
        mask = spread(self.mask, self._area, core)
        if isinstance(reply, RepairReply):
            repaired = cut(reply.mask, sent, core, 1)
            mask = repaired if self._blends else product(repaired, mask)
        box = bounds(mask, core)
        if box is not None:
            self.patches.append(Patch(box, cut(reply.pixels, sent, box, self._pixel_bytes), cut(mask, core, box, 1)))
        self.note = reported.note(reply.header["note"]) or self.note
        self.model = reply.header["filled_by"]["model"]
        if "receipt" in reply.header and reply.header["receipt"] is not None:
            self._receipts.append((sent, reply.header["receipt"]))
            self.variant = reply.header["receipt"]["options"]["variant"]

    @property
    def receipt(self) -> str:
        """What repeats the fill, as JSON, for `gan-inpaint fill --receipt`; empty for a repair."""
        return receipt_text(self._receipts) if self._receipts else ""

    def skip(self, problem: ClientError) -> None:
        """Go on without the last crop if nothing is damaged there; raise every other problem."""
        if problem.code != NOTHING_FOUND:
            raise problem
        self._nothing = problem

    def finish(self) -> None:
        """Raise ClientError `nothing_found` if there is no damage in any crop."""
        if not self.patches and self._nothing is not None:
            raise self._nothing

    def pixels(self, box: Box) -> bytes:
        """Return the pixels of a box of the picture with all that has come back, also where the mask is 0."""
        pixels = self._read(box)
        for patch in self.patches:
            if _meet(patch.box, box):
                pixels = paste(pixels, box, patch.pixels, patch.box, self._pixel_bytes)
        return pixels

    def is_unchanged(self) -> bool:
        """Return whether the selected part of the picture is what it was in the beginning."""
        return all(self._digest(box) == before for box, before in self._seen)

    def progress(self, of_piece: Progress) -> Progress:
        """Return the progress of the whole work from that of the last request."""
        count = len(self._crops)
        if count == 1:
            return of_piece
        share = of_piece["done"] / of_piece["total"] if of_piece["total"] else 0
        return {**of_piece, "done": int(STEPS * (self._number + share) / count), "total": STEPS}

    def _still_selected(self, sent: Box) -> bytes:
        """Return the mask of a crop, without what the crops before have answered for."""
        mask = spread(self.mask, self._area, sent)
        for before in self._crops[: self._number]:
            if _meet(before.core, sent):
                mask = paste(mask, sent, bytes(before.core.width * before.core.height), before.core, 1)
        return mask if self._blends else wholly_selected(mask)

    def _digest(self, box: Box) -> bytes:
        return blake2b(self._read(box)).digest()


def _meet(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height
