"""What proves a request of a mapped webhook, by the scheme of its settings. Everything is compared as bytes.

    standard   webhook-id, webhook-timestamp, webhook-signature
    hmac       a header with the HMAC of the body, alone or behind a timestamp
    bearer     a header with a secret
    basic      user name and password
    unsigned   nothing: anybody is believed

What is the same when it comes again (docs/adr/0024): `standard` signs an id. With the others it is the body, and the
header `delivery` if the settings name one. An HMAC that does not cover that header leaves it to whoever has caught a
request, so there only what is signed counts:

    "{delivery}" is signed         delivery and body
    a time is signed, too          delivery and body at the door; time and body for what is filed (`as_signed`)
    the body alone is signed       the body, unless `trust_delivery`
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from channels.fields import secret_bytes, signing_keys
from channels.json_door import Prove
from channels.mapped.forms import unbounded
from channels.mapped.options import Proof as Settings
from channels.signing import Proof, SignatureRefused, standard_webhooks
from domain.raw import RawInteraction

LONGEST_STAMP = 16
LONGEST_DELIVERY = 200
_MILLISECONDS = 10**11
_PLACES = re.compile(r"(\{timestamp\}|\{delivery\})")


def prover(settings: Settings, reveal: Callable[[str], str], where: str) -> Prove:
    """Raises ConfigError for a secret that is missing or too short; `where` names the setting."""
    secrets = [secret_bytes(reference, reveal, where) for reference in settings.secrets]
    match settings.scheme:
        case "standard":
            return standard_webhooks(signing_keys(settings.secrets, reveal, where))
        case "hmac":
            return _hmac(settings, secrets)
        case "unsigned":
            return _unsigned(settings)
        case "bearer":
            prefix = "Bearer " if settings.prefix is None and settings.header is None else settings.prefix or ""
            wanted = [prefix.encode() + secret for secret in secrets]
        case "basic":
            pairs = [f"{settings.username}:".encode() + secret for secret in secrets]
            wanted = [b"Basic " + b64encode(pair) for pair in pairs]
    return _known(settings, wanted)


def _known(settings: Settings, wanted: Sequence[bytes]) -> Prove:
    name = settings.header or "Authorization"

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:  # noqa: ARG001 - the shape of Prove
        offered = _bytes(headers, name)
        if not any([hmac.compare_digest(one, offered) for one in wanted]):  # noqa: C419 - all are compared, always
            raise SignatureRefused(f"the header {name} does not hold what is expected")
        return _proof(settings, headers, body, {})

    return prove


def _unsigned(settings: Settings) -> Prove:
    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:  # noqa: ARG001 - the shape of Prove
        return _proof(settings, headers, body, {})

    return prove


def _hmac(settings: Settings, secrets: Sequence[bytes]) -> Prove:
    assert settings.header is not None, "checked with the settings"
    name, prefix = settings.header, (settings.prefix or "").encode()
    parts = _PLACES.split(settings.signed.removesuffix("{body}"))

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        kept: dict[str, str] = {}
        if settings.timestamp is not None:
            kept[settings.timestamp] = _fresh(settings, headers, now)
        signed = b"".join(_signed_part(settings, headers, part) for part in parts)
        offered = _bytes(headers, name)
        offered = offered.lower() if settings.encoding == "hex" else offered
        wanted = prefix.lower() if settings.encoding == "hex" else prefix
        matches = [
            hmac.compare_digest(wanted + _encoded(settings, hmac.digest(secret, signed + body, settings.algorithm)),
                                offered)
            for secret in secrets
        ]  # fmt: skip
        if not any(matches):
            raise SignatureRefused(f"the signature in {name} does not match this body")
        return _proof(settings, headers, body, kept)

    return prove


def _signed_part(settings: Settings, headers: Mapping[str, str], part: str) -> bytes:
    """What is written out, or what stands in the header that is named. Raises SignatureRefused."""
    name = {"{timestamp}": settings.timestamp, "{delivery}": settings.delivery}.get(part)
    if name is None:
        return part.encode()
    value = _bytes(headers, name)
    if not 0 < len(value) <= LONGEST_DELIVERY:
        raise SignatureRefused(f"the header {name} is signed, and must hold 1 to {LONGEST_DELIVERY} bytes")
    return value


def as_signed(settings: Settings, raw: RawInteraction) -> RawInteraction:
    """`raw` under what the signature covers, where the id of its delivery is whatever its sender likes."""
    headers = raw.envelope.get("headers")
    stamp = headers.get(settings.timestamp) if isinstance(headers, dict) else None
    if not settings.delivery_is_unsigned or not isinstance(stamp, str):
        return raw
    digest = hashlib.sha256(stamp.encode() + b"." + raw.payload).hexdigest()
    return replace(raw, dedup_key=f"{raw.channel}:signed:{digest[:40]}")


def _encoded(settings: Settings, digest: bytes) -> bytes:
    return digest.hex().encode() if settings.encoding == "hex" else b64encode(digest)


def _fresh(settings: Settings, headers: Mapping[str, str], now: float) -> str:
    """The timestamp as it was sent. Raises SignatureRefused when it is none, or too far from our clock."""
    name = settings.timestamp or ""
    stamp = headers.get(name, "")
    if not (0 < len(stamp) <= LONGEST_STAMP and stamp.isascii() and stamp.isdigit()):
        raise SignatureRefused(f"the header {name} must hold the seconds since 1970-01-01 UTC")
    seconds = int(stamp) / 1000 if int(stamp) > _MILLISECONDS else int(stamp)
    if abs(now - seconds) > settings.tolerance.total_seconds():
        raise SignatureRefused(f"the time in {name} is too far from our clock")
    return stamp


def _proof(settings: Settings, headers: Mapping[str, str], body: bytes, kept: dict[str, str]) -> Proof:
    key = hashlib.sha256(unbounded(body)).hexdigest()[:40]
    delivery = headers.get(settings.delivery, "")[:LONGEST_DELIVERY] if settings.delivery else ""
    if settings.delivery and delivery:
        kept[settings.delivery] = delivery.encode("ascii", "backslashreplace").decode()
        if settings.trust_delivery or not settings.replayable_for_ever:
            key = f"{kept[settings.delivery]}:{key}"
    return Proof(key, kept)


def _bytes(headers: Mapping[str, str], name: str) -> bytes:
    return headers.get(name, "").encode("utf-8", "surrogateescape")
