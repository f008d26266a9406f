"""What proves a request of a mapped webhook, by the scheme of its settings. Everything is compared as bytes.

    standard   webhook-id, webhook-timestamp, webhook-signature
    hmac       a header with the HMAC of the body, alone or behind a timestamp
    bearer     a header with a secret
    basic      user name and password
    unsigned   nothing: anybody is believed

All but `standard` name no id that is signed, so a repetition is known by its body, and by the header `delivery` if
the settings name one.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence

from channels.fields import secret_bytes, signing_keys
from channels.json_door import Prove
from channels.mapped.options import Proof as Settings
from channels.signing import Proof, SignatureRefused, standard_webhooks

LONGEST_STAMP = 16
_MILLISECONDS = 10**11


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
    before, stamped, between = settings.signed.removesuffix("{body}").partition("{timestamp}")

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        kept: dict[str, str] = {}
        signed = before.encode()
        if stamped and settings.timestamp is not None:
            kept[settings.timestamp] = stamp = _fresh(settings, headers, now)
            signed += f"{stamp}{between}".encode()
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
    key = hashlib.sha256(body).hexdigest()[:40]
    delivery = headers.get(settings.delivery, "")[:200] if settings.delivery else ""
    if settings.delivery and delivery:
        kept[settings.delivery] = delivery.encode("ascii", "backslashreplace").decode()
        key = f"{kept[settings.delivery]}:{key}"
    return Proof(key, kept)


def _bytes(headers: Mapping[str, str], name: str) -> bytes:
    return headers.get(name, "").encode("utf-8", "surrogateescape")
