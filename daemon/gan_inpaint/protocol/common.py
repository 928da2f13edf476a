"""What requests and replies share, and what one client may ask for."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

PROTOCOL = 2

Identifier = Annotated[str, Meta(min_length=1, max_length=64)]
Digits = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""A nonce, or an HMAC-SHA-256, in hexadecimal."""
Extent = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Stage = Literal["waiting", "loading", "detecting", "filling", "downloading", "checking"]
Kind = Literal["generator", "classical"]


class Limits(Struct, frozen=True):
    """What one client may ask for; `welcome` tells it.

    `frame_bytes` holds `pixels` of four 32-bit channels; all pixels that wait together may have no more bytes.
    `queue`: pieces of work that one client may have waiting.
    """

    header_bytes: int = 16 * 1024
    frame_bytes: int = 2**30
    pixels: int = 2**26
    queue: int = 8

    @property
    def message_bytes(self) -> int:
        """Bytes of a whole message: its header, its pixels and its three masks."""
        return self.header_bytes + self.frame_bytes + 3 * self.pixels
