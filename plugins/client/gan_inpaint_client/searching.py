"""A search for damage in a picture of any size, strip by strip; without input or output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .crop import Box
from .job import Progress
from .masks import cut, paste
from .planner import strips
from .requests import DetectionReply, DetectRequest, SelectRequest


class DamageSearch:
    """Look for damage once; other options then select other damage from the same maps.

        search = DamageSearch(area, limit, read, description)
        search.begin(sensitivity=0.5)
        while (request := search.next_request()) is not None:
            search.take(…the answer…)    # or search.forget(), if the daemon no longer has the damage map
        search.mask, search.found

    `read` returns the pixels of a box; `description` are the fields of a request that describe them.
    """

    def __init__(self, area: Box, limit: int, read: Callable[[Box], bytes], description: dict[str, Any]) -> None:
        self._area, self._read, self._description = area, read, description
        self._crops = list(strips(area, limit))
        self._maps: dict[int, str] = {}
        self._replies: dict[int, DetectionReply] = {}
        self._number = len(self._crops)
        self._options: dict[str, Any] = {}

    @property
    def is_complete(self) -> bool:
        """Whether there was an answer for all of the area, with the options of now or with earlier ones."""
        return len(self._maps) == len(self._crops)

    @property
    def mask(self) -> bytes:
        """The damage in the area: a byte a pixel, 255 or 0."""
        if len(self._crops) == 1:
            return self._replies[0].mask
        mask = bytes(self._area.width * self._area.height)
        for number, (sent, core) in enumerate(self._crops):
            mask = paste(mask, self._area, cut(self._replies[number].mask, sent, core, 1), core, 1)
        return mask

    @property
    def found(self) -> int:
        """How many places are damaged; one that crosses the edge of a strip counts in both."""
        return sum(int(reply.header["found"]) for reply in self._replies.values())

    def begin(self, **options: Any) -> None:
        """Select with these options from now on; `options` are those of SelectRequest."""
        self._options, self._number = options, -1

    def next_request(self) -> DetectRequest | SelectRequest | None:
        """Return the next request; None after the last one."""
        self._number += 1
        return self._request() if self._number < len(self._crops) else None

    def take(self, reply: DetectionReply) -> None:
        """Keep the answer to the last request."""
        self._replies[self._number] = reply
        self._maps[self._number] = reply.damage_map

    def forget(self) -> None:
        """Look again where the last request was about, as the daemon no longer has the damage map."""
        del self._maps[self._number]
        self._number -= 1

    def progress(self, of_strip: Progress) -> Progress:
        """Return the progress of the whole search from that of the last request."""
        count, total = len(self._crops), of_strip["total"]
        return {**of_strip, "done": self._number * total + of_strip["done"], "total": count * total}

    def _request(self) -> DetectRequest | SelectRequest:
        sent = self._crops[self._number].sent
        if self._number in self._maps:
            return SelectRequest(self._maps[self._number], sent.width, sent.height, **self._options)
        return DetectRequest(self._read(sent), sent.width, sent.height, **self._description, **self._options)
