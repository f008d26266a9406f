"""What proves a post beside a signature: user and password, or a token; and several proofs at one door.

None of them is ever in a URL. `unsigned` is the one that proves nothing. A body is the same when its bytes are.
"""

import base64
import hashlib
import hmac
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping, Sequence

from channels.json_door import Prove
from channels.signing import Proof, SignatureRefused


def any_of(proofs: Sequence[Prove]) -> Prove:
    """The first that is offered and holds; of refusals the last is told."""

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        refusal = SignatureRefused("nothing proves who sends this")
        for one in proofs:
            try:
                return one(headers, body, now)
            except SignatureRefused as error:
                refusal = error
        raise refusal

    return prove


def unsigned(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
    """Whoever calls is believed to be whoever should: switched on by name (`unsigned`), and told at each start."""
    del headers, now
    return Proof(digest(body), {})


def basic(user: str, password: str) -> Prove:
    return _authorization("Basic", f"{user}:{password}".encode(), _decoded)


def bearer(token: str) -> Prove:
    return _authorization("Bearer", token.encode(), str.encode)


def _authorization(scheme: str, secret: bytes, read: Callable[[str], bytes]) -> Prove:
    expected = hashlib.sha256(secret).digest()

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        del now
        offered, _, said = headers.get("Authorization", "").partition(" ")
        if offered.casefold() != scheme.casefold():
            raise SignatureRefused(f"the header Authorization: {scheme} is missing")
        try:
            given = read(said.strip())
        except (Base64Error, ValueError):
            given = b""
        if not hmac.compare_digest(hashlib.sha256(given).digest(), expected):
            raise SignatureRefused("user, password or token are wrong")
        return Proof(digest(body), {})

    return prove


def _decoded(said: str) -> bytes:
    return base64.b64decode(said.encode("ascii"), validate=True)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
