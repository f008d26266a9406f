"""Call events: one call is one ticket, a broken neighbour costs nothing, and a caller id proves nothing (attack 53)."""

import json
from datetime import UTC, datetime

import pytest

from channels.voice.decode import decode
from domain.errors import Undecodable
from domain.interaction import Ignored, Medium
from domain.raw import RawInteraction

RECEIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CALL = {"event": "missed", "call_id": "c-1", "from": "+5511912345678", "to": "+551140001000"}


def read(*events, key="phone:1"):
    payload = events[0] if len(events) == 1 else {"events": list(events)}
    raw = RawInteraction(channel="phone", dedup_key=key, received_at=RECEIVED, payload=json.dumps(payload).encode())
    return decode(raw)


def test_all_events_of_a_call_are_one_interaction():
    events = [{**CALL, "event": event} for event in ("answered", "ended", "missed")]
    (together,) = read(*events)
    apart = [read(event)[0] for event in events]

    assert together.conversation_key == "call:c-1"
    assert {interaction.identity for interaction in (together, *apart)} == {"phone:call:c-1"}
    assert len(together.call_events) == 3
    assert together.traits["call.answered"], "somebody took it, whoever else let it ring"


def test_the_same_event_told_twice_is_the_same_interaction():
    assert read(CALL, key="phone:1")[0].identity == read(CALL, key="phone:2")[0].identity


def test_a_ringing_call_is_ignored_with_its_reason():
    assert read({**CALL, "event": "new"}) == Ignored(reason="call still ringing")


def test_a_list_of_nothing_for_us_is_ignored():
    assert read({**CALL, "event": "new"}, {**CALL, "event": "parked"}) == Ignored(
        reason="call still ringing; call event 'parked' is not filed"
    )
    assert read({"events": []}) == Ignored(reason="no events")


def test_a_caller_id_is_never_proof():
    """Attack 53: anybody can call under a customer's number."""
    (interaction,) = read({**CALL, "name": "Ana Lúcia", "authentic": True})

    assert interaction.medium is Medium.CALL
    assert not interaction.authentic
    assert interaction.sender.address == "+5511912345678"
    assert interaction.return_path is None
    assert interaction.no_return_path == "a call has no return path"


def test_a_bad_element_does_not_lose_its_neighbours():
    """Attack 51: and it is not lost itself, it becomes visible with what was wrong."""
    found = read(CALL, "lixo", {"event": "missed"}, {**CALL, "call_id": "c-2"})

    assert [item.conversation_key for item in found] == ["call:c-1", None, None, "call:c-2"]
    assert found[1].traits["payload.problems"] == "events[1]: an object expected, got text"
    assert found[2].traits["payload.problems"] == "events[2].call_id: text expected, got nothing"
    assert len({item.identity for item in found}) == 4


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"events": ["a", 1]}, "events[0]: an object expected, got text; events[1]: an object expected, got a number"),
        ({"events": {}}, "events: an array expected, got an object"),
        ({"events": [{}] * 5001}, "events: at most 5000 in one body, got 5001"),
        ({}, "event: text expected, got nothing"),
        ({"event": 5}, "event: text expected, got a number"),
        ({"event": "missed"}, "call_id: text expected, got nothing"),
        ({"event": "missed", "call_id": 7}, "call_id: text expected, got a number"),
    ],
)
def test_what_cannot_be_read_says_why(payload, reason):
    with pytest.raises(Undecodable) as caught:
        read(payload)

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("event", "told", "answered"),
    [
        ("answered", {}, True),
        ("missed", {"answered": True}, False),
        ("ended", {}, False),
        ("ended", {"answered": True}, True),
        ("ended", {"talked_s": 5}, True),
        ("ended", {"talked_s": 0}, False),
        ("ended", {"answered_at": "2026-03-02T11:00:00Z"}, True),
        ("ended", {"answered_at": "2026-03-02T11:00:00Z", "answered": False}, False),
    ],
)
def test_whether_a_call_was_answered(event, told, answered):
    (interaction,) = read({**CALL, "event": event, **told})

    assert interaction.traits["call.answered"] is answered
    assert ("perdida" in interaction.subject) == (not answered)


def test_durations_are_worked_out_from_times():
    times = {"started_at": 1772450000, "answered_at": 1772450018, "ended_at": 1772450210}
    (interaction,) = read({**CALL, "event": "ended", **times})
    traits = interaction.traits

    assert [traits[f"call.{name}"] for name in ("waited_s", "talked_s", "duration_s")] == [18, 192, 210]
    assert interaction.occurred_at == datetime.fromtimestamp(1772450210, UTC)


def test_times_in_the_wrong_order_give_no_duration():
    (interaction,) = read({**CALL, "event": "ended", "started_at": 1772450210, "ended_at": 1772450000})

    assert interaction.traits["call.duration_s"] is None


def test_the_contact_of_an_outbound_call_is_who_was_called():
    (interaction,) = read({**CALL, "direction": "outbound", "from": "1001", "to": "11 91234-5678"})

    assert interaction.sender.address == "+5511912345678"
    assert interaction.recipients == ("1001",)
    assert interaction.subject == "Chamada não atendida por +55 11 91234-5678"


def test_a_missed_call_reads_as_a_sentence():
    (interaction,) = read({**CALL, "waited_s": 42, "queue": "Suporte"})

    assert interaction.text == "Chamada perdida de +55 11 91234-5678, fila Suporte, esperou 42 s."


def test_a_recording_is_named_and_never_fetched():
    """Attack 40: its address is text like any other."""
    (interaction,) = read({**CALL, "recording": "http://169.254.169.254/latest"})

    assert interaction.traits["call.recording"] == "http://169.254.169.254/latest"
    assert interaction.attachments == ()


@pytest.mark.parametrize("columns", [{"0": 1, "15": 2}, {"0": 1, "15": 2, "a": 3}, {"0": 1, "8": 2, "a": 3}])
def test_names_that_only_look_like_columns_are_no_row(columns):
    with pytest.raises(Undecodable):
        read(columns)
