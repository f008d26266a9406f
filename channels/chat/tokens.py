"""Who a visitor is: a token that we sign, and one that the embedding site signs for users it knows. Both are JWTs.

    nothing                 ─▶ a new visitor          visitor/<128 random bits>
    our token, even expired ─▶ the same visitor       until `remembered` is over since he was last here
    the site's token        ─▶ its user               user/<sub>: the same on every device

A visitor's token is good for one channel and one origin. A user's is renewed only by the site, so that logging out
there ends it here. Only HS256 is taken; keys are derived per channel, so that no token is good elsewhere.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jwt

from channels.cleaning import clean_line
from channels.signing import SignatureRefused

ALGORITHM = "HS256"
SHORTEST_KEY = 32
LEEWAY = 60.0
"""Seconds that the site's clock may differ from ours."""
_LONGEST_TOKEN = 4096
_LONGEST_ID = 200
_VISITOR, _USER = "visitor/", "user/"


class TokenExpired(SignatureRefused):
    """It was good; another one is given for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`visitor` is the key of his conversation. The rest is what the site vouches for; None of somebody unknown."""

    visitor: str
    name: str | None = None
    email: str | None = None
    verified: bool = False

    @property
    def known(self) -> bool:
        return self.visitor.startswith(_USER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    text: str
    expires_at: int


class Clerk:
    """Times in Unix seconds. `keys`: the first signs, all are believed; `users`: the embedding site's."""

    def __init__(
        self, *, channel: str, keys: Sequence[bytes], users: Sequence[bytes], lifetime: float, remembered: float
    ) -> None:
        self._audience = f"chat:{channel}"
        self._channel = channel
        self._keys = [hashlib.sha256(f"balcao {self._audience} ".encode() + key).digest() for key in keys]
        self._users = users
        self._lifetime = lifetime
        self._remembered = remembered

    def newcomer(self) -> Person:
        return Person(visitor=f"{_VISITOR}{secrets.token_hex(16)}")

    def token(self, person: Person, origin: str, now: float) -> Token:
        expires_at = int(now + self._lifetime)
        claims = {"aud": self._audience, "sub": person.visitor, "org": origin, "iat": int(now), "exp": expires_at,
                  "name": person.name, "email": person.email, "ver": person.verified}  # fmt: skip
        return Token(text=jwt.encode(claims, self._keys[0], ALGORITHM), expires_at=expires_at)

    def visitor(self, text: str, origin: str | None, now: float) -> tuple[Person, int]:
        """Whose token it is, and when it expires. Raises SignatureRefused, TokenExpired among them.

        `origin` None: the browser says that the page is of our own origin.
        """
        claims = self._ours(text, origin)
        if claims["exp"] <= now:
            raise TokenExpired("this visitor's token has expired")
        return _person(claims), claims["exp"]

    def returning(self, text: str, origin: str | None, now: float) -> Person:
        """The visitor of a token that may have expired. Raises SignatureRefused."""
        claims = self._ours(text, origin)
        person = _person(claims)
        if person.known:
            raise SignatureRefused("a user's token is renewed by the site that knows him")
        if claims["iat"] + self._remembered <= now:
            raise TokenExpired("this visitor was away for too long")
        return person

    def user(self, text: str, now: float) -> Person:
        """Whom the embedding site has signed. Raises SignatureRefused."""
        claims = self._read(text, self._users, "the site's token of its user")
        if claims.get("aud", self._channel) != self._channel:
            raise SignatureRefused("the site's token of its user is for another audience")
        _check_times(claims, now)
        identity = claims.get("sub")
        if not isinstance(identity, str) or not 0 < len(identity) <= _LONGEST_ID:
            raise SignatureRefused(f'the site\'s token of its user needs "sub": text of 1 to {_LONGEST_ID} characters')
        return Person(
            visitor=_USER + quote(identity, safe="", errors="replace"),
            name=_line(claims.get("name")),
            email=_line(claims.get("email")),
            verified=claims.get("email_verified", True) is True,
        )

    def _ours(self, text: str, origin: str | None) -> dict[str, Any]:
        claims = self._read(text, self._keys, "this visitor's token")
        if claims.get("aud") != self._audience or not isinstance(claims.get("sub"), str):
            raise SignatureRefused("this visitor's token is for another channel")
        if origin is not None and claims.get("org") != origin:
            raise SignatureRefused("this visitor's token is for pages of another origin")
        return claims

    @staticmethod
    def _read(text: str, keys: Sequence[bytes], what: str) -> dict[str, Any]:
        """Claims that one of `keys` signed; times and audience are the caller's to check. Raises SignatureRefused."""
        if len(text) <= _LONGEST_TOKEN and text.isascii():
            options: Any = {f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "aud", "sub", "jti", "iss")}
            for key in keys:
                try:
                    claims: dict[str, Any] = jwt.decode(text, key, algorithms=[ALGORITHM], options=options)
                except (jwt.PyJWTError, ValueError, RecursionError):
                    continue
                return claims
        raise SignatureRefused(f"{what} is not signed as it should be")


def _check_times(claims: dict[str, Any], now: float) -> None:
    """Raises SignatureRefused."""
    for name in ("exp", "nbf"):
        given = claims.get(name)
        if given is not None and (isinstance(given, bool) or not isinstance(given, int | float)):
            raise SignatureRefused(f'the site\'s token of its user: "{name}" must be Unix seconds')
    if claims.get("exp") is None:
        raise SignatureRefused('the site\'s token of its user needs "exp", Unix seconds')
    if claims["exp"] + LEEWAY <= now:
        raise SignatureRefused("the site's token of its user has expired")
    if (claims.get("nbf") or 0) - LEEWAY > now:
        raise SignatureRefused("the site's token of its user is not valid yet")


def _person(claims: dict[str, Any]) -> Person:
    return Person(
        visitor=claims["sub"], name=claims.get("name"), email=claims.get("email"), verified=bool(claims.get("ver"))
    )


def _line(value: Any) -> str | None:
    return clean_line(value, _LONGEST_ID) or None if isinstance(value, str) else None
