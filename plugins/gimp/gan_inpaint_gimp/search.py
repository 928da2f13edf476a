"""The damage that the daemon finds in a layer, and which of it is selected."""

from __future__ import annotations

from gan_inpaint_client import DAMAGE_MAP_GONE, Client, ClientError, DetectionReply
from gan_inpaint_client.masks import product

from .bindings import Gimp
from .damage import Damage
from .progress import show_progress, show_start
from .selected import Selected


class Search:
    """Looks for damage once; other arguments then select other damage from the same map, at no cost.

    Attributes:
        everywhere: whether nothing was selected, so that the search covers the whole layer.

    Raises:
        ClientError: the daemon cannot be reached or does not look; `select` raises it too.
    """

    def __init__(self, client: Client, selected: Selected, wanted: Damage) -> None:
        self._client = client
        self._selected = selected
        self._pixels = selected.pixels()
        self.everywhere = bool(Gimp.Selection.is_empty(selected.image))
        self._allowed = selected.mask()
        self._reply = self._detect(wanted)

    def select(self, wanted: Damage) -> None:
        """Select the damage that these arguments describe."""
        try:
            self._reply = self._client.select(self._reply, **wanted)
        except ClientError as problem:
            if problem.code != DAMAGE_MAP_GONE:
                raise
            self._reply = self._detect(wanted)

    @property
    def found(self) -> int:
        """How many places are damaged, including those outside the selection."""
        return int(self._reply.header["found"])

    @property
    def mask(self) -> bytes:
        """The selected damage in `selected.crop`: 255, or 0 elsewhere; inside a soft selection its own values."""
        return product(self._reply.mask, self._allowed)

    def _detect(self, wanted: Damage) -> DetectionReply:
        show_start()
        reply = self._client.detect(self._pixels, **self._selected.description(), **wanted, on_progress=show_progress)
        Gimp.progress_end()
        return reply
