"""Attack 51 for chat providers: one bad element, statuses before messages, our own echo. Others are kept."""

import json

import pytest

from domain.afterwards import DeliveryReceipt
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction
from domain.raw import RawInteraction
from tests.channels.cases import NAME, RECEIVED_AT, build_channel
from tests.security.providers import MESSENGER, WHATSAPP

BAD = [None, 7, "lixo", [], {}, {"id": 5}, {"type": "text"}]


def read(kind, value, tmp_path):
    payload = json.dumps(value).encode()
    raw = RawInteraction(channel=NAME, dedup_key="canal:x", received_at=RECEIVED_AT, payload=payload)
    return build_channel(kind, tmp_path).decode(raw)


def whatsapp():
    value = json.loads(WHATSAPP)
    return value, value["entry"][0]["changes"][0]["value"]


@pytest.mark.parametrize("bad", BAD, ids=str)
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_bad_element_costs_its_neighbours_nothing_and_is_seen(tmp_path, bad, where):
    for kind, value, elements in batches():
        elements.insert(0 if where == "before" else len(elements), bad)
        found = read(kind, value, tmp_path)

        assert [one.text for one in found if isinstance(one, Interaction) and one.text == "oi"] == ["oi"]
        seen = [one for one in found if isinstance(one, Interaction) and "payload.problems" in one.traits]
        assert len(seen) == 1 or kind == "messenger"  # an event of Messenger without a known name is ignored


def batches():
    value, inner = whatsapp()
    yield "whatsapp", value, inner["messages"]
    value = json.loads(MESSENGER)
    yield "messenger", value, value["entry"][0]["messaging"]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_bad_entry_or_change_costs_its_neighbours_nothing(tmp_path, bad):
    for path in ("entry", "changes"):
        value, _ = whatsapp()
        (value["entry"] if path == "entry" else value["entry"][0]["changes"]).insert(0, bad)
        found = read("whatsapp", value, tmp_path)

        assert "oi" in [one.text for one in found if isinstance(one, Interaction)]


def test_a_body_of_nothing_but_bad_elements_is_quarantined(tmp_path):
    value, inner = whatsapp()
    inner["messages"] = ["lixo", 7]

    with pytest.raises(Undecodable, match=r"messages\[0\]: an object expected, got text"):
        read("whatsapp", value, tmp_path)


def test_a_status_is_read_whether_its_message_is_known_or_not(tmp_path):
    value, inner = whatsapp()
    inner["statuses"] = [{"id": "wamid.NEVER_SENT", "status": "delivered", "timestamp": "1772452500"}]
    found = read("whatsapp", value, tmp_path)

    assert [type(one) for one in found] == [Interaction, DeliveryReceipt]


def test_an_echo_of_our_own_number_is_ignored(tmp_path):
    value, inner = whatsapp()
    inner["messages"][0]["from"] = "15550783881"

    assert read("whatsapp", value, tmp_path) == Ignored(reason="echo of our own message")
