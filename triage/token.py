"""Signed reply tokens: the one thing in a mail that proves its writer was written to about a ticket.

    5 bytes ticket number, big endian ‖ 15 bytes of HMAC-SHA256(key, label ‖ number)
    = 20 bytes = 32 characters of lower-case base32, always

Only the canonical spelling counts: a token is accepted if it equals, in constant time, the one we would
write for the number it names. Shorter, longer, upper-case or foreign ones are no tokens at all.
"""

import base64
import hmac

LENGTH = 32
_NUMBER_BYTES = 5
_MAC_BYTES = 15
_LABEL = b"balcao reply token, version 1\x00"


def sign(key: bytes, ticket: int) -> str:
    """The token of `ticket` (1 … 2**40 - 1): 32 characters."""
    number = ticket.to_bytes(_NUMBER_BYTES, "big")
    mac = hmac.digest(key, _LABEL + number, "sha256")[:_MAC_BYTES]
    return base64.b32encode(number + mac).decode("ascii").lower()


def verify(key: bytes, token: str) -> int | None:
    """The ticket that `token` proves, or None."""
    if len(token) != LENGTH or not token.isascii() or token != token.lower():
        return None
    try:
        number = int.from_bytes(base64.b32decode(token.upper())[:_NUMBER_BYTES], "big")
    except ValueError:
        return None
    return number if hmac.compare_digest(sign(key, number), token) else None
