"""What a sender is to this house; From alone makes nobody an agent."""

from dataclasses import replace

import pytest

from domain.interaction import Automated
from domain.surroundings import Surroundings
from domain.ticket import Road, State
from tests.samples import MAILBOX, TOKEN_KEY, chat, mail, ticket
from triage.conversation import Desk, clues_of
from triage.standing import House, Standing, tags_of, takes_part, traits_of
from triage.token import sign

MARIA = "maria@exemplo.com.br"
HOUSE = House(own=(MAILBOX,), agents=frozenset({MARIA, "@equipe.example"}))
OURS = "<balcao.7.abc@exemplo.com.br>"
TOKEN = f"suporte+{sign(TOKEN_KEY, 7)}@exemplo.com.br"
VERIFICATION = {"mail.verification": True}


@pytest.mark.parametrize(
    ("interaction", "standing"),
    [
        (mail(), Standing.CUSTOMER),
        (mail(authentic=True), Standing.CUSTOMER),
        (mail(sender=MARIA), Standing.IN_AGENTS_NAME),
        (mail(sender=MARIA.upper()), Standing.IN_AGENTS_NAME),
        (mail(sender="maria+x@exemplo.com.br"), Standing.IN_AGENTS_NAME),
        (mail(sender=MARIA, authentic=True), Standing.AGENT),
        (mail(sender="qualquer@equipe.example", authentic=True), Standing.AGENT),
        (mail(sender="maria@sub.equipe.example", authentic=True), Standing.CUSTOMER),
        (mail(sender="former@exemplo.com.br", authentic=True), Standing.CUSTOMER),
        (mail(sender="suporte@exemplo.com.br", authentic=True), Standing.OURS),
        (mail(sender="Suporte+x@exemplo.com.br"), Standing.OURS),
        (mail(automated=Automated.OWN), Standing.OURS),
        (mail(traits=VERIFICATION), Standing.ROBOT),
        (mail(sender=MARIA, authentic=True, traits=VERIFICATION), Standing.ROBOT),
        (chat(sender=mail(sender=MARIA).sender), Standing.CUSTOMER),
    ],
)
def test_standing(interaction, standing):
    assert HOUSE.standing_of(interaction) is standing


def test_an_agent_of_a_domain_whose_every_address_is_ours_is_still_an_agent():
    mailbox = replace(MAILBOX, address="suporte@equipe.example", recipients=frozenset({"@equipe.example"}))
    whole = House(own=(mailbox,), agents=frozenset({"@equipe.example"}))
    assert whole.standing_of(mail(sender="rui@equipe.example", authentic=True)) is Standing.AGENT
    assert whole.standing_of(mail(sender="suporte@equipe.example", authentic=True)) is Standing.OURS


def test_what_follows_from_it():
    assert [one for one in Standing if not takes_part(one)] == [Standing.OURS, Standing.ROBOT]
    assert traits_of(Standing.AGENT) == {"sender.agent": "proved"}
    assert traits_of(Standing.IN_AGENTS_NAME) == {"sender.agent": "claimed"}
    assert traits_of(Standing.CUSTOMER) == {}
    assert [one for one in Standing if tags_of(one)] == [Standing.ROBOT]


def place(interaction, known=None):
    known = known or ticket(7, State.SOLVED)
    desk = Desk.of(Surroundings(tickets={7: known}, message_ids={OURS: (7,)}), HOUSE)
    return desk.place(interaction, clues_of(interaction, TOKEN_KEY))


CLUES = [{"in_reply_to": (OURS,)}, {"references": (OURS,)}, {"subject": "Re: [#7]"}, {"envelope_recipients": (TOKEN,)}]
FINDING = CLUES[:3]


@pytest.mark.parametrize("clue", FINDING)
def test_a_participants_proved_address_joins_and_reopens(clue):
    placement = place(mail(authentic=True, **clue))
    assert (placement.road, placement.ticket, placement.reopens) == (Road.JOINS, 7, True)
    assert placement.reason == "participant's address, proved"


