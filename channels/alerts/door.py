"""What proves that a post comes from the monitoring tool.

    secrets   Standard Webhooks, for whoever can sign so
    basic     user and password: Alertmanager, Grafana, Uptime Kuma
    bearer    a token in `Authorization: Bearer`: all of them
    sentry    Sentry-Hook-Signature, the HMAC-SHA256 of the body in hex
    grafana   X-Grafana-Alerting-Signature, the same; of "timestamp:body" where a timestamp header comes along

Most of these tools name no delivery, and what they repeat hours later has the same bytes: it must count. So the same
body is the same delivery only for some seconds, in which a tool that had no answer tries again.
"""

import hashlib
import hmac
from collections.abc import Mapping

from channels.json_door import Prove
from channels.signing import Proof, SignatureRefused, require_recent

AT_ONCE = 10
"""Seconds."""
GRAFANAS_SIGNATURE = "X-Grafana-Alerting-Signature"
_KEPT = ("Sentry-Hook-Resource",)


def at_once(prove: Prove) -> Prove:
    """The proof, with a key that is the same for the same body and the same piece of time."""

    def proved(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        proof = prove(headers, body, now)
        kept = {name: headers[name][:100] for name in _KEPT if name in headers}
        return Proof(f"{proof.key}:{int(now // AT_ONCE)}", {**proof.kept, **kept})

    return proved


def hexed(header: str, secret: bytes) -> Prove:
    """HMAC-SHA256 of the raw body in hexadecimal."""

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        del now
        return _matched(headers, header, secret, body, prefix=b"")

    return prove


def grafana(secret: bytes, timestamp_header: str, *, stamped: bool) -> Prove:
    """`stamped`: a post without the timestamp header is refused; else its signature is of the body alone."""

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        stamp = headers.get(timestamp_header)
        if stamp is None and not stamped:
            return _matched(headers, GRAFANAS_SIGNATURE, secret, body, prefix=b"")
        require_recent(stamp or "", timestamp_header, now)
        return _matched(headers, GRAFANAS_SIGNATURE, secret, body, prefix=f"{stamp}:".encode())

    return prove


def _matched(headers: Mapping[str, str], header: str, secret: bytes, body: bytes, *, prefix: bytes) -> Proof:
    """What is signed is `prefix` and `body`. Raises SignatureRefused."""
    offered = headers.get(header, "").strip().lower().encode("utf-8", "surrogateescape")
    if not offered:
        raise SignatureRefused(f"the header {header} is missing")
    if not hmac.compare_digest(offered, hmac.new(secret, prefix + body, hashlib.sha256).hexdigest().encode()):
        raise SignatureRefused(f"{header} does not match this body")
    return Proof(hashlib.sha256(body).hexdigest(), {})
