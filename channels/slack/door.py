"""Slack's requests at `POST /hooks/<channel name>`.

X-Slack-Signature: v0=<HMAC-SHA256 of "v0:timestamp:body">, X-Slack-Request-Timestamp at most five minutes off
{"type": "url_verification", "challenge": …} ─▶ the challenge, and nothing is kept
an event ─▶ 200 once it is on disk; Slack repeats it (X-Slack-Retry-Num) under the same event_id, which is filed once
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from channels.json_door import Prove
from channels.problem import json_answer
from channels.signing import Proof, SignatureRefused, require_recent

_SIGNATURE, _TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"
_KEPT = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason", _TIMESTAMP)
_EVENT_ID = re.compile(r"[A-Za-z0-9]{4,60}", re.ASCII)
_LONGEST_CHALLENGE = 1000


def slack_signature(secrets: Sequence[str]) -> Prove:
    """Any of the signing secrets may have signed."""
    keys = [secret.encode() for secret in secrets]

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        given, stamp = headers.get(_SIGNATURE, ""), headers.get(_TIMESTAMP, "")
        if not given:
            raise SignatureRefused(f"the header {_SIGNATURE} is missing")
        require_recent(stamp, _TIMESTAMP, now)
        offered = given.encode("utf-8", "surrogateescape")
        if not any(hmac.compare_digest(_signature(key, stamp, body), offered) for key in keys):
            raise SignatureRefused(f"{_SIGNATURE} does not match this body and timestamp")
        return Proof(offered.decode(), {name: headers[name] for name in _KEPT if name in headers})

    return prove


def challenge(value: Mapping[str, Any]) -> web.Response | None:
    """The answer to a verification of our address."""
    if value.get("type") != "url_verification":
        return None
    given = value.get("challenge")
    text = given[:_LONGEST_CHALLENGE] if isinstance(given, str) else ""
    return json_answer({"challenge": text})


def event_id(value: Mapping[str, Any]) -> str | None:
    """What an event is known by, however often it is repeated."""
    given = value.get("event_id")
    return given if isinstance(given, str) and _EVENT_ID.fullmatch(given) else None


def _signature(key: bytes, stamp: str, body: bytes) -> bytes:
    return b"v0=" + hmac.digest(key, b"v0:%b:%b" % (stamp.encode(), body), "sha256").hex().encode()
