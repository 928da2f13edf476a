"""A fill or a repair, by the daemon, of what is selected: crop by crop."""

from __future__ import annotations

from gan_inpaint_client import Client, ClientError
from gan_inpaint_client.patchwork import Ask, Patchwork
from gan_inpaint_client.requests import most_pixels

from .progress import show_progress
from .selected import Selected


def perform(client: Client, selected: Selected, work: Patchwork, ask: Ask) -> None:
    """Do the work; `ask` makes the requests.

    Raises:
        ClientError: the daemon refuses, or finds nothing to repair.
    """
    sent = selected.pixel_format
    work.begin(ask, most_pixels(client.hello()["limits"], sent.layout, sent.depth))
    while (request := work.next_request()) is not None:
        try:
            work.take(client.perform(request, lambda progress: show_progress(work.progress(progress))))
        except ClientError as problem:
            work.skip(problem)
    work.finish()
