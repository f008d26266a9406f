"""Messenger's and Instagram's events: whose they are, what joins what, and what is only told about earlier messages."""

import json
from datetime import timedelta
from pathlib import Path

from channels.messenger.decode import decode
from domain.afterwards import DeliveryReceipt, Progress, Retraction
from domain.interaction import Ignored
from domain.raw import RawInteraction
from tests.channels.cases import RECEIVED_AT

PAYLOADS = Path(__file__).parent / "payloads"


def read(name, accounts=frozenset()):
    payload = (PAYLOADS / f"{name}.json").read_bytes()
    raw = RawInteraction(channel="meta", dedup_key="meta:1", received_at=RECEIVED_AT, payload=payload)
    return decode(raw, accounts=accounts)


def test_a_person_with_an_account_of_ours_is_a_conversation():
    [first], [second] = read("messenger_text"), read("messenger_postback")
    [on_instagram] = read("instagram_text")

    assert first.conversation_key == second.conversation_key == "messenger/104830000000001/6543210987654321"
    assert first.sender.address == "messenger:6543210987654321"
    assert on_instagram.sender.address == "instagram:1122334455667788"


def test_an_unsent_message_is_taken_back():
    [said], [unsent] = read("instagram_text"), read("instagram_unsent")

    assert isinstance(unsent, Retraction)
    assert unsent.identity == said.identity


def test_an_edit_is_another_message_of_the_same_conversation():
    [said], [edit] = read("messenger_text"), read("messenger_edit")

    assert edit.identity != said.identity
    assert edit.conversation_key == said.conversation_key
    assert edit.traits["message.edits"] == said.provider_id


def test_deliveries_are_told_one_by_one_or_until_a_moment():
    by_id, [until] = read("messenger_delivery"), read("messenger_delivery_watermark")

    assert [(one.remote_id, one.progress) for one in by_id] == [
        ("m_OUT1", Progress.DELIVERED),
        ("m_OUT2", Progress.DELIVERED),
    ]
    assert isinstance(until, DeliveryReceipt)
    assert (until.remote_id, until.recipient) == (None, "messenger/104830000000001/6543210987654321")


def test_a_watermark_counts_a_little_longer_for_the_clocks_are_not_the_same():
    [read_until] = read("messenger_read")
    payload = json.loads((PAYLOADS / "messenger_read.json").read_bytes())
    watermark = payload["entry"][0]["messaging"][0]["read"]["watermark"] / 1000

    assert abs(read_until.at.timestamp() - watermark - 5) < 0.01
    assert read_until.at <= RECEIVED_AT + timedelta(seconds=1)


def test_echoes_are_ignored_on_both():
    for name in ("messenger_echo", "instagram_echo"):
        assert read(name) == Ignored(reason="echo of our own message")


def test_only_accounts_of_the_settings_are_taken():
    assert read("messenger_text", frozenset({"17841400000000001"})) == Ignored(
        reason="account 104830000000001 is not among `accounts`"
    )


def test_the_name_of_a_file_is_read_from_its_address():
    [said] = read("messenger_file")

    assert said.remote_files[0].name == "contrato assinado.pdf"


def test_what_stands_behind_a_story_is_a_trait():
    [reply], [mention] = read("instagram_story_reply"), read("instagram_story_mention")

    assert reply.traits["instagram.story"] == "18061500000000001"
    assert mention.traits["instagram.story_mention"] is True
    assert mention.text == "[Mencionou você em um story]"
    assert len(mention.remote_files) == 1
