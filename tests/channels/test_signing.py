"""Standard Webhooks signatures against an independent implementation (PyPI `standardwebhooks`)."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from channels.signing import SignatureRefused, SigningKey, sign, verify

NOW = 1_772_452_800
printable_ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=255)


@given(secret=st.binary(min_size=16, max_size=200), prefix=st.binary(max_size=50), body=st.binary(max_size=500))
def test_the_signature_is_plain_hmac_sha256(secret, prefix, body):
    """Also for secrets longer than a hash block, which HMAC hashes first."""
    expected = base64.b64encode(hmac.digest(secret, prefix + body, hashlib.sha256))

    assert SigningKey(secret).signature(prefix, body) == expected


@given(message_id=printable_ids, body=st.text(st.characters(codec="utf-8")))
def test_what_another_implementation_signs_is_verified(message_id, body):
    secret = b"a secret that both sides know"
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(NOW),
        "webhook-signature": Webhook(secret).sign(message_id, datetime.fromtimestamp(NOW, UTC), body),
    }

    assert verify([SigningKey(secret)], headers, body.encode(), now=NOW) == message_id


def test_another_implementation_verifies_what_we_sign():
    now = datetime.now(UTC).timestamp()
    body = '{"text": "Olá"}'.encode()
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    headers = sign(SigningKey.from_text(secret), message_id="ack:1", body=body, now=now)

    assert Webhook(secret).verify(body, headers) == {"text": "Olá"}


@given(body=st.binary(min_size=1, max_size=200), bit=st.integers(min_value=0))
def test_a_changed_bit_is_noticed(body, bit):
    key = SigningKey(b"0123456789abcdef")
    headers = sign(key, message_id="m", body=body, now=NOW)
    changed = bytearray(body)
    changed[bit // 8 % len(body)] ^= 1 << bit % 8

    with pytest.raises(SignatureRefused, match="no signature"):
        verify([key], headers, bytes(changed), now=NOW)


@given(st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()))
def test_no_headers_whatever_break_the_check(headers):
    with pytest.raises(SignatureRefused):
        verify([SigningKey(b"0123456789abcdef")], headers, b"{}", now=NOW)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("short", "16 bytes"),
        ("whsec_c2hvcnQ=", "16 bytes"),
        ("whsec_!!!!not base64!!!!", "not base64"),
        ("whsec_", "16 bytes"),
    ],
)
def test_a_secret_that_is_too_short_or_unreadable_is_a_mistake(text, reason):
    with pytest.raises(ValueError, match=reason):
        SigningKey.from_text(text)


def test_base64_secrets_may_come_without_padding():
    padded = "whsec_" + base64.b64encode(b"seventeen bytes!!").decode()

    assert SigningKey.from_text(padded.rstrip("=")).signature(b"", b"") == SigningKey.from_text(padded).signature(
        b"", b""
    )
