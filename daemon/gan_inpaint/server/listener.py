"""The daemon's socket: a ROUTER that only this user's clients reach, and only with the token of this start."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import zmq
from numpy.typing import NDArray
from zmq.auth.thread import ThreadAuthenticator

from gan_inpaint.errors import CannotStart
from gan_inpaint.protocol import USERNAME, Limits, Reply, encode

_HEARTBEAT_MS = 2_000
_SILENCE_MS = 10_000
_LINGER_MS = 5_000  # the last results may still be on their way to their clients when the daemon ends
_SOCKET_PATH_BYTES = 100  # sun_path holds 104 bytes on macOS, 108 on Linux
_UNREAD_REQUESTS = 16  # of one client, before its own sending blocks
_FRAMES = 3  # header, pixels, mask

Frames: TypeAlias = Sequence[NDArray[Any]]
"""The frames after a header: pixels, a mask, or none."""


@dataclass(frozen=True)
class Incoming:
    """A message: its sender, its frames, and whether it had more frames than the protocol knows."""

    client: bytes
    frames: list[zmq.Frame]
    excess: bool


class Listener:
    """Context manager of the bound ROUTER; `endpoint` and `token` are what a client needs to reach it."""

    def __init__(self, directory: Path, limits: Limits) -> None:
        self.token = secrets.token_hex(32)
        self._socket_path = directory / "daemon.sock"
        self._context = zmq.Context()
        self._authenticator = ThreadAuthenticator(self._context, log=_quiet_log())
        self._authenticator.configure_plain(passwords={USERNAME: self.token})
        self.router = self._context.socket(zmq.ROUTER)
        self._configure(limits)

    def _configure(self, limits: Limits) -> None:
        self.router.plain_server = True
        self.router.maxmsgsize = limits.frame_bytes
        self.router.router_mandatory = True  # sending to a client that is gone fails instead of being forgotten
        self.router.rcvhwm = _UNREAD_REQUESTS
        self.router.heartbeat_ivl = _HEARTBEAT_MS
        self.router.heartbeat_timeout = _SILENCE_MS
        self.router.linger = _LINGER_MS

    def __enter__(self) -> Listener:
        self._authenticator.start()
        try:
            self.endpoint = self._bind()
        except zmq.ZMQError as problem:
            self._close()
            raise CannotStart(f"The daemon's socket cannot be opened: {problem}.") from problem
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def receive(self) -> Incoming | None:
        """Return the next message, without waiting; frames beyond those of the protocol are read and dropped."""
        try:
            client = self.router.recv(zmq.NOBLOCK)
        except zmq.Again:
            return None
        frames: list[zmq.Frame] = []
        excess = False
        while self.router.rcvmore:
            frame = self.router.recv(copy=False)
            if len(frames) < _FRAMES:
                frames.append(frame)
            else:
                excess = True
        return Incoming(client, frames, excess)

    def send(self, client: bytes, reply: Reply, frames: Frames = ()) -> bool:
        """Send without waiting; return False if the client is gone or no longer reads."""
        message: list[Any] = [client, encode(reply), *frames]
        try:
            self.router.send_multipart(message, zmq.NOBLOCK, copy=False)
        except zmq.ZMQError as problem:
            if problem.errno in (zmq.EHOSTUNREACH, zmq.EAGAIN):
                return False
            raise
        return True

    def _close(self) -> None:
        self.router.close()
        self._authenticator.stop()
        self._context.term()
        self._socket_path.unlink(missing_ok=True)  # libzmq leaves it there

    def _bind(self) -> str:
        if _unix_socket_fits(self._socket_path):
            self._socket_path.unlink(missing_ok=True)  # left behind by a daemon that was killed
            self.router.bind(f"ipc://{self._socket_path}")
        else:
            self.router.bind("tcp://127.0.0.1:*")
        return self.router.getsockopt_string(zmq.LAST_ENDPOINT)


def _unix_socket_fits(path: Path) -> bool:
    """Return whether a client with only the standard library can reach a Unix socket at `path`."""
    return hasattr(socket, "AF_UNIX") and zmq.has("ipc") and len(os.fsencode(path)) <= _SOCKET_PATH_BYTES


def _quiet_log() -> logging.Logger:
    """Return a log for the authenticator, which would write passwords at level DEBUG."""
    log = logging.getLogger("gan_inpaint.server.auth")
    log.setLevel(logging.WARNING)
    return log
