"""What may be set for a webhook channel, and what building it refuses."""

import pickle

import pytest
from pydantic import ValidationError

from channels.base import BuildContext
from channels.webhook import Options, build
from domain.errors import ConfigError
from domain.interaction import Interaction
from tests.channels.cases import cases_of

REPLY = {"url": "https://chat.exemplo.com/balcao", "secret": "env:REPLY"}


def context(tmp_path, secret="long enough for a secret"):
    return BuildContext(name="chat", base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _reference: secret)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"secrets": []},
        {"secrets": ["the secret itself"]},
        {"secrets": ["env:A"], "unknown": 1},
        {"secrets": ["env:A"], "max_body": "a lot"},
        {"secrets": ["env:A"], "reply": {"url": "https://x.example"}},
        {"secrets": ["env:A"], "reply": {**REPLY, "url": "ftp://x.example/"}},
        {"secrets": ["env:A"], "reply": {**REPLY, "url": "https://user:password@x.example/"}},
        {"secrets": ["env:A"], "reply": {**REPLY, "url": "https:///nowhere"}},
        {"secrets": ["env:A"], "reply": {**REPLY, "url": "https://x.example:99999/"}},
        {"secrets": ["env:A"], "reply": {**REPLY, "url": "https://x.example/#secret"}},
        {"secrets": ["env:A"], "reply": {**REPLY, "url": "https://x.example/a b"}},
        {"secrets": ["env:A"], "reply": {**REPLY, "url": 7}},
    ],
)
def test_wrong_options_are_refused(options):
    with pytest.raises(ValidationError):
        Options.model_validate(options)


def test_sizes_are_written_with_units():
    assert Options.model_validate({"secrets": ["env:A"], "max_body": "2MB"}).max_body == 2_000_000


@pytest.mark.parametrize("reply", [None, REPLY])
def test_a_reply_url_makes_the_sender_and_the_return_path(tmp_path, reply):
    channel = build(Options.model_validate({"secrets": ["env:A"], "reply": reply}), context(tmp_path))
    (interaction,) = channel.decode(cases_of("webhook")[0].raw())

    assert isinstance(interaction, Interaction)
    assert (channel.sender is not None) == (reply is not None)
    assert bool(interaction.return_path) == (reply is not None)
    assert bool(interaction.no_return_path) == (reply is None)
    assert interaction.authentic


def test_a_short_secret_is_a_mistake_that_names_its_place_and_not_its_value(tmp_path):
    with pytest.raises(ConfigError) as caught:
        build(Options.model_validate({"secrets": ["env:A"]}), context(tmp_path, secret="short-one"))

    assert "channels.chat.secrets" in str(caught.value)
    assert "env:A" in str(caught.value)
    assert "short-one" not in str(caught.value)


def test_decode_travels_to_another_process(tmp_path):
    channel = build(Options.model_validate({"secrets": ["env:A"]}), context(tmp_path))
    raw = cases_of("webhook")[0].raw()

    assert pickle.loads(pickle.dumps(channel.decode))(raw) == channel.decode(raw)


def test_the_schema_can_be_exported_for_editors():
    assert Options.model_json_schema()["properties"]["secrets"]["items"]["pattern"].startswith("^(env:")
