"""What a person may write in the settings of a mail channel."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.smtp import Options
from domain.units import Listen


def test_sizes_durations_and_addresses_are_read_as_people_write_them():
    options = Options.model_validate(
        {"listen": ["127.0.0.1:0", "[::1]:25"], "max_message": "10MB", "timeout": "90s", "recipients": ["@Exemplo.COM"]}
    )

    assert options.listen == (Listen("127.0.0.1", 0), Listen("::1", 25))
    assert (options.max_message, options.timeout) == (10_000_000, timedelta(seconds=90))
    assert options.mailbox.owns("alguem@exemplo.com")


def test_without_recipients_the_own_address_is_the_only_one():
    mailbox = Options.model_validate({"address": "Suporte@exemplo.com"}).mailbox

    assert mailbox.owns("suporte+ficha@exemplo.com")
    assert not mailbox.owns("vendas@exemplo.com")


@pytest.mark.parametrize(
    "wrong",
    [
        {"unknown": 1},
        {"listen": []},
        {"listen": ["25"]},
        {"recipients": ["exemplo.com"]},
        {"recipients": ["a b@exemplo.com"]},
        {"address": "@exemplo.com"},
        {"max_message": 5},
        {"timeout": "5 minutes"},
        {"max_connections": 0},
        {"tls": {"certificate": "c.pem"}},
        {"relay": {"host": "r", "tls": "maybe"}},
        {"relay": {"host": "r", "password": "in the clear"}},
    ],
)
def test_mistakes_are_refused(wrong):
    with pytest.raises(ValidationError):
        Options.model_validate(wrong)


def test_the_schema_for_editors_knows_every_option():
    properties = Options.model_json_schema()["properties"]

    assert set(properties) == set(Options.model_fields)
    assert properties["max_message"]["pattern"]
    assert Options().outgoing == Path("outgoing")
