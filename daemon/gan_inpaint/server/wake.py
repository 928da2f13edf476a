"""How the worker's thread and signals wake a loop that waits for sockets."""

from __future__ import annotations

import socket
from contextlib import suppress


class Wake:
    """A pair of sockets: `ring` from any thread or signal makes `inbox` readable for the loop that polls it."""

    def __init__(self) -> None:
        self.inbox, self._bell = socket.socketpair()
        self.inbox.setblocking(False)
        self._bell.setblocking(False)

    @property
    def bell(self) -> int:
        """File descriptor for `signal.set_wakeup_fd`."""
        return self._bell.fileno()

    def ring(self) -> None:
        with suppress(BlockingIOError):  # full: the loop has not read the last ones yet
            self._bell.send(b"\0")

    def quiet(self) -> None:
        """Empty the inbox."""
        with suppress(BlockingIOError):
            while self.inbox.recv(4096):
                pass

    def close(self) -> None:
        self.inbox.close()
        self._bell.close()