@pytest.mark.parametrize("clue", FINDING)
def test_on_a_closed_ticket_it_opens_a_linked_one(clue):
    placement = place(mail(authentic=True, **clue), ticket(7, State.CLOSED))
    assert (placement.road, placement.linked) == (Road.LINKS, 7)


@pytest.mark.parametrize("clue", FINDING)
@pytest.mark.parametrize("automated", list(Automated))
def test_an_unproved_mail_joins_no_closed_ticket_whatever_it_is(clue, automated):
    placement = place(mail(automated=automated, **clue), ticket(7, State.CLOSED))
    assert placement.road is not Road.JOINS


@pytest.mark.parametrize("clue", FINDING)
@pytest.mark.parametrize("authentic", [True, False])
def test_a_stranger_proved_to_be_himself_is_still_a_stranger(clue, authentic):
    placement = place(mail(sender="mallory@evil.example", authentic=authentic, **clue))
    assert (placement.road, placement.linked) == (Road.LINKS, 7)


@pytest.mark.parametrize("clue", FINDING)
def test_a_proved_automatic_answer_is_held_and_reopens_nothing(clue):
    placement = place(mail(authentic=True, automated=Automated.AUTO_REPLY, **clue))
    assert (placement.road, placement.reopens) == (Road.HELD, False)


@pytest.mark.parametrize("clue", CLUES)
@pytest.mark.parametrize("state", list(State))
def test_a_proved_agent_notes_and_takes_no_part(clue, state):
    placement = place(mail(sender=MARIA, authentic=True, **clue), ticket(7, state))
    assert (placement.road, placement.ticket, placement.reopens, placement.takes_part) == (Road.NOTES, 7, False, False)


@pytest.mark.parametrize("clue", FINDING)
def test_in_an_agents_name_one_is_a_stranger(clue):
    assert place(mail(sender=MARIA, **clue)).road is Road.LINKS


def test_a_token_in_an_agents_name_makes_no_note():
    assert place(mail(sender=MARIA, **CLUES[3])).road is Road.JOINS


def test_a_proved_agent_who_finds_nothing_opens_a_ticket():
    assert place(mail(sender=MARIA, authentic=True)).road is Road.OPENS


@pytest.mark.parametrize("clue", CLUES)
@pytest.mark.parametrize("sender", ["no-reply@terceiro.example", "ana@cliente.example"])
def test_who_wants_an_address_confirmed_joins_nothing(clue, sender):
    placement = place(mail(sender=sender, authentic=True, traits=VERIFICATION, **clue))
    assert (placement.road, placement.linked, placement.takes_part) == (Road.LINKS, 7, False)


@pytest.mark.parametrize(
    ("automated", "road"),
    [
        (Automated.BULK, Road.LINKS),
        (Automated.LIST, Road.LINKS),
        (Automated.AUTO_REPLY, Road.HELD),
        (Automated.BOUNCE, Road.HELD),
        (Automated.NONE, Road.JOINS),
    ],
)
def test_a_true_token_in_the_hands_of_a_stranger_machine_joins_nothing(automated, road):
    assert place(mail(sender="news@terceiro.example", automated=automated, **CLUES[3])).road is road


def test_our_own_address_never_takes_part_nor_does_it_later_in_the_same_batch():
    desk = Desk.of(Surroundings(), HOUSE)
    first = mail(sender="suporte@exemplo.com.br", message_id="<1@x>")
    placement = desk.place(first, clues_of(first, TOKEN_KEY))
    second = mail(sender="suporte@exemplo.com.br", in_reply_to=("<1@x>",), authentic=True)
    assert not placement.takes_part
    assert desk.tickets[placement.ticket].participants == frozenset()
    assert desk.place(second, clues_of(second, TOKEN_KEY)).road is Road.LINKS
