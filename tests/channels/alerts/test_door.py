"""Grafana's HMAC: of the body, or of "timestamp:body" where its contact point names a timestamp header.

https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
"""

import subprocess

import pytest
from pydantic import ValidationError

from channels.alerts.door import grafana
from channels.alerts.options import TIMESTAMP, Options
from channels.signing import SignatureRefused

SECRET, BODY, NOW = b"a secret that is long enough", b'{"alerts": [], "title": "caf\xc3\xa9"}', 1772452800
SIGNATURE = "X-Grafana-Alerting-Signature"


def signature(signed: bytes) -> str:
    """By another program than ours."""
    command = ["openssl", "dgst", "-sha256", "-hmac", SECRET.decode(), "-hex"]
    return subprocess.run(command, input=signed, capture_output=True, check=True).stdout.split()[-1].decode()


def proved(headers, *, header=TIMESTAMP, stamped=False, body=BODY):
    return grafana(SECRET, header, stamped=stamped)(headers, body, NOW).key


def test_the_body_alone_is_signed_where_there_is_no_timestamp():
    assert proved({SIGNATURE: signature(BODY)}) == proved({SIGNATURE: signature(BODY).upper()})


@pytest.mark.parametrize("stamped", [False, True])
@pytest.mark.parametrize("late", [0, 299, -299])
def test_the_timestamp_and_the_body_are_signed_together(stamped, late):
    stamp = str(NOW - late)
    headers = {SIGNATURE: signature(stamp.encode() + b":" + BODY), TIMESTAMP: stamp}
    assert proved(headers, stamped=stamped) == proved({SIGNATURE: signature(BODY)})


def test_the_header_is_the_one_of_the_settings():
    stamp = str(NOW)
    headers = {SIGNATURE: signature(stamp.encode() + b":" + BODY), "X-Quando": stamp}
    assert proved(headers, header="X-Quando", stamped=True)
    with pytest.raises(SignatureRefused, match="X-Outro is missing"):
        proved(headers, header="X-Outro", stamped=True)


@pytest.mark.parametrize("stamp", ["", "agora", "1772452800.5", "-1", "\u0661\u0662", "\udcff", "9" * 13, " 1772452800",
                                   str(NOW - 301), str(NOW + 301), str(NOW * 1000)])  # fmt: skip
def test_a_timestamp_that_is_none_or_old_proves_nothing(stamp):
    signed = signature(stamp.encode("utf-8", "surrogateescape") + b":" + BODY)
    with pytest.raises(SignatureRefused, match=TIMESTAMP):
        proved({SIGNATURE: signed, TIMESTAMP: stamp})


def test_a_recorded_post_is_not_taken_with_another_timestamp_or_without_one():
    old = str(NOW - 3600)
    recorded = signature(old.encode() + b":" + BODY)
    for headers in ({SIGNATURE: recorded}, {SIGNATURE: recorded, TIMESTAMP: str(NOW)}):
        with pytest.raises(SignatureRefused, match="does not match"):
            proved(headers)


def test_a_post_without_a_timestamp_is_refused_where_one_is_demanded():
    with pytest.raises(SignatureRefused, match=f"{TIMESTAMP} is missing"):
        proved({SIGNATURE: signature(BODY)}, stamped=True)


def test_a_timestamp_header_without_a_secret_is_a_mistake_of_the_settings():
    with pytest.raises(ValidationError, match="set grafana, the secret, too"):
        Options.model_validate({"bearer": "env:A", "grafana_timestamp": "X-A"})
