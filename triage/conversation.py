"""Which ticket an interaction belongs to. An id finds a ticket; only a token, the channel, or a server that we trust
proves a person (ADR 2, ADR 7).

    wants an address confirmed             ─▶ LINKS to whatever it found, else OPENS: it joins nothing
    a machine writes to a signed bounce address ─▶ HELD on the ticket of the message that it answers
    the channel vouches for a conversation ─▶ its ticket is closed, or a chat had been quiet for long?
                                              ─yes─▶ LINKS to it ─no─▶ JOINS it
    a call of a number that has a ticket   ─▶ solved, closed or long ago? ─yes─▶ LINKS to it ─no─▶ JOINS it
    a valid signed token                   ─▶ the same two answers; but a machine that takes no part is HELD or LINKS
    a proved agent finds one               ─▶ NOTES on it
    In-Reply-To, References, [#n] find one ─▶ written by a participant? ─no─▶ LINKS to it
                                              └yes─▶ his address proved? ─yes─▶ JOINS ─no─▶ HELD
    nothing                                ─▶ OPENS

A verified reply reopens a solved or waiting ticket; an automatic message never does. Bounces and other
automatic answers that find a ticket are held on it, whoever wrote them: a ticket for each would be noise.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from domain.call_desk import OF_NUMBER
from domain.interaction import Automated, Interaction, Medium
from domain.mailbox import fold_address, tag_of
from domain.surroundings import Lookup, Surroundings
from domain.ticket import TAKES_PART_BY, KnownTicket, Placement, Road, State
from triage.bounces import bounced_message
from triage.standing import House, Standing, takes_part
from triage.token import verify

_SUBJECT_NUMBER = re.compile(r"\[#(\d{1,12})\]", re.ASCII)
_REPLY_REOPENS = frozenset({State.SOLVED, State.WAITING})
_ANSWERS_TO_US = frozenset({Automated.AUTO_REPLY, Automated.BOUNCE})
_IN_BULK = frozenset({Automated.LIST, Automated.BULK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What in an interaction points at a ticket. `message_ids` are nearest first."""

    conversation: tuple[str, str] | None
    proven: int | None
    message_ids: tuple[str, ...]
    subject_number: int | None
    bounced: int | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing points anywhere: a new request, if it is no repetition."""
        return not (self.conversation or self.proven or self.message_ids or self.subject_number or self.bounced)


def clues_of(interaction: Interaction, key: bytes) -> Clues:
    """`key` signs our reply tokens."""
    if interaction.conversation_key is not None:
        conversation = (interaction.channel, interaction.conversation_key)
        return Clues(conversation=conversation, proven=None, message_ids=(), subject_number=None)
    if interaction.medium is not Medium.MAIL:
        return Clues(conversation=None, proven=None, message_ids=(), subject_number=None)
    nearest_first = (*reversed(interaction.in_reply_to), *reversed(interaction.references))
    number = _SUBJECT_NUMBER.search(interaction.subject)
    return Clues(
        conversation=None,
        proven=_proven_ticket(interaction, key),
        message_ids=tuple(dict.fromkeys(nearest_first)),
        subject_number=int(number[1]) if number else None,
        bounced=next(iter(bounced_message(interaction, key) or ()), None),
    )


def _proven_ticket(interaction: Interaction, key: bytes) -> int | None:
    written_to = (*interaction.envelope_recipients, *interaction.recipients, *interaction.cc)
    tags = filter(None, map(tag_of, written_to))
    return next((ticket for tag in tags if (ticket := verify(key, tag)) is not None), None)


def lookup_of(
    interactions: Iterable[Interaction],
    clues: Iterable[Clues],
    budgets: Iterable[tuple[str, str]],
    period: str,
) -> Lookup:
    """Everything the store must be asked before this batch can be placed, as one question."""
    clues = list(clues)
    numbers = {number for clue in clues for number in (clue.proven, clue.subject_number, clue.bounced) if number}
    return Lookup(
        identities=frozenset(interaction.identity for interaction in interactions),
        conversations=frozenset(clue.conversation for clue in clues if clue.conversation),
        message_ids=frozenset(message_id for clue in clues for message_id in clue.message_ids),
        ticket_numbers=frozenset(numbers),
        budgets=frozenset(budgets),
        period=period,
    )


@dataclass(slots=True)
class Desk:
    """The surroundings as they stand while a batch is being placed, one interaction after another.

    New tickets get provisional numbers below zero until the store has allotted real ones.
    """

    tickets: dict[int, KnownTicket]
    conversations: dict[tuple[str, str], int]
    message_ids: dict[str, tuple[int, ...]]
    house: House = field(default_factory=House)
    opened: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, surroundings: Surroundings, house: House | None = None) -> "Desk":
        return cls(
            house=house or House(),
            tickets=dict(surroundings.tickets),
            conversations=dict(surroundings.conversations),
            message_ids=dict(surroundings.message_ids),
        )

    def joins(self, call: Interaction, clues: Clues) -> bool:
        """Whether there is an open ticket that this call belongs to; nothing is decided by asking."""
        ticket = self._of_its_number(call, clues)
        return ticket is not None and self._too_late(call, ticket) is None

    def place(self, interaction: Interaction, clues: Clues) -> Placement:
        """Decide, and remember the decision for the interactions that follow in this batch."""
        standing = self.house.standing_of(interaction)
        placement = (
            self._kept_apart(interaction, clues, standing)
            or self._returned(interaction, clues)
            or self._called(interaction, clues)
            or self._vouched(interaction, clues, standing)
            or self._found(interaction, clues, standing)
            or self._new("new request")
        )
        if not takes_part(standing):
            placement = replace(placement, takes_part=False)
        self._remember(interaction, clues, placement)
        known = self.tickets[placement.ticket]
        if known.messages == 1 and known.opened_at is None:
            return placement
        return replace(placement, opened_at=known.opened_at, message_count=known.messages)

    def _returned(self, interaction: Interaction, clues: Clues) -> Placement | None:
        """What machines send to the envelope sender of a message of ours."""
        ticket = self.tickets.get(clues.bounced) if clues.bounced is not None else None
        if ticket is None or interaction.automated is Automated.NONE:
            return None
        return Placement(road=Road.HELD, ticket=ticket.number, reason="automatic answer to our message")

    def _kept_apart(self, interaction: Interaction, clues: Clues, standing: Standing) -> Placement | None:
        if standing is not Standing.ROBOT:
            return None
        proven = self.tickets.get(clues.proven) if clues.proven is not None else None
        ticket = proven or self._nearest(clues, fold_address(interaction.sender.address))
        return self._new("a third party wants an address confirmed", linked=ticket.number if ticket else None)

    def _vouched(self, interaction: Interaction, clues: Clues, standing: Standing) -> Placement | None:
        number = self.conversations.get(clues.conversation) if clues.conversation else clues.proven
        ticket = self.tickets.get(number) if number is not None else None
        if ticket is None:
            return None
        if standing is Standing.AGENT:
            return _note(ticket)
        if not clues.conversation and fold_address(interaction.sender.address) not in ticket.participants:
            # A per-ticket address can be given to any service that sends mail; a machine answers for nobody.
            if interaction.automated in _ANSWERS_TO_US:
                return Placement(road=Road.HELD, ticket=ticket.number, reason="automatic answer, unverified")
            if interaction.automated in _IN_BULK:
                return self._new("bulk mail to the address of this ticket", linked=ticket.number)
        if clues.conversation and self._was_quiet(interaction, ticket):
            return self._new("the conversation had been quiet for long", linked=ticket.number)
        why = "same conversation" if clues.conversation else "signed reply token"
        return self._as_customer(interaction, ticket, why, f"{why}, but the ticket is closed")

    def _called(self, interaction: Interaction, clues: Clues) -> Placement | None:
        """A number is not a person: its call joins what is open of it, and brings nothing back."""
        ticket = self._of_its_number(interaction, clues)
        if ticket is None:
            return None
        if late := self._too_late(interaction, ticket):
            return self._new(f"a call of this number, {late}", linked=ticket.number)
        return Placement(road=Road.JOINS, ticket=ticket.number, reason="same number, which proves nobody")

    def _of_its_number(self, call: Interaction, clues: Clues) -> KnownTicket | None:
        if call.medium is not Medium.CALL or not clues.conversation or not clues.conversation[1].startswith(OF_NUMBER):
            return None
        return self.tickets.get(self.conversations.get(clues.conversation, 0))

    def _too_late(self, call: Interaction, ticket: KnownTicket) -> str | None:
        """Why this call no longer belongs to the ticket of its number."""
        window = self.house.call_windows.get(call.channel)
        if ticket.state in {State.SOLVED, State.CLOSED}:
            return "whose ticket is done with"
        late = window is not None and ticket.last_at is not None and call.occurred_at - ticket.last_at > window
        return "long after the last" if late else None

    def _was_quiet(self, interaction: Interaction, ticket: KnownTicket) -> bool:
        """When it was said counts, not when it arrived: what waited for us while we were away was no silence."""
        quiet = self.house.quiet
        if quiet is None or ticket.last_at is None or interaction.medium is not Medium.CHAT:
            return False
        return interaction.occurred_at - ticket.last_at > quiet

    def _found(self, interaction: Interaction, clues: Clues, standing: Standing) -> Placement | None:
        sender = fold_address(interaction.sender.address)
        ticket = self._nearest(clues, sender)
        if ticket is None:
            return None
        if interaction.automated in _ANSWERS_TO_US:
            return Placement(road=Road.HELD, ticket=ticket.number, reason="automatic answer, unverified")
        if standing is Standing.AGENT:
            return _note(ticket)
        known = sender in ticket.participants
        if known and interaction.authentic:
            return self._as_customer(interaction, ticket, "participant's address, proved", "found a closed ticket")
        if not known or ticket.state is State.CLOSED:
            why = "found a closed ticket" if known else "stranger speaks of this ticket"
            return self._new(why, linked=ticket.number)
        return Placement(road=Road.HELD, ticket=ticket.number, reason="participant's address, unverified")

    def _as_customer(self, interaction: Interaction, ticket: KnownTicket, why: str, closed: str) -> Placement:
        """What a proved customer says to a ticket joins it; an automatic message or a call brings nothing back."""
        spoken = interaction.automated is Automated.NONE and interaction.medium is not Medium.CALL
        if ticket.state is State.CLOSED and spoken:
            return self._new(closed, linked=ticket.number)
        reopens = ticket.state in _REPLY_REOPENS and spoken
        return Placement(road=Road.JOINS, ticket=ticket.number, reason=why, reopens=reopens)

    def _nearest(self, clues: Clues, sender: str) -> KnownTicket | None:
        by_message = [number for message_id in clues.message_ids for number in self.message_ids.get(message_id, ())]
        by_subject = [clues.subject_number] if clues.subject_number else []
        known = [self.tickets[number] for number in (*by_message, *by_subject) if number in self.tickets]
        return next((ticket for ticket in known if sender in ticket.participants), known[0] if known else None)

    def _new(self, reason: str, *, linked: int | None = None) -> Placement:
        number = -len(self.opened) - 1
        self.opened.append(number)
        return Placement(road=Road.LINKS if linked else Road.OPENS, ticket=number, reason=reason, linked=linked)

    def _remember(self, interaction: Interaction, clues: Clues, placement: Placement) -> None:
        number, sender = placement.ticket, fold_address(interaction.sender.address)
        known = self.tickets.get(number) or _new_ticket(number)
        last_at = max(known.last_at or interaction.occurred_at, interaction.occurred_at)
        state, participants = known.state, known.participants
        if placement.road in TAKES_PART_BY:
            state = State.OPEN if placement.reopens else state
            participants = participants | {sender} if placement.takes_part else participants
        self.tickets[number] = KnownTicket(
            number=number,
            state=state,
            department=known.department,
            priority=known.priority,
            participants=participants,
            opened_at=known.opened_at,
            messages=known.messages + 1,
            last_at=last_at,
        )
        if clues.conversation:
            self.conversations[clues.conversation] = number
        if interaction.message_id:
            others = self.message_ids.get(interaction.message_id, ())
            self.message_ids[interaction.message_id] = (*others, number) if number not in others else others


def _new_ticket(number: int) -> KnownTicket:
    return KnownTicket(number=number, state=State.NEW, department="", priority="", participants=frozenset())


def renumbered(placement: Placement, numbers: Sequence[int]) -> Placement:
    """`placement` with real ticket numbers for provisional ones: -1 is numbers[0], -2 is numbers[1], …"""
    if placement.ticket > 0 and (placement.linked or 1) > 0:
        return placement

    def real(number: int) -> int:
        return number if number > 0 else numbers[-number - 1]

    linked = real(placement.linked) if placement.linked else None
    return replace(placement, ticket=real(placement.ticket), linked=linked)


def _note(ticket: KnownTicket) -> Placement:
    return Placement(road=Road.NOTES, ticket=ticket.number, reason="agent's address, proved", takes_part=False)
