"""What the daemon finds in a layer, and what of it is selected."""

from __future__ import annotations

from gan_inpaint_client import Client, ClientError, DetectionReply

from .bindings import Gimp
from .damage import Damage
from .progress import STAGES, show_progress
from .selected import Selected


class Search:
    """Looks for damage at once; afterwards other arguments select otherwise of what was found, at no cost.

    Attributes:
        mask: what is selected now, 255, and what not, 0, in `selected.crop`; within the selection only.
        found: how many places that are, those outside of the selection included.
        everywhere: whether nothing was selected, so that the whole layer is looked at.

    Raises:
        ClientError: the daemon does not look, or cannot be reached; so does `select`.
    """

    def __init__(self, client: Client, selected: Selected, wanted: Damage) -> None:
        self._client = client
        self._selected = selected
        self._pixels = selected.pixels()
        self.everywhere = bool(Gimp.Selection.is_empty(selected.image))
        self._allowed = selected.mask()
        self._reply = self._detect(wanted)

    def select(self, wanted: Damage) -> None:
        """Select what these arguments say."""
        try:
            self._reply = self._client.select(self._reply, **wanted)
        except ClientError as problem:
            if problem.code != "heatmap_gone":
                raise
            self._reply = self._detect(wanted)

    @property
    def found(self) -> int:
        return int(self._reply.header["found"])

    @property
    def mask(self) -> bytes:
        if self.everywhere:
            return self._reply.mask
        found, allowed = (int.from_bytes(mask, "little") for mask in (self._reply.mask, self._allowed))
        return (found & allowed).to_bytes(len(self._allowed), "little")  # found is 0 or 255: “and” is the smaller one

    def _detect(self, wanted: Damage) -> DetectionReply:
        Gimp.progress_init(STAGES["detecting"])
        reply = self._client.detect(
            self._pixels,
            **self._selected.described(),
            **wanted,
            on_progress=show_progress,
        )
        Gimp.progress_end()
        return reply
