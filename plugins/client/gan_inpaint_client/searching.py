"""A search for damage in a picture of any size, strip by strip; without input or output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .crop import Box
from .dialogs import kinds_asked
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
        search.mask, search.found, search.kinds

    `read` returns the pixels of a box; `description` are the fields of a request that describe them. `chosen` returns
    what the user has selected in a box, 0 to 255 a pixel; None if nothing is selected.
    """

    def __init__(
        self,
        area: Box,
        limit: int,
        read: Callable[[Box], bytes],
        description: Mapping[str, Any],
        chosen: Callable[[Box], bytes] | None = None,
    ) -> None:
        self._area, self._read, self._description, self._chosen = area, read, description, chosen
        self._crops = list(strips(area, limit))
        self._maps: dict[int, str] = {}
        self._replies: dict[int, DetectionReply] = {}
        self._number = len(self._crops)
        self._options: dict[str, Any] = {}
        self._nothing = self._everything = False

    @property
    def is_complete(self) -> bool:
        """Whether there was an answer for all of the area, with the options of now or with earlier ones."""
        return len(self._maps) == len(self._crops)

    @property
    def mask(self) -> bytes:
        """The damage in the area: a byte a pixel, 255 or 0."""
        if self._nothing:
            return bytes(self._area.width * self._area.height)
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

    @property
    def kinds(self) -> dict[str, int]:
        """How many places of each kind there are, also of the kinds that were not asked for."""
        counts = [reply.header["kinds"] for reply in self._replies.values()]
        return {kind: sum(count[kind] for count in counts) for kind in (counts[0] if counts else ())}

    def begin(self, kinds: Iterable[str], everything: bool = False, **options: Any) -> None:
        """Select these kinds with these options from now on; `options` are the others of SelectRequest.

        `everything` that stands out in what the user has selected is damage, which is another search. Without a kind
        nothing is selected, and nothing is asked.
        """
        if everything != self._everything and self._chosen:
            self._maps.clear()
        self._everything = everything
        asked = tuple(kinds)
        self._nothing = not asked
        self._options = options if self._nothing else {**options, "kinds": kinds_asked(asked)}
        self._number = len(self._crops) if self._nothing else -1

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
        fields = {**self._description, **self._options}
        if self._everything and self._chosen and (within := self._chosen(sent)).strip(b"\0"):
            fields["within"] = within
        return DetectRequest(self._read(sent), sent.width, sent.height, **fields)
