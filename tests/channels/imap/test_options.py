"""What a person may write in the settings of a mailbox."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.base import BuildContext
from channels.imap import Options, build
from domain.errors import ConfigError

GOOD = {"host": "imap.exemplo.com.br", "username": "suporte", "password": "env:IMAP"}
OAUTH = {"token_url": "https://login.example/token", "client_id": "x"}


def options(**more):
    return Options.model_validate({**GOOD, **more})


@pytest.mark.parametrize(
    ("tls", "port", "effective"), [("implicit", None, 993), ("starttls", None, 143), ("none", 1143, 1143)]
)
def test_the_port_follows_from_tls_unless_it_is_given(tls, port, effective):
    assert options(tls=tls, port=port).effective_port == effective


@pytest.mark.parametrize(
    ("written", "meant"), [("Seen", "\\Seen"), ("\\seen", "\\Seen"), ("FLAGGED", "\\Flagged"), ("Balcao", "Balcao")]
)
def test_flags_are_written_as_people_say_them(written, meant):
    assert options(flag=written).flag == meant


def test_inbox_is_inbox_however_it_is_written():
    assert options(folders=["inbox", "Suporte"]).folders == ("INBOX", "Suporte")
    assert options(idle="28m").idle == timedelta(minutes=28)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": None},
        {"oauth": OAUTH},
        {"password": "in the clear"},
        {"idle": "29m"},
        {"poll": "10ms"},
        {"folders": []},
        {"folders": ["INBOX", "inbox"]},
        {"folders": ["A\r\nB"]},
        {"move_to": "INBOX"},
        {"flag": "two words"},
        {"flag": "a)b"},
        {"tls": "maybe"},
        {"oauth": {**OAUTH, "token_url": "ftp://x"}, "password": None},
        {"port": 0},
        {"unknown": 1},
    ],
)
def test_mistakes_are_refused(wrong):
    with pytest.raises(ValidationError):
        options(**wrong)


def test_certificates_that_cannot_be_used_are_named(tmp_path):
    context = BuildContext(name="caixa", base=tmp_path, var=tmp_path, hostname="mx", reveal=lambda _reference: "x")

    with pytest.raises(ConfigError, match=r"none\.pem:1:1: the certificates to trust cannot be used"):
        build(options(ca="none.pem"), context)
    assert build(options(), context).kind == "imap"
    assert options().outgoing == Path("outgoing")
