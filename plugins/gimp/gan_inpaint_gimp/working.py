"""Work in pieces, by the daemon: a fill or a repair crop by crop, lines one after the other."""

from __future__ import annotations

from collections.abc import Callable

from gan_inpaint_client import Box, Client, ClientError, Progress
from gan_inpaint_client.job import Pieces
from gan_inpaint_client.patchwork import Ask, Patchwork
from gan_inpaint_client.requests import most_pixels

from .progress import show_progress
from .selected import Selected

Show = Callable[[Progress], None]


def perform(
    client: Client,
    selected: Selected,
    work: Patchwork,
    ask: Ask,
    sampling: Box | None = None,
    show: Show = show_progress,
) -> None:
    """Do the work; `ask` makes the requests, which show the box of the `sampling` area, if there is one.

    Raises:
        ClientError: the daemon refuses, or finds nothing to repair.
    """
    sent = selected.pixel_format
    work.begin(ask, most_pixels(client.hello()["limits"], sent.layout, sent.depth), sampling)
    finish(client, work, show)


def finish(client: Client, work: Pieces, show: Show = show_progress) -> None:
    """Do all pieces of work that has begun, and `show` its progress.

    Raises:
        ClientError: the daemon refuses, or finds nothing.
    """
    while (request := work.next_request()) is not None:
        try:
            work.take(client.perform(request, lambda progress: show(work.progress(progress))))
        except ClientError as problem:
            work.skip(problem)
    work.finish()
