"""Slack's events: threads are conversations, our own words are ignored, a message told twice is one."""

import json
from pathlib import Path

import pytest

from channels.slack.decode import decode
from channels.slack.wording import escaped, plain
from domain.afterwards import Retraction
from domain.errors import Undecodable
from domain.interaction import Automated, Ignored
from domain.raw import RawInteraction
from tests.channels.cases import RECEIVED_AT

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name, **changes):
    value = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    value["event"].update(changes)
    return value


def read(value, **options):
    raw = RawInteraction(
        channel="slack", dedup_key="slack:1", received_at=RECEIVED_AT, payload=json.dumps(value).encode()
    )
    found = decode(raw, **options)
    return found if isinstance(found, Ignored) else found[0]


def test_a_thread_is_the_conversation_of_the_message_that_began_it():
    began = read(payload("channel_message", ts="1772452400.000100"))

    assert read(payload("thread_reply")).conversation_key == began.conversation_key
    assert read(payload("channel_message")).conversation_key != began.conversation_key


def test_a_direct_message_is_one_conversation_line_by_line():
    first, second = read(payload("direct_message")), read(payload("direct_message_in_thread"))

    assert first.conversation_key == second.conversation_key
    assert (first.reply_to, second.reply_to) == (
        ("T061EG9R6/D024BE91L",),
        ("T061EG9R6/D024BE91L/1772452510.000300",),
    )


def test_a_mention_is_the_same_message_by_another_event():
    mention = payload("app_mention")
    as_message = payload("channel_message", ts=mention["event"]["ts"])

    assert read(mention).identity == read(as_message).identity


def test_what_another_machine_wrote_is_filed_and_never_acknowledged():
    assert read(payload("other_bot")).automated is Automated.BULK


@pytest.mark.parametrize("name", ["our_own", "our_own_by_user"])
def test_our_own_words_are_ignored(name):
    assert read(payload(name)) == Ignored(reason="our own message")


def test_our_own_words_are_ignored_also_when_they_are_changed_or_deleted():
    ours = payload("our_own")["event"]
    changed = payload("message_changed", message={**ours, "edited": {"ts": "1772452520.000000"}, "text": "x"})

    assert read(changed) == Ignored(reason="our own message")
    assert read(payload("message_deleted", previous_message=ours)) == Ignored(reason="our own message")


def test_an_edit_joins_the_conversation_of_what_it_edits():
    edit, original = read(payload("message_changed")), read(payload("channel_message", ts="1772452400.000100"))

    assert edit.conversation_key == original.conversation_key
    assert edit.identity != original.identity
    assert edit.traits["message.edits"] == original.identity


def test_a_deletion_takes_back_the_very_message():
    original = read(payload("channel_message", ts="1772452400.000100"))

    for name in ("message_deleted", "tombstone"):
        found = read(payload(name))
        assert isinstance(found, Retraction)
        assert found.identity == original.identity


def test_only_the_rooms_of_the_settings_are_taken():
    assert read(payload("channel_message"), rooms=frozenset({"C024BE91L"})).text
    assert read(payload("channel_message"), rooms=frozenset({"C0OTHER"})) == Ignored(
        reason="room C024BE91L is not among `rooms`"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ts": "gestern"}, "event.ts: a timestamp expected"),
        ({"channel": "../x"}, "event.channel: an id expected"),
        ({"thread_ts": "x/y"}, "event.thread_ts: a timestamp expected"),
        ({"user": None}, "event.username: text expected"),
    ],
)
def test_what_cannot_be_read_says_why(changes, reason):
    with pytest.raises(Undecodable, match=reason):
        read(payload("channel_message", **changes))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<@U024BE7LH>", "@U024BE7LH"),
        ("<@U024BE7LH|ana>", "@ana"),
        ("<#C024BE7LR|geral>", "#geral"),
        ("<!here> <!subteam^S1|@time>", "@here @time"),
        ("<https://exemplo.com|aqui>", "aqui (https://exemplo.com)"),
        ("<https://exemplo.com>", "https://exemplo.com"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("2 < 3 > 1", "2 < 3 > 1"),
    ],
)
def test_slacks_signs_are_read_as_people_read_them(written, shown):
    assert plain(written) == shown


def test_our_words_call_nobody():
    assert escaped("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert plain(escaped("<!channel> & <@U1>")) == "<!channel> & <@U1>"
