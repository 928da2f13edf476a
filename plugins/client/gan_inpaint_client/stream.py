"""A blocking socket to the daemon; every operation has a time limit."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from .errors import ClientError
from .language import _
from .runtime_file import not_running

if TYPE_CHECKING:
    from .runtime_file import Address
    from .zmtp import Buffer

_TIMED_OUT = (socket.timeout, TimeoutError)
_RETRY_SECONDS = 0.02  # until a daemon is asked again that has too many connections to accept
_LEAST_SECONDS = 0.001  # with zero the socket would not wait at all, and fail with another error


class Stream:
    """A connected socket; every failure is a ClientError.

    Raises:
        ClientError: `no_daemon` if nothing listens at `address`, `timeout` after `seconds`.
    """

    def __init__(self, address: Address, seconds: float) -> None:
        try:
            self._socket = _connected(address, time.monotonic() + max(_LEAST_SECONDS, seconds))
        except _TIMED_OUT as problem:
            raise timed_out() from problem
        except OSError as problem:
            raise not_running(str(problem.strerror or problem)) from problem

    def send(self, buffers: Iterable[Buffer], seconds: float, on_sent: Callable[[int], None] | None = None) -> None:
        """Send everything; `on_sent` is called with the number of bytes that went, after each of many pieces.

        Raises:
            ClientError: `timeout` if nothing can be sent for `seconds`, `connection_lost`.
        """
        self._socket.settimeout(max(_LEAST_SECONDS, seconds))
        try:
            for buffer in buffers:
                rest = memoryview(buffer)
                while rest:
                    count = self._socket.send(rest)
                    rest = rest[count:]
                    if on_sent is not None:
                        on_sent(count)
        except _TIMED_OUT as problem:
            raise timed_out() from problem
        except OSError as problem:
            raise _lost(problem) from problem

    def receive_into(self, buffer: memoryview, seconds: float) -> int | None:
        """Receive into `buffer`; return the number of bytes, 0 at the end of the stream, None if `seconds` passed.

        Raises:
            ClientError: `connection_lost`.
        """
        self._socket.settimeout(max(_LEAST_SECONDS, seconds))
        try:
            return self._socket.recv_into(buffer)
        except _TIMED_OUT:
            return None
        except OSError as problem:
            raise _lost(problem) from problem

    def close(self) -> None:
        self._socket.close()

    def hang_up(self) -> None:
        """End the connection from any thread: one that waits for the daemon goes on at once, with `connection_lost`."""
        with suppress(OSError):  # the other side may have ended it just now
            self._socket.shutdown(socket.SHUT_RDWR)


def timed_out() -> ClientError:
    """Return the error for a daemon that says nothing."""
    return ClientError(
        "timeout",
        _("The GAN Inpaint daemon does not answer."),
        _("End it with “gan-inpaint stop” and try again; “gan-inpaint doctor” looks for the cause."),
    )


def _connected(address: Address, until: float) -> socket.socket:
    """Return a connected socket. Raises OSError; a time-out if the daemon has not accepted it by then."""
    while True:
        connecting = _socket_for(address)
        try:
            connecting.settimeout(max(_LEAST_SECONDS, until - time.monotonic()))
            connecting.connect(address)
            if not isinstance(address, str):
                connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (
            BlockingIOError
        ) as problem:  # a Unix socket with more connections than it can hold until they are accepted
            connecting.close()
            if time.monotonic() > until:
                raise TimeoutError from problem
            time.sleep(_RETRY_SECONDS)
        except OSError:
            connecting.close()
            raise
        else:
            return connecting


def _socket_for(address: Address) -> socket.socket:
    if not isinstance(address, str):
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        raise ClientError(
            "no_daemon", _("This editor's Python cannot reach the daemon's socket."), _("Restart the daemon.")
        )
    return socket.socket(family, socket.SOCK_STREAM)


def _lost(problem: OSError) -> ClientError:
    return ClientError(
        "connection_lost",
        _("The connection to the GAN Inpaint daemon was lost: {problem}.").format(problem=problem.strerror or problem),
        _("Try again; the daemon's log says what happened."),
    )
