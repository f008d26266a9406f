"""Attack 48: a door asks for a proof unless a person switches that off by name; then nobody counts as proved."""

import json

import pytest
from pydantic import ValidationError

from channels import alerts, mapped, voice, webhook
from channels.base import BuildContext
from channels.weaknesses import OPEN_PASSWORD, UNSIGNED, in_the_open
from domain.raw import RawInteraction
from tests.channels.cases import NAME, RECEIVED_AT, SECRET
from tests.ingest.desk import install

KINDS = {"webhook": webhook, "alerts": alerts, "voice": voice, "mapped": mapped}
MAPPING = {"sender": "from", "text": "text"}
OPEN = {"webhook": {"unsigned": True}, "alerts": {"unsigned": True}, "voice": {"unsigned": True},
        "mapped": {"proof": {"scheme": "unsigned"}, "mapping": MAPPING}}  # fmt: skip
PROVED = {"webhook": {"secrets": ["env:S"]}, "alerts": {"secrets": ["env:S"]}, "voice": {"secrets": ["env:S"]},
          "mapped": {"proof": {"secrets": ["env:S"]}, "mapping": MAPPING}}  # fmt: skip


def built(kind, options, folder):
    context = BuildContext(name=NAME, base=folder, var=folder, hostname="x", reveal=lambda _: SECRET)
    return KINDS[kind].build(KINDS[kind].Options.model_validate(options), context)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_proof_and_without_the_word_a_door_is_not_built(kind):
    nothing = {"proof": {}, "mapping": MAPPING} if kind == "mapped" else {}
    with pytest.raises(ValidationError):
        KINDS[kind].Options.model_validate(nothing)


@pytest.mark.parametrize("kind", KINDS)
def test_the_word_beside_a_proof_is_a_mistake(kind):
    both = {**PROVED[kind], "unsigned": True}
    if kind == "mapped":
        both = {"proof": {"scheme": "unsigned", "secrets": ["env:S"]}, "mapping": MAPPING}
    with pytest.raises(ValidationError):
        KINDS[kind].Options.model_validate(both)


@pytest.mark.parametrize("kind", ["webhook", "mapped"])
def test_who_proves_nothing_vouches_for_nobody(kind):
    with pytest.raises(ValidationError, match="vouch"):
        KINDS[kind].Options.model_validate({**OPEN[kind], "vouches": ["email"]})


@pytest.mark.parametrize("kind", KINDS)
def test_only_an_open_door_is_told_as_weak(kind, tmp_path):
    assert built(kind, OPEN[kind], tmp_path).weaknesses == (UNSIGNED,)
    assert built(kind, PROVED[kind], tmp_path).weaknesses == ()


@pytest.mark.parametrize("kind", ["webhook", "mapped"])
def test_what_comes_through_an_open_door_is_nobody_proved(kind, tmp_path):
    body = {"sender": {"id": "u-1"}, "from": "u-1", "text": "oi"}
    raw = RawInteraction(channel=NAME, dedup_key="x", received_at=RECEIVED_AT, payload=json.dumps(body).encode())
    (one,) = built(kind, OPEN[kind], tmp_path).decode(raw)
    assert not one.authentic
    (one,) = built(kind, PROVED[kind], tmp_path).decode(raw)
    assert one.authentic


@pytest.mark.parametrize(("host", "encrypted", "weak"), [
    ("mail.exemplo.com", False, True), ("10.0.0.5", False, True), ("127.0.0.1", False, False),
    ("localhost", False, False), ("::1", False, False), ("mail.exemplo.com", True, False),
])  # fmt: skip
def test_a_password_in_the_open_is_told_as_weak(host, encrypted, weak):
    assert in_the_open(host=host, encrypted=encrypted, password="env:P") == ((OPEN_PASSWORD,) if weak else ())
    assert in_the_open(host=host, encrypted=encrypted, password=None) == ()


@pytest.mark.parametrize(("ami", "weak"), [
    ({"host": "pabx.exemplo.com"}, True), ({"host": "pabx.exemplo.com", "tls": True}, False),
    ({"host": "127.0.0.1"}, False),
])  # fmt: skip
def test_a_telephone_manager_in_the_open_is_told_as_weak(ami, weak, tmp_path):
    options = {"ami": {"user": "balcao", "secret": "env:AMI", **ami}}
    assert built("voice", options, tmp_path).weaknesses == ((OPEN_PASSWORD,) if weak else ())


def test_check_warns_with_the_place(tmp_path):
    installation = install(tmp_path)
    text = installation.config.read_text().replace("    secrets: [file:var/secrets/site.key]", "    unsigned: true")
    installation.config.write_text(text)
    found = installation.json("check")
    assert [(one["line"], one["message"]) for one in found["warnings"]] == [(10, found["warnings"][0]["message"])]
    assert "unsigned" in found["warnings"][0]["message"]
