"""A connection to the daemon, which is started if it does not run; through the client that the plug-ins carry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gan_inpaint import paths
from gan_inpaint.errors import error_of

if TYPE_CHECKING:
    from gan_inpaint_client import Client


@contextmanager
def client(start: bool) -> Iterator[Client]:
    """Yield a client of the daemon. `start`: start the daemon if it does not run.

    Raises:
        DaemonProblem: it cannot be reached or started.
        GanInpaintError: what the daemon answers to a request in the block; the error of its code.
    """
    from gan_inpaint_client import ClientError

    try:
        with _connect(start) as connected:
            yield connected
    except ClientError as problem:
        raise error_of(problem.code, problem.message, problem.hint) from problem


def _connect(start: bool) -> Client:
    from gan_inpaint_client import ClientError, connect

    try:
        connected = connect(paths.runtime_file())
    except ClientError as problem:
        if not start or problem.code != "no_daemon":
            raise
    else:
        if not (start and connected.stopping):
            return connected
        connected.close()
    from gan_inpaint.server.detach import detach

    detach()  # in this process's own environment, unlike the start from an editor
    return connect(paths.runtime_file())
