"""The damage that the daemon finds in a layer, and which of it is selected."""

from __future__ import annotations

from gan_inpaint_client import DAMAGE_MAP_GONE, Client, ClientError
from gan_inpaint_client.dialogs import selected_text
from gan_inpaint_client.masks import product, wholly_selected
from gan_inpaint_client.refusals import NO_DAMAGE
from gan_inpaint_client.requests import most_pixels
from gan_inpaint_client.searching import DamageSearch

from .bindings import Gimp
from .damage import Damage
from .progress import show_progress, show_start
from .selected import Selected


class Search(DamageSearch):
    """A search in the selected part of a layer, or in all of it."""

    def __init__(self, client: Client, selected: Selected) -> None:
        sent = selected.pixel_format
        limit = most_pixels(client.hello()["limits"], sent.layout, sent.depth)
        self._everywhere = bool(Gimp.Selection.is_empty(selected.image))
        chosen = None if self._everywhere else selected.mask
        super().__init__(selected.area, limit, selected.pixels, selected.description, chosen)
        self.place = selected.in_image(selected.area)
        self._allowed = wholly_selected(selected.mask(selected.area))

    def look(self, client: Client, wanted: Damage) -> None:
        """Find the damage that these arguments describe, and wait for it.

        Raises:
            ClientError: the daemon cannot be reached or does not look.
        """
        show_start()
        self.begin(**wanted)
        while (request := self.next_request()) is not None:
            try:
                self.take(client.perform(request, lambda step: show_progress(self.progress(step))))
            except ClientError as problem:
                if problem.code != DAMAGE_MAP_GONE:
                    raise
                self.forget()
        Gimp.progress_end()

    @property
    def selected(self) -> bytes:
        """The damage in `place` that is selected at all: 255, or 0 elsewhere."""
        return product(self.mask, self._allowed)

    @property
    def counts(self) -> dict[str, int] | None:
        """How many places of each kind there are; None where only a part of the picture was looked at."""
        return self.kinds if self._everywhere else None

    def sentence(self, pixels: int) -> str:
        """Return what the dialog says if so many pixels are selected."""
        places = self.found if self._everywhere else None
        return selected_text(pixels, places, len(self._allowed)) if pixels else NO_DAMAGE
