"""Requests and replies: a JSON header and raw frames over a connection (docs/protocol.md, "Messages")."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import ClientError, bad_reply
from .language import _
from .proof import CLIENT, DAEMON, new_nonce, proof, same
from .reported import reported
from .zmtp import Connection

if TYPE_CHECKING:
    from .zmtp import Buffer

PROTOCOL = 2
CLIENT_NAME = "gan_inpaint_client"  # for the daemon's log

REPLY_BYTES = 1024 * 1024  # most bytes of a header; most have a few hundred, a `welcome` with many models has more

_PROOF_ID = "proof"  # of the messages in which both sides prove that they know the token
_NUMBER = (int, float)
_LIMITS = {"header_bytes": int, "frame_bytes": int, "pixels": int, "queue": int}
_MODEL = {"name": str, "title": str, "version": str, "kind": str, "default": bool, "licence": str}
_FILLED_BY = {"model": str, "version": str, "kind": str, "licence": str, "sha256": str, "provider": str}
_SESSION = {"model": str, "provider": str, "sha256": str, "idle_seconds": _NUMBER}
_INSTALLED = {
    **{"name": str, "title": str, "version": str, "kind": str, "default": bool, "built_in": bool, "licence": str},
    **{"training_data": str, "page": str},
}
_PUBLISHED = {
    **{"name": str, "title": str, "good_for": str, "size": int, "licence": str, "training_data": str, "address": str},
    **{"page": str, "installed": bool},
}
_SHAPES: dict[str, dict[str, Any]] = {
    "proof": {"nonce": str, "proof": str},
    "welcome": {"version": str, "pid": int, "models": [_MODEL], "limits": _LIMITS, "stopping": bool},
    "pong": {},
    "status": {
        **{"version": str, "pid": int, "endpoint": str, "uptime_seconds": _NUMBER, "fills": int, "queued": int},
        **{"running": int, "memory_mib": _NUMBER, "threads": int, "providers_available": [str], "sessions": [_SESSION]},
    },
    "models": {"installed": [_INSTALLED], "published": [_PUBLISHED]},
    "got": {"name": str},
    "progress": {"done": int, "total": int, "stage": str},
    "result": {
        **{"width": int, "height": int, "layout": str, "depth": str},
        **{"filled_by": _FILLED_BY, "windows": int, "seconds": _NUMBER, "note": str, "scores": dict},
    },
    "detection": {
        "heatmap": str,
        "width": int,
        "height": int,
        "found": int,
        "selected": int,
        "seconds": _NUMBER,
        "kinds": dict,
    },
    "traced": {"width": int, "height": int, "length": int, "thickness": _NUMBER, "seconds": _NUMBER},
    "cancelling": {"found": bool},
    "stopping": {},
    "error": {"code": str, "message": str, "hint": str},
}


class Reply(NamedTuple):
    """A reply whose header has all keys of its type, each with a value of the right type."""

    header: dict[str, Any]
    frames: list[bytes]

    @property
    def type(self) -> str:
        return str(self.header["type"])


class Messenger:
    """Number the requests and read the replies; without input or output, like its `connection`.

    Nothing but a nonce is sent until the daemon has proved that it knows the token; requests wait until then.

    Attributes:
        connection: takes received bytes and gives bytes to send.
        limits: the daemon's limits, from the last `welcome`; None before the first.
    """

    def __init__(self, token: str) -> None:
        self.connection = Connection(REPLY_BYTES)
        self.limits: dict[str, int] | None = None
        self._last_id = 0
        self._token = token
        self._nonce = new_nonce()
        self._proved = False
        self._waiting: list[Sequence[Buffer]] = []
        self.connection.send([_header("prove", _PROOF_ID, nonce=self._nonce)])

    def request(self, type: str, *frames: Buffer, **keys: Any) -> str:
        """Queue a request and return its id."""
        self._last_id += 1
        id = str(self._last_id)
        message = [_header(type, id, **keys), *frames]
        if self._proved:
            self.connection.send(message)
        else:
            self._waiting.append(message)
        return id

    def next_reply(self, id: str) -> Reply | None:
        """Return the next reply to the request `id`, or None until more bytes have come; skip other replies.

        Raises:
            ClientError: the request failed, with the daemon's code, or the connection, with a code of `next_message`;
                `unauthorized` if the other side does not know the token.
        """
        while (message := self.connection.next_message()) is not None:
            reply = _read(message)
            if reply.type == "error" and reply.header["id"] in (id, "", _PROOF_ID):  # "": of an unreadable request
                raise reported(reply.header["code"], reply.header["message"], reply.header["hint"])
            if not self._proved:
                self._check_proof(reply)
            elif reply.header["id"] == id:
                if reply.type == "welcome":
                    self.limits = reply.header["limits"]
                return reply
        return None

    def _check_proof(self, reply: Reply) -> None:
        """Let the requests go if the daemon has proved itself, after the proof of this side."""
        if reply.type != "proof":
            raise bad_reply("it does not prove that it is one")
        nonce = reply.header["nonce"]
        if not same(reply.header["proof"], proof(self._token, DAEMON, self._nonce, nonce)):
            raise ClientError(
                "unauthorized",
                _("What answers in the place of the GAN Inpaint daemon is another program, or another daemon."),
                _("Nothing was sent to it. Try again: the daemon may have been restarted just now."),
            )
        shown = proof(self._token, CLIENT, self._nonce, nonce)
        self.connection.send([_header("proof", _PROOF_ID, proof=shown)])
        self._proved = True
        for waiting in self._waiting:
            self.connection.send(waiting)
        self._waiting.clear()


def _header(type: str, id: str, **keys: Any) -> bytes:
    return json.dumps({"protocol": PROTOCOL, "type": type, "id": id, **keys}).encode()


def _read(message: list[bytearray]) -> Reply:
    try:
        header = json.loads(message[0])
    except (ValueError, RecursionError) as problem:
        raise bad_reply("a header is no JSON") from problem
    if not _fits(header, {"protocol": int}):
        raise bad_reply("a header names no protocol")
    if header["protocol"] != PROTOCOL:
        raise ClientError(
            "protocol_mismatch",
            _("The daemon speaks protocol {daemon}, this program speaks {own}.").format(
                daemon=header["protocol"], own=PROTOCOL
            ),
            _("Update GAN Inpaint, run “gan-inpaint plugin install” for your editor, then “gan-inpaint stop”."),
        )
    if not _fits(header, {"type": str, "id": str}) or header["type"] not in _SHAPES:
        raise bad_reply("a header is of no known type")
    if not _fits(header, _SHAPES[header["type"]]):
        raise bad_reply(f"a header of the type “{header['type']}” lacks something")
    return Reply(header, [bytes(frame) for frame in message[1:]])


def _fits(value: Any, shape: Any) -> bool:
    """Return whether a value has a shape: a type, a dict of the required keys, or a list of one shape."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(key in value and _fits(value[key], shape[key]) for key in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(item, shape[0]) for item in value)
    return isinstance(value, shape)
