"""An id finds a ticket; only a token, or a channel that vouches, proves a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.interaction import Automated
from domain.surroundings import Surroundings
from domain.ticket import Road, State
from tests.samples import NOON, TOKEN_KEY, call, chat, mail, ticket
from triage.conversation import Desk, clues_of, lookup_of, renumbered
from triage.standing import House
from triage.token import sign

TOKEN_ADDRESS = f"suporte+{sign(TOKEN_KEY, 7)}@exemplo.com.br"
OURS = "<balcao.7.abc@exemplo.com.br>"


def place(interaction, *tickets, message_ids=None, conversations=None):
    desk = Desk.of(
        Surroundings(
            tickets={known.number: known for known in tickets},
            message_ids=message_ids or {},
            conversations=conversations or {},
        )
    )
    return desk.place(interaction, clues_of(interaction, TOKEN_KEY))


def with_token(**changes):
    return mail(envelope_recipients=(TOKEN_ADDRESS,), **changes)


@pytest.mark.parametrize(
    ("state", "road", "reopens"),
    [
        (State.NEW, Road.JOINS, False),
        (State.OPEN, Road.JOINS, False),
        (State.WAITING, Road.JOINS, True),
        (State.SOLVED, Road.JOINS, True),
        (State.CLOSED, Road.LINKS, False),
    ],
)
def test_a_verified_reply_joins_reopens_or_opens_a_linked_ticket_by_state(state, road, reopens):
    placement = place(with_token(), ticket(7, state))
    assert (placement.road, placement.reopens) == (road, reopens)
    assert (placement.ticket == 7) == (road is Road.JOINS)
    assert placement.linked == (7 if road is Road.LINKS else None)


@pytest.mark.parametrize("automated", [kind for kind in Automated if kind is not Automated.NONE])
@pytest.mark.parametrize("state", list(State))
def test_an_automatic_reply_never_reopens(automated, state):
    placement = place(with_token(automated=automated), ticket(7, state))
    assert (placement.road, placement.ticket, placement.reopens) == (Road.JOINS, 7, False)


@pytest.mark.parametrize(
    "clue", [{"in_reply_to": (OURS,)}, {"references": ("<other@x>", OURS)}, {"subject": "Re: [#7] Recebemos"}]
)
def test_a_participants_address_without_proof_is_held(clue):
    placement = place(mail(**clue), ticket(7, State.SOLVED), message_ids={OURS: (7,)})
    assert (placement.road, placement.ticket, placement.reopens) == (Road.HELD, 7, False)


@pytest.mark.parametrize(
    "clue", [{"in_reply_to": (OURS,)}, {"references": ("<other@x>", OURS)}, {"subject": "Re: [#7] Recebemos"}]
)
def test_a_stranger_who_names_a_ticket_opens_a_linked_one(clue):
    placement = place(mail(sender="mallory@evil.example", **clue), ticket(7), message_ids={OURS: (7,)})
    assert (placement.road, placement.linked) == (Road.LINKS, 7)
    assert placement.ticket < 0


def test_a_participant_who_finds_a_closed_ticket_opens_a_linked_one():
    placement = place(mail(subject="[#7]"), ticket(7, State.CLOSED))
    assert (placement.road, placement.linked) == (Road.LINKS, 7)


def test_a_bounce_that_finds_a_ticket_is_held_there():
    bounce = mail(sender="mailer-daemon@mx.example", automated=Automated.BOUNCE, references=(OURS,))
    placement = place(bounce, ticket(7), message_ids={OURS: (7,)})
    assert (placement.road, placement.ticket) == (Road.HELD, 7)


@pytest.mark.parametrize("subject", ["[#8]", "[#0]", "#7", "[# 7]", "[#7x]", "[#99999999999999999999]"])
def test_a_number_that_names_no_ticket_opens_a_new_one(subject):
    placement = place(mail(subject=subject), ticket(7))
    assert (placement.road, placement.linked) == (Road.OPENS, None)


def test_among_several_tickets_found_the_senders_own_is_taken():
    tickets = (ticket(7, State.NEW, "bob@x.example"), ticket(8, State.NEW, "ana@cliente.example"))
    placement = place(mail(in_reply_to=("<m@x>",)), *tickets, message_ids={"<m@x>": (7, 8)})
    assert (placement.road, placement.ticket) == (Road.HELD, 8)


def test_a_valid_token_for_a_ticket_that_is_gone_opens_a_new_one():
    assert place(with_token()).road is Road.OPENS


def test_a_chat_message_joins_the_ticket_of_its_conversation():
    placement = place(chat(), ticket(7), conversations={("site", "visitor-1"): 7})
    assert (placement.road, placement.ticket) == (Road.JOINS, 7)


def test_a_chat_message_to_a_closed_ticket_opens_a_linked_one():
    placement = place(chat(), ticket(7, State.CLOSED), conversations={("site", "visitor-1"): 7})
    assert (placement.road, placement.linked) == (Road.LINKS, 7)


def test_a_late_call_event_never_reopens_or_opens():
    placement = place(call(), ticket(7, State.CLOSED), conversations={("telefone", "call:1"): 7})
    assert (placement.road, placement.ticket, placement.reopens) == (Road.JOINS, 7, False)


def test_a_mail_token_is_worth_nothing_in_a_chat():
    assert place(chat(envelope_recipients=(TOKEN_ADDRESS,)), ticket(7)).road is Road.OPENS


def test_two_messages_of_one_conversation_in_one_batch_share_a_ticket():
    desk = Desk.of(Surroundings())
    first, second = chat(identity="a"), chat(identity="b")
    one = desk.place(first, clues_of(first, TOKEN_KEY))
    two = desk.place(second, clues_of(second, TOKEN_KEY))
    assert (one.road, two.road) == (Road.OPENS, Road.JOINS)
    assert one.ticket == two.ticket == -1
    assert renumbered(two, [41]).ticket == 41


def test_a_mail_and_its_own_follow_up_in_one_batch_meet():
    desk = Desk.of(Surroundings())
    first, second = mail(identity="a"), mail(identity="b", message_id="<2@x>", in_reply_to=("<1@cliente.example>",))
    one = desk.place(first, clues_of(first, TOKEN_KEY))
    two = desk.place(second, clues_of(second, TOKEN_KEY))
    assert (two.road, two.ticket) == (Road.HELD, one.ticket)


def test_the_lookup_asks_for_everything_the_placement_may_need():
    one, two = mail(in_reply_to=("<a@x>",), references=("<b@x>",), subject="[#5]"), chat(identity="c")
    clues = [clues_of(one, TOKEN_KEY), clues_of(two, TOKEN_KEY)]
    lookup = lookup_of([one, two], clues, [("all", "*")], "2026-11-22T12")
    assert lookup.identities == {"mail:1", "c"}
    assert lookup.message_ids == {"<a@x>", "<b@x>"}
    assert lookup.ticket_numbers == {5}
    assert lookup.conversations == {("site", "visitor-1")}
    assert lookup.budgets == {("all", "*")}


def test_a_placement_knows_which_message_of_how_old_a_ticket_it_is():
    known = replace(ticket(7), opened_at=NOON, messages=4)
    desk = Desk(tickets={7: known}, conversations={("site", "chat-1"): 7}, message_ids={})
    said = [chat(identity=f"site:{n}", conversation_key="chat-1") for n in (1, 2)]

    placed = [desk.place(one, clues_of(one, TOKEN_KEY)) for one in said]

    assert [(one.opened_at, one.message_count) for one in placed] == [(NOON, 5), (NOON, 6)]


def test_a_new_ticket_begins_with_its_first_message():
    desk = Desk(tickets={}, conversations={}, message_ids={})
    placed = desk.place(mail(), clues_of(mail(), TOKEN_KEY))

    assert (placed.opened_at, placed.message_count) == (None, 1)


DAY = timedelta(days=1)


def place_after(silence, *, state=State.OPEN, quiet=DAY, said=chat):
    """The placement of what is said so long after the last word on ticket 7."""
    known = replace(ticket(7, state), last_at=NOON)
    interaction = said(occurred_at=NOON + silence)
    desk = Desk(
        tickets={7: known},
        conversations={(interaction.channel, interaction.conversation_key): 7},
        message_ids={},
        house=House(quiet=quiet),
    )
    return desk.place(interaction, clues_of(interaction, TOKEN_KEY))


@pytest.mark.parametrize("state", list(State))
def test_after_a_long_silence_a_chat_message_opens_a_linked_ticket(state):
    placement = place_after(DAY + timedelta(seconds=1), state=state)
    assert (placement.road, placement.linked, placement.reopens) == (Road.LINKS, 7, False)
    assert placement.ticket < 0


@pytest.mark.parametrize("silence", [DAY, timedelta(0), -3 * DAY])
def test_within_the_quiet_time_or_out_of_order_a_chat_message_joins(silence):
    assert (place_after(silence).road, place_after(silence).ticket) == (Road.JOINS, 7)


def test_without_a_quiet_time_a_chat_goes_on_for_ever():
    assert place_after(4000 * DAY, quiet=None).road is Road.JOINS


def test_calls_and_mails_know_no_quiet_time():
    assert place_after(30 * DAY, said=call).road is Road.JOINS


def test_a_silence_within_one_batch_divides_it_too():
    """Monday's and Wednesday's messages, kept for us and delivered together, in both orders."""
    for order in ((0, 1, 72, 73), (0, 1, 73, 72)):
        desk = Desk.of(Surroundings(), House(quiet=DAY))
        said = [chat(identity=f"c{hour}", occurred_at=NOON + timedelta(hours=hour)) for hour in order]
        placed = [desk.place(one, clues_of(one, TOKEN_KEY)) for one in said]

        assert [(one.road, one.ticket) for one in placed] == [
            (Road.OPENS, -1), (Road.JOINS, -1), (Road.LINKS, -2), (Road.JOINS, -2),
        ]  # fmt: skip
        assert renumbered(placed[2], [41, 42]).linked == 41
