"""The telephone calls of a batch: what is told of each is remembered, and each becomes one message or none yet.

    events ─▶ remembered ─▶ merged ─▶ rings      nothing is filed; due when its channel's patience is over
                                   ├▶ new        placed, judged and filed like any interaction, under its number
                                   └▶ filed      told anew: message, verdict and ticket follow, the history keeps it

What a batch makes of its calls is decided here and in `triage`; `store` only remembers and writes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from domain.call import Call, Outcome
from domain.call_desk import OF_NUMBER, CallDesk
from domain.call_merging import merged
from domain.filed import FiledMessage, TicketNow
from domain.interaction import Interaction
from domain.ticket import Filing, State
from ingest.entry import Read
from store import calls as store
from store.calls import Standing, StoredCall
from store.retelling import change_tickets, decided_by, filed_messages, link, retell, tickets_now
from triage.loading import RuleSet
from triage.retelling import facts_anew, follow, is_open, label, press, told_anew

WITHOUT_NOTES = {"pt-BR": "chamada sem anotações", "en": "call without notes"}
"""The tag of answered calls, until somebody writes what was said: nothing is off the record."""
SAME_CALL = "the same call"
SHORTEST_NUMBER = 8
"""Digits; what is shorter is an extension or a service, of which nobody is the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCall:
    """A call of this batch. `read` is the call as a message, with an entry that told of it."""

    stored: StoredCall
    call: Call
    read: Read

    @property
    def interaction(self) -> Interaction:
        return self.read.interaction

    @property
    def identity(self) -> str:
        return self.interaction.identity


@dataclass(slots=True)
class CallsOfBatch:
    """`unannotated` is the label of answered calls, in the language of the house."""

    desks: Mapping[str, CallDesk]
    unannotated: str
    heard: Sequence[Read]
    now: datetime
    known: list[OneCall] = field(default_factory=list)
    unwanted: dict[str, str] = field(default_factory=dict)
    """Identity of a call that opens no ticket → the rule that wants it so."""

    @property
    def fresh(self) -> list[Read]:
        """To be filed now, in the order in which they happened."""
        ready = [
            one.read for one in self.known if one.stored.message is None and one.call.outcome is not Outcome.RINGING
        ]
        return sorted(ready, key=lambda read: read.interaction.occurred_at)

    def remember(self, connection: Connection) -> list[Read]:
        """Returns the fresh ones."""
        by_channel: dict[str, list[Read]] = defaultdict(list)
        for heard in self.heard:
            by_channel[heard.interaction.channel].append(heard)
        for channel, told in sorted(by_channel.items()):
            events = [event for heard in told for event in heard.interaction.call_events]
            self.known += self._told(connection, channel, told, store.remember(connection, channel, events, self.now))
        return self.fresh

    def _told(
        self, connection: Connection, channel: str, told: Sequence[Read], stored: Sequence[StoredCall]
    ) -> Iterator[OneCall]:
        desk, calls = self.desks[channel], {one.root: merged(one.events) for one in stored}
        tries = _tries(connection, channel, calls, desk)
        by_event = {event: heard for heard in reversed(told) for event in heard.interaction.call_events}
        for one in stored:
            call = calls[one.root]
            heard = next(by_event[event] for event in one.events if event in by_event)
            said = desk.tell(call, tries.get(one.root, 0), heard.entry.raw.received_at)
            contact = contact_of(call)
            named = replace(
                said,
                identity=f"{channel}:call:{one.root}",
                conversation_key=f"{OF_NUMBER}{contact}" if contact else f"call:{one.root}",
            )
            yield OneCall(stored=one, call=call, read=Read(heard.entry, named))

    def keep_out(self, identity: str, rule: str) -> None:
        """It stays known: what comes later may make another call of it, or another rule file want it."""
        self.unwanted[identity] = rule

    def kept_out(self) -> dict[str, str]:
        """Decoded identity → why nothing was filed."""
        return {
            heard.interaction.identity: f"rule {self.unwanted[one.identity]!r} wants no ticket for this call"
            for one in self.known
            if one.identity in self.unwanted
            for heard in self._heard_of(one)
        }

    # After the fresh ones are filed

    def settle(self, connection: Connection, ruleset: RuleSet) -> dict[str, int]:
        """Tell anew what was filed before, press and solve tickets. Returns decoded identity → ticket."""
        messages = self._messages(connection)
        retold = [(old, filing) for one in self.known if (old := messages.get(one.identity)) is not None
                  and (filing := _told_anew(one, old, ruleset)) is not None]  # fmt: skip
        retell(connection, retold, self.now)
        self._keep(connection, messages)
        self._change(connection, messages, {old.message: filing for old, filing in retold})
        return {
            heard.interaction.identity: messages[one.identity].ticket
            for one in self.known
            if one.identity in messages
            for heard in self._heard_of(one)
        }

    def _heard_of(self, one: OneCall) -> Iterator[Read]:
        told = set(one.stored.events)
        return (heard for heard in self.heard if not told.isdisjoint(heard.interaction.call_events))

    def _messages(self, connection: Connection) -> dict[str, FiledMessage]:
        """Identity of the call → its message, those filed in this transaction included."""
        numbers = {one.stored.message for one in self.known if one.stored.message is not None}
        found = filed_messages(connection, numbers=numbers, identities={one.interaction.identity for one in self.fresh})
        named = {one.stored.message: one.identity for one in self.known if one.stored.message is not None}
        return {named.get(message.message, message.identity): message for message in found.values()}

    def _keep(self, connection: Connection, messages: Mapping[str, FiledMessage]) -> None:
        standings = [
            Standing(
                channel=one.stored.channel,
                root=one.stored.root,
                contact=contact_of(one.call),
                started_at=one.call.started_at or one.call.happened_at or one.read.entry.raw.received_at,
                missed=one.call.missed and one.call.direction == "inbound",
                returned=one.call.answered and one.call.direction == "outbound",
                due_at=self._due(one, messages),
                ticket=messages[one.identity].ticket if one.identity in messages else None,
                message=messages[one.identity].message if one.identity in messages else None,
            )
            for one in self.known
        ]
        store.keep(connection, standings, self.now)

    def _due(self, one: OneCall, messages: Mapping[str, FiledMessage]) -> datetime | None:
        """When it is filed as it stands, if nothing more comes."""
        settled = one.identity in messages or one.identity in self.unwanted
        return None if settled else self.now + self.desks[one.stored.channel].patience

    def _change(
        self, connection: Connection, messages: Mapping[str, FiledMessage], retold: Mapping[int, Filing]
    ) -> None:
        spoken = [(one, messages[one.identity]) for one in self.known if one.identity in messages]
        twins = [(message.ticket, other) for one, message in spoken for other in one.stored.others]
        link(connection, twins, SAME_CALL, self.now)
        touched = {message.ticket for _, message in spoken}
        before = tickets_now(connection, touched.union(other for _, other in twins))
        after, reasons = dict(before), dict.fromkeys(before, "")
        for one, message in spoken:
            ticket, filing = after[message.ticket], retold.get(message.message)
            changed = self._as_told(ticket, one, message, filing)
            if changed != ticket:
                reasons[ticket.number] = f"message {message.message}"
            after[ticket.number] = changed
        for ticket_number, other in twins:
            if after[other].state is State.NEW:
                after[other] = replace(after[other], state=State.SOLVED, solved_at=self.now)
                reasons[other] = f"{SAME_CALL} as #{ticket_number}"
        for number, reached in store.called_back(connection, after).items():
            if reached and is_open(after[number].state):
                after[number] = replace(after[number], state=State.SOLVED, solved_at=self.now)
                reasons[number] = "called back, and the customer answered"
        change_tickets(connection, [(before[one], after[one], reasons[one]) for one in sorted(before)], self.now)

    def _as_told(self, ticket: TicketNow, one: OneCall, message: FiledMessage, filing: Filing | None) -> TicketNow:
        opens = ticket.opened_by == message.message
        if opens and filing is not None:
            ticket = replace(
                follow(ticket, one.interaction, message.verdict, filing.verdict), decided=decided_by(filing)
            )
        elif not opens and (filing is not None or one.stored.message is None):
            ticket = press(ticket, filing.verdict if filing else message.verdict)
        newly = one.stored.message is None or not message.facts.traits.get("call.answered")
        return label(ticket, self.unannotated) if one.call.answered and newly else ticket


