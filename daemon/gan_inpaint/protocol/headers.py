"""Headers as bytes, and the checks before anything is parsed or allocated."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

from gan_inpaint.errors import BadRequest, ProtocolMismatch, TooLarge
from gan_inpaint.protocol.common import PROTOCOL, Identifier, Limits
from gan_inpaint.protocol.replies import AnyReply, Reply
from gan_inpaint.protocol.requests import Message, Picture, Request, Work


class _Identified(Struct):
    id: Identifier = field(default="")


def encode(message: Message | Reply) -> bytes:
    """Return the header frame of `message`, which has no options."""
    return msgspec.json.encode(message)


def decode_request(header: bytes) -> Request:
    """Read a request's header.

    Raises:
        BadRequest: it is no JSON, a key is missing or of a wrong type, or the type of message is unknown.
        ProtocolMismatch: it names another protocol version.
    """
    keys: dict[str, Any] = _decode(header, dict[str, Any])
    protocol = keys.get("protocol")
    if isinstance(protocol, int) and not isinstance(protocol, bool) and protocol != PROTOCOL:
        raise ProtocolMismatch(
            f"The editor's plug-in and the daemon do not fit together: the daemon speaks protocol {PROTOCOL}.",
            "Install the plug-in again with “gan-inpaint plugin install”, then restart the editor.",
        )
    if protocol is None:
        raise BadRequest("The request does not name its protocol version.")
    try:
        request: Request = msgspec.convert({**keys, "options": keys}, Request)
    except msgspec.ValidationError as problem:
        raise _unreadable(problem) from problem
    return request


def decode_reply(header: bytes) -> AnyReply:
    """Read a reply's header. Raises BadRequest if it does not follow the protocol."""
    reply: AnyReply = _decode(header, AnyReply)
    return reply


def read_id(header: bytes) -> str:
    """Return the `id` of a header that may be wrong otherwise; empty if there is no valid one."""
    try:
        identified: _Identified = _decode(header, _Identified)
    except BadRequest:
        return ""
    return identified.id


def _decode(header: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(header, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise _unreadable(problem) from problem


def _unreadable(problem: Exception) -> BadRequest:
    return BadRequest(f"The message cannot be read: {problem}.")


def check_sizes(work: Work, frames: list[int], limits: Limits) -> None:
    """Check the sizes in bytes of a request's frames against its header and the limits.

    Raises:
        TooLarge: more pixels than the daemon takes.
        BadRequest: a frame is missing, too many, or of another size than the header says.
    """
    if isinstance(work, Picture) and work.mask_bytes > limits.pixels:
        raise TooLarge(
            f"The area to work on has {work.mask_bytes / 1e6:.0f} megapixels, "
            f"more than the {limits.pixels / 1e6:.0f} that are worked on at once.",
            "Select a smaller area, or work on several parts.",
        )
    if frames != work.frames:
        raise BadRequest(f"A request of this size carries frames of {work.frames} bytes, but {frames} came.")
