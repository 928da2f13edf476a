"""The exceptions of the client."""

from __future__ import annotations

from .language import _


class ClientError(Exception):
    """Why a request has no answer.

    Attributes:
        code: `no_daemon`, `cannot_start`, `unauthorized`, `timeout`, `connection_lost`, `bad_reply`,
            `protocol_mismatch`, or what the daemon answered (docs/protocol.md, "Error codes").
        message: a sentence for the user.
        hint: what to do about it; may be empty.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    @property
    def advice(self) -> str:
        """Message and hint together, as an editor shows them."""
        return f"{self.message} {self.hint}".strip()


class Refusal(Exception):
    """The picture, the layer or the selection cannot be worked on. The message is a sentence for the user."""


def bad_reply(detail: str) -> ClientError:
    """Return the error for a peer that breaks the protocol; `detail` helps to find the cause."""
    return ClientError(
        "bad_reply",
        _("The answer is not that of a GAN Inpaint daemon: {detail}.").format(detail=detail),
        _("Run “gan-inpaint stop”, then try again; “gan-inpaint doctor” looks for the cause."),
    )