def unannotated(language: str) -> str:
    return WITHOUT_NOTES.get(language, WITHOUT_NOTES["en"])


def contact_of(call: Call) -> str | None:
    """The number that a ticket can be found by; None for withheld ones, extensions and calls within the house."""
    number = call.contact
    if number is None or call.direction == "internal":
        return None
    return number if sum(map(str.isdigit, number)) >= SHORTEST_NUMBER and not number.isalpha() else None


def _tries(connection: Connection, channel: str, calls: Mapping[str, Call], desk: CallDesk) -> dict[str, int]:
    """Root → which of its number's missed calls of that day it is."""
    missed = {
        root: (contact, call.started_at or call.happened_at)
        for root, call in calls.items()
        if call.missed and call.direction == "inbound" and (contact := contact_of(call))
    }
    timed = {root: (contact, at) for root, (contact, at) in missed.items() if at is not None}
    if not timed:
        return {}
    since = min(_day(at, desk) for _, at in timed.values())
    known = {root: (contact, at) for contact, root, at in store.missed_since(
        connection, channel, {contact for contact, _ in timed.values()}, since)}  # fmt: skip
    everything = {**{root: one for root, one in known.items() if root not in calls}, **timed}
    return {
        root: sum(
            other == contact and _day(when, desk) == _day(at, desk) and (when, which) <= (at, root)
            for which, (other, when) in everything.items()
        )
        for root, (contact, at) in timed.items()
    }


def _day(moment: datetime, desk: CallDesk) -> datetime:
    """Where the moment's day began, as the house counts days."""
    return moment.astimezone(desk.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _told_anew(one: OneCall, old: FiledMessage, ruleset: RuleSet) -> Filing | None:
    """None when nothing new is to be told."""
    if one.stored.message is None:
        return None
    said = one.interaction
    facts = facts_anew(said, old)
    if (said.text, said.subject, dict(facts.traits)) == (old.text, old.subject, dict(old.facts.traits)):
        return None
    return told_anew(one.read.entry.raw_id, said, facts, old, ruleset)
