"""Which application calls: an API key, or a Standard Webhooks signature. Everything is compared as bytes.

Each application knows its own keys and secrets only, so what proves it also says which one it is; an application's
name inside a message means nothing.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from channels.app.options import Application as Settings
from channels.fields import secret_bytes, signing_keys
from channels.signing import SignatureRefused, SigningKey, verify
from domain.errors import Refused

_BEARER = b"bearer "


class OriginRefused(Refused):
    """The key is right, but pages of this origin may not use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """`name` as the settings have it. `keys`: the header values that prove it."""

    name: str
    keys: Sequence[bytes]
    signers: Sequence[SigningKey]
    origins: frozenset[str]
    required: Sequence[str]


@dataclass(frozen=True, slots=True)
class Caller:
    """`webhook_id`: the id that was signed; None for a key."""

    application: Application
    webhook_id: str | None


def application(name: str, settings: Settings, reveal: Callable[[str], str], where: str) -> Application:
    """Raises ConfigError for a secret that is missing or too short; `where` names the setting."""
    return Application(
        name=name,
        keys=[secret_bytes(reference, reveal, f"{where}.keys") for reference in settings.keys],
        signers=signing_keys(settings.secrets, reveal, f"{where}.secrets"),
        origins=frozenset(settings.origins),
        required=settings.required,
    )


def caller(applications: Sequence[Application], headers: Mapping[str, str], signed: bytes, now: float) -> Caller:
    """Who sent this; `signed` is what a signature must be over. Raises SignatureRefused or OriginRefused."""
    if "webhook-signature" in headers:
        return _signer(applications, headers, signed, now)
    offered = headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    found = None
    for one in applications:
        for key in one.keys:
            if hmac.compare_digest(_BEARER + key, offered[:7].lower() + offered[7:]):
                found = one
    if found is None:
        raise SignatureRefused("an API key (Authorization: Bearer …) or a signature of a known application is needed")
    origin = headers.get("Origin")
    if origin is not None and origin.lower() not in found.origins:
        raise OriginRefused("pages of this origin may not use this key")
    return Caller(found, None)


def _signer(applications: Sequence[Application], headers: Mapping[str, str], signed: bytes, now: float) -> Caller:
    refusal = SignatureRefused("no application of the settings signs")
    for one in applications:
        if not one.signers:
            continue
        try:
            return Caller(one, verify(one.signers, headers, signed, now=now))
        except SignatureRefused as error:
            refusal = error
    raise refusal
