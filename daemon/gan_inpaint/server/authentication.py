"""How a connection begins: the daemon proves that it knows the token, then the client does (docs/protocol.md)."""

from __future__ import annotations

from gan_inpaint.errors import Unauthorized
from gan_inpaint.protocol import ClientProof, DaemonProof, Prove, Reply, decode_request
from gan_inpaint_client.proof import CLIENT, DAEMON, new_nonce, proof, same


class Authentication:
    """The two messages with which one client begins. `passed`: it knows the token."""

    def __init__(self, token: str) -> None:
        self.passed = False
        self._token = token
        self._nonces: tuple[str, str] | None = None

    def answer(self, header: bytes | bytearray, frames: int) -> Reply | None:
        """Return the reply to a message of `frames` frames; None to the right proof, which needs none.

        Raises:
            Unauthorized: the message is no proof, or a wrong one.
            BadRequest, ProtocolMismatch: it cannot be read.
        """
        request = decode_request(bytes(header))
        if frames == 1 and isinstance(request, Prove) and self._nonces is None:
            self._nonces = request.nonce, new_nonce()
            shown = proof(self._token, DAEMON, *self._nonces)
            return DaemonProof(id=request.id, nonce=self._nonces[1], proof=shown)
        if frames == 1 and isinstance(request, ClientProof) and self._nonces is not None:
            self.passed = same(request.proof, proof(self._token, CLIENT, *self._nonces))
            if self.passed:
                return None
        raise Unauthorized("The daemon does not let this program in.", "Try again: it may have been restarted.")
