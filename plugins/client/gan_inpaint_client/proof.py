"""How the client and the daemon show each other that they know the token, without sending it.

Each side draws a nonce for the connection. The daemon proves itself first, so that a stranger at its address gets
neither the token nor a pixel (docs/protocol.md, "Who is there").
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

CLIENT, DAEMON = "client", "daemon"


def new_nonce() -> str:
    """Return 64 random hexadecimal digits."""
    return secrets.token_hex(32)


def proof(token: str, side: str, client_nonce: str, daemon_nonce: str) -> str:
    """Return the proof of `side`, CLIENT or DAEMON: HMAC-SHA-256 with the token as its key, 64 hexadecimal digits."""
    text = f"gan-inpaint {side} {client_nonce} {daemon_nonce}"
    return hmac.new(token.encode(), text.encode(), hashlib.sha256).hexdigest()


def same(shown: str, expected: str) -> bool:
    """Return whether two proofs are the same, in a time that does not depend on where they differ."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode())
