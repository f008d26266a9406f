"""What proves that a post comes from the telephone system, and which bodies are taken.

    secrets    Standard Webhooks, for whoever can sign
    basic      user and password: FreeSWITCH's `cred`, curl, most systems
    bearer     a token in `Authorization: Bearer`
    twilio     X-Twilio-Signature over the public URL and the sorted fields of the form

Any one of those that are configured is enough. None of them is ever in a URL. A body is the same when its bytes are:
what a system repeats is stored once.
"""

import base64
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from channels.json_door import Prove, require_plain_json
from channels.json_text import read_object
from channels.proofs import digest
from channels.signing import Proof, SignatureRefused

_OTHER_MEDIA = frozenset(
    {"application/x-www-form-urlencoded", "text/xml", "application/xml", "text/csv", "text/plain", ""}
)
_MOST_FIELDS = 500
_PORTS = {"https": 443, "http": 80}


def takes(media_type: str) -> None:
    """Raises UnsupportedMedia."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain not in _OTHER_MEDIA:
        require_plain_json(media_type)


def opened(body: bytes, _media_type: str) -> Mapping[str, Any]:
    """What says that it is JSON must be JSON; anything else is read later. Raises MalformedJson."""
    first = body.lstrip()[:1]
    if first in {b"", b"{"}:
        return read_object(body)
    return {}


def twilio(token: str, public_url: str) -> Prove:
    """`public_url` is the address that Twilio was given, for a proxy in between may have changed what we see."""
    urls = [url.encode() for url in _with_and_without_port(public_url)]

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        del now
        offered = headers.get("X-Twilio-Signature", "").encode("utf-8", "surrogateescape")
        if not offered:
            raise SignatureRefused("the header X-Twilio-Signature is missing")
        fields = _signed_fields(body)
        expected = [base64.b64encode(hmac.digest(token.encode(), url + fields, "sha1")) for url in urls]
        if not any(hmac.compare_digest(offered, one) for one in expected):
            raise SignatureRefused("X-Twilio-Signature does not match this form and the public URL of the settings")
        return Proof(digest(fields), {})  # I-Twilio-Idempotency-Token is not signed

    return prove


def _signed_fields(body: bytes) -> bytes:
    """Names and values, sorted; a name that stands several times once for each of its values."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise SignatureRefused("the form has too many fields") from None
    return "".join(f"{name}{value}" for name, value in sorted(set(pairs))).encode("utf-8", "surrogateescape")


def _with_and_without_port(url: str) -> list[str]:
    """Twilio signs with the port of the URL or without, as it was configured and over the years."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    return [url, *(urlunsplit(parts._replace(netloc=netloc)) for netloc in (host, f"{host}:{port}"))]
