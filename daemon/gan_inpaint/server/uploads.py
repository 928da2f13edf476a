"""The memory that pictures hold on their way to the daemon: a budget for all clients together."""

from __future__ import annotations

COUNTED_BYTES = 64 * 1024
"""Smaller frames are not counted."""


class Uploads:
    """Decides which frames may come now; the others wait.

    The client that came first may always go on, so that nobody waits for ever. All clients together hold no more than
    `budget` bytes and one message of that client.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._held: dict[int, int] = {}  # bytes of each client, in the order in which they came

    def admit(self, client: int, size: int) -> bool:
        """Return whether a frame of `size` bytes may come now; it counts then."""
        held = self._held.setdefault(client, 0)
        first = next(iter(self._held)) == client
        if not first and sum(self._held.values()) + size > self._budget:
            return False
        self._held[client] = held + size
        return True

    def taken(self, client: int, sizes: list[int]) -> None:
        """Note that a message with frames of these sizes has become work, or was refused."""
        left = self._held.get(client, 0) - sum(size for size in sizes if size >= COUNTED_BYTES)
        if left > 0:
            self._held[client] = left
        else:
            self.gone(client)

    def gone(self, client: int) -> None:
        """Forget a client."""
        self._held.pop(client, None)
