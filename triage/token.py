"""Signed tokens in addresses of ours: the one thing in a mail that proves what it answers.

    reply     5 bytes ticket                  ‖ 15 bytes of MAC = 20 bytes = 32 characters: a customer was written to
    bounce    5 bytes ticket ‖ 5 bytes message ‖ 15 bytes of MAC = 25 bytes = 40 characters: our message came back

Numbers are big endian, the MAC is HMAC-SHA256(key, label ‖ numbers), the spelling is lower-case base32. The labels
differ, so neither token is ever taken for the other: a bounce address in a delivery report proves no customer.
Only the canonical spelling counts: a token is accepted if it equals, in constant time, the one we would
write for the numbers it names. Shorter, longer, upper-case or foreign ones are no tokens at all.
"""

import base64
import hmac

from domain.mailbox import BOUNCE_TOKEN_LENGTH

LENGTH = 32
_NUMBER_BYTES = 5
_MAC_BYTES = 15
_LABEL = b"balcao reply token, version 1\x00"
_BOUNCE_LABEL = b"balcao bounce token, version 1\x00"


def sign(key: bytes, ticket: int) -> str:
    """The token of `ticket` (1 … 2**40 - 1): 32 characters."""
    return _spelled(key, _LABEL, ticket.to_bytes(_NUMBER_BYTES, "big"))


def verify(key: bytes, token: str) -> int | None:
    """The ticket that `token` proves, or None."""
    numbers = _verified(key, _LABEL, token, LENGTH)
    return None if numbers is None else int.from_bytes(numbers, "big")


def sign_bounce(key: bytes, ticket: int, message: int) -> str:
    """The token of one message of ours on `ticket`: 40 characters."""
    numbers = ticket.to_bytes(_NUMBER_BYTES, "big") + message.to_bytes(_NUMBER_BYTES, "big")
    return _spelled(key, _BOUNCE_LABEL, numbers)


def verify_bounce(key: bytes, token: str) -> tuple[int, int] | None:
    """Ticket and message that `token` proves, or None."""
    numbers = _verified(key, _BOUNCE_LABEL, token, BOUNCE_TOKEN_LENGTH)
    if numbers is None:
        return None
    return int.from_bytes(numbers[:_NUMBER_BYTES], "big"), int.from_bytes(numbers[_NUMBER_BYTES:], "big")


def _spelled(key: bytes, label: bytes, numbers: bytes) -> str:
    mac = hmac.digest(key, label + numbers, "sha256")[:_MAC_BYTES]
    return base64.b32encode(numbers + mac).decode("ascii").lower()


def _verified(key: bytes, label: bytes, token: str, length: int) -> bytes | None:
    if len(token) != length or not token.isascii() or token != token.lower():
        return None
    try:
        numbers = base64.b32decode(token.upper())[:-_MAC_BYTES]
    except ValueError:
        return None
    return numbers if hmac.compare_digest(_spelled(key, label, numbers), token) else None
