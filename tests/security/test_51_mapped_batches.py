"""Attacks 50 and 51 for mapped webhooks: one bad element costs itself; echoes are ignored; any body is survived."""

import json
from contextlib import suppress

import pytest

from channels.base import BuildContext
from channels.mapped import Options, build
from domain.errors import Undecodable
from domain.interaction import Ignored
from domain.raw import RawInteraction
from tests.channels.cases import NAME, RECEIVED_AT, SECRET
from tests.patience import costs_below

MAPPING = {
    "each": "entry[].messages[]",
    "ignore": [{"when": "each.echo", "because": "our own echo"}, {"when": "each.status", "because": "a status"}],
    "sender": "each.from",
    "text": "each.text",
    "message_id": "each.id",
    "context": "{account: payload.account}",
}
GOOD = [{"from": "u-1", "text": "oi", "id": 1}, {"from": "u-2", "text": "olá", "id": 2}]


def decoded(messages, tmp_path, mapping=MAPPING):
    options = Options.model_validate({"proof": {"secrets": ["env:S"]}, "mapping": mapping})
    context = BuildContext(name=NAME, base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: SECRET)
    payload = messages if isinstance(messages, bytes) else json.dumps(
        {"account": "a-1", "entry": [{"messages": messages}]}).encode()  # fmt: skip
    raw = RawInteraction(channel=NAME, dedup_key=f"{NAME}:1", received_at=RECEIVED_AT, payload=payload, envelope={})
    return build(options, context).decode(raw)


@pytest.mark.parametrize("bad", [{"text": "quem?"}, {"from": "u-3"}, {"from": [1], "text": "x"}, "texto", 7])
def test_one_bad_element_costs_only_itself_and_is_shown(bad, tmp_path):
    found = decoded([GOOD[0], bad, GOOD[1]], tmp_path)

    assert [one.text for one in found[:2]] == ["oi", "olá"]
    assert len({one.identity for one in found}) == len(found) == 3
    assert found[2].subject == "Mensagem ilegível"
    assert found[2].traits["payload.problems"].startswith("mapping.")


def test_echoes_and_statuses_are_ignored_beside_messages(tmp_path):
    found = decoded([{"from": "x", "text": "eco", "echo": True}, *GOOD, {"status": "read"}], tmp_path)

    assert [one.text for one in found] == ["oi", "olá"]
    assert found[0].traits == {"context.account": "a-1"}


def test_a_body_of_echoes_alone_says_why_it_is_ignored(tmp_path):
    assert decoded([{"echo": 1}, {"status": "sent"}], tmp_path) == Ignored(reason="our own echo; a status")


@pytest.mark.parametrize(
    "body",
    [
        b'{"entry": "x"}', b'{"entry": [{"messages": {"a": 1}}]}', b"{}", b'{"entry": [{"messages": [' + b"[" * 900
        + b"]" * 900 + b"]}]}", b'{"entry": [{"messages": [' + b"1," * 5000 + b"1]}]}",
        b'{"entry": [' + b'{"messages": [{"from": "a", "text": "b"}]},' * 60_000 + b"{}]}",
    ],
)  # fmt: skip
def test_hostile_bodies_are_ignored_or_quarantined_in_a_moment(body, tmp_path):
    with costs_below(5):
        found = []
        with suppress(Undecodable):
            found = decoded(body, tmp_path)
        assert isinstance(found, Ignored) or len(found) <= 1000
