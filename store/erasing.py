"""A person leaves the ticket store. Units of work over a connection; each does nothing when it is done again.

    erase_in_ticket   his messages become empty shells, ours to him too; others' words stay, without his name
    erase_contact     addresses, names, merges, budgets, marks

What stays of his messages says that something was said, when, on which channel, and by which identity, so that nothing
that comes again is filed anew. The words of others stay theirs; what they quoted of his goes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, or_, select, true, update

from domain.outgoing import SendState
from domain.person import ERASED, PHONE, Person, Traces
from store import call_removing, erasures, receipts
from store.codec import dumps
from store.erasing_names import redact_files
from store.erasures import Erasure
from store.naming import unname_contents
from store.persons import addressed, is_from, mailed_by, merges_of
from store.schema import (
    ack_budget,
    ack_texts,
    address_changes,
    contact_addresses,
    contact_merges,
    contacts,
    conversations,
    failing_addresses,
    history,
    messages,
    outbox,
    ticket_participants,
    tickets,
)
from store.schema_calls import calls
from store.schema_chat import chat_events, chat_streams
from store.schema_files import remote_files

SHORTEST_QUOTE = 15
"""Letters of a line that is known again where somebody repeats it; below a ">" fewer will do."""
SHORTEST_MARKED = 3
_UNSENT = (SendState.PENDING.value, SendState.SENDING.value)
_SHELL = {
    "sender": "", "sender_name": None, "subject": "", "text": ERASED, "text_full": None, "html": None, "header": "{}",
    "message_id": None, "conversation_key": None, "provider_id": None, "envelope_sender": None, "facts": None,
}  # fmt: skip


def erase_in_ticket(connection: Connection, erasure: Erasure, number: int, now: datetime) -> Counter[str]:
    """Returns how much of what was removed."""
    person, counts = erasure.person, Counter[str]()
    with erasures.history_open(connection):
        ticket = connection.execute(select(tickets).where(tickets.c.number == number).with_for_update()).one()
        rows = connection.execute(select(messages).where(messages.c.ticket == number)).all()
        sent = connection.execute(select(outbox).where(outbox.c.ticket == number)).all()
        to_him = [row for row in sent if person.owns_anywhere(row.recipient)]
        ours = {row.message for row in to_him if row.message is not None}
        his = [row for row in rows if is_from(person, row) or row.id in ours]
        fresh = [row for row in his if row.text != ERASED or row.sender]
        counts["messages"] += len(fresh)
        counts["attachments"] += _empty(connection, his, ours, now)
        erasures.note_raws(connection, erasure, [row.raw_id for row in his if row.raw_id])
        counts["sendings"] += _forget_sendings(connection, to_him, now)
        _forget_talks(connection, number, his, person)
        others = [row for row in rows if row not in his]
        changed_ones = _redact(connection, others, person.traces, Words.of(his))
        erasures.note_raws(connection, erasure, [row.raw_id for row in changed_ones if row.raw_id])
        counts["mentions"] += len(changed_ones)
        counts["mentions"] += _redact_sendings(connection, [row for row in sent if row not in to_him], person.traces)
        _forget_in_ticket(connection, ticket, {row.id for row in his}, person)
        _forget_in_history(connection, number, person.traces)
        changed = +counts or ticket.contact in person.contacts
        if changed:
            connection.execute(_told(number, erasure, now))
            counts["tickets"] += 1
        erasures.count(connection, erasure, counts)
    return counts


def erase_contact(connection: Connection, erasure: Erasure) -> Counter[str]:
    """After all tickets: what is known of him beside them."""
    person, counts = erasure.person, Counter[str]()
    addresses = sorted(one.address for one in person.addresses)
    with erasures.history_open(connection):
        connection.execute(
            update(tickets).where(tickets.c.contact.in_(person.contacts)).values(contact=None, subject=ERASED)
        )
        for table, where in (
            (contact_merges, merges_of(person)),
            (contact_addresses, contact_addresses.c.contact.in_(person.contacts)),
            (contacts, contacts.c.id.in_(person.contacts)),
            (failing_addresses, mailed_by(person, failing_addresses.c.address)),
            (ack_budget, addressed(person, ack_budget.c.key)),
            (ack_texts, true()),  # a day's words, his or of who repeats him; nothing tells whose
            (chat_events, chat_events.c.visitor.in_(addresses)),
            (chat_streams, chat_streams.c.visitor.in_(addresses)),
            (address_changes, or_(*(func.lower(column).in_(addresses)
                                    for column in (address_changes.c.old_way, address_changes.c.new_way)))),
        ):  # fmt: skip
            counts[table.name] += connection.execute(delete(table).where(where)).rowcount
        _forget_calls(connection, person, set())
        counts["contacts"] = min(counts["contacts"], 1)
        kept = {name: counts[name] for name in ("contacts", "contact_addresses") if counts[name]}
        erasures.count(connection, erasure, kept)
    return Counter(kept)


def remains(connection: Connection, person: Person) -> int:
    """Rows that still are his; 0 when the erasure is complete."""
    looks = (
        select(func.count()).select_from(contacts).where(contacts.c.id.in_(person.contacts)),
        select(func.count()).select_from(outbox).where(addressed(person, outbox.c.recipient)),
    )
    written = select(messages).where(
        or_(addressed(person, messages.c.sender), addressed(person, messages.c.envelope_sender))
    )
    return sum(int(connection.execute(look).scalar_one()) for look in looks) + sum(
        is_from(person, row) for row in connection.execute(written)
    )


def _empty(connection: Connection, his: Sequence[Row[Any]], ours: set[int], now: datetime) -> int:
    """`ours`: what we wrote to him keeps the name of who wrote it."""
    ids = [row.id for row in his]
    connection.execute(delete(remote_files).where(remote_files.c.message.in_(ids)))
    for row in his:
        author = {"sender": row.sender, "sender_name": row.sender_name} if row.id in ours else {}
        kept = {**_SHELL, "verdict": without_words(row.verdict), **author}
        connection.execute(update(messages).where(messages.c.id == row.id).values(kept))
    return unname_contents(connection, ids, now)


def without_words(verdict: str | None) -> str | None:
    """Which rule decided stays, the words that it found go."""

    def bare(value: Any) -> Any:
        match value:
            case dict():
                return {key: [] if key == "matched" else bare(one) for key, one in value.items()}
            case list():
                return [bare(one) for one in value]
            case _:
                return value

    return None if verdict is None else dumps(bare(orjson.loads(verdict)))


def _forget_sendings(connection: Connection, to_him: Sequence[Row[Any]], now: datetime) -> int:
    emptied: dict[str, Any] = {
        "recipient": None, "subject": ERASED, "text": "", "html": None, "references": "[]", "in_reply_to": None,
        "reply_to": None, "reason": None, "envelope_sender": None, "destination": None,
    }  # fmt: skip
    for row in to_him:
        never = {"state": SendState.SILENT.value, "reason": "erased", "finished_at": now}
        values = {**emptied, **(never if row.state in _UNSENT else {})}
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(values))
    receipts.forget(connection, to_him)
    return len(to_him)


def _forget_talks(connection: Connection, number: int, his: Sequence[Row[Any]], person: Person) -> None:
    keys = sorted({row.conversation_key for row in his if row.conversation_key})
    connection.execute(delete(conversations).where(conversations.c.ticket == number, conversations.c.key.in_(keys)))
    here = ticket_participants.c.ticket == number, addressed(person, ticket_participants.c.address)
    connection.execute(delete(ticket_participants).where(*here))
    _forget_calls(connection, person, {row.id for row in his})


def _forget_calls(connection: Connection, person: Person, ids: set[int]) -> None:
    phones = sorted(one.address for one in person.addresses if one.realm == PHONE)
    where = or_(calls.c.message.in_(sorted(ids)), calls.c.contact.in_(phones))
    call_removing.remove(connection, where)


def _redact(connection: Connection, others: Sequence[Row[Any]], traces: Traces, words: "Words") -> list[Row[Any]]:
    """Others keep their own words. What they repeat of his goes, and quoted history that holds it or names him.

    Returns those that were changed.
    """
    changed, renamed = [], redact_files(connection, [row.id for row in others], traces)
    for row in others:
        text = words.without(row.text)
        values: dict[str, Any] = {name: traces.without(getattr(row, name)) for name in ("subject", "header")}
        values["text"] = traces.without(text)
        history_goes = traces.found_in(row.text_full) or words.found_in(row.text_full or row.html)
        for name in ("text_full", "html"):
            values[name] = None if history_goes else traces.without(getattr(row, name))
        values["facts"] = traces.without(row.facts) if text == row.text and row.id not in renamed else None
        for name in ("conversation_key", "provider_id"):
            values[name] = None if traces.found_in(getattr(row, name)) else getattr(row, name)
        told = text != row.text or traces.found_in(row.verdict)
        values["verdict"] = without_words(row.verdict) if told else row.verdict
        if any(getattr(row, name) != value for name, value in values.items()):
            connection.execute(update(messages).where(messages.c.id == row.id).values(values))
            changed.append(row)
        elif row.id in renamed:
            changed.append(row)
    return changed


def _redact_sendings(connection: Connection, others: Sequence[Row[Any]], traces: Traces) -> int:
    """What went to others keeps its words, without his name."""
    changed = 0
    for row in others:
        values = {name: traces.without(getattr(row, name)) for name in ("subject", "text", "html", "reason")}
        if any(getattr(row, name) != value for name, value in values.items()):
            connection.execute(update(outbox).where(outbox.c.id == row.id).values(values))
            changed += 1
    return changed


class Words:
    """What he said and what we said to him, as others on his ticket repeat it: line by line, or wrapped anew."""

    def __init__(self, texts: Iterable[str]) -> None:
        own = [line for text in texts for line in text.splitlines() if not line.lstrip().startswith(">")]
        bare = [line for line in map(_bare, own) if line]
        self._lines = sorted({line for line in bare if len(line) >= SHORTEST_QUOTE}, key=len, reverse=True)
        self._flat = " ".join(bare)

    @classmethod
    def of(cls, his: Sequence[Row[Any]]) -> "Words":
        return cls(row.text for row in his if row.text and row.text != ERASED)

    def found_in(self, text: str | None) -> bool:
        return bool(text) and self.without(text) != text

    def without(self, text: str | None) -> str | None:
        """The same text with [apagado] in place of each line, or part of one, that is his."""
        if not text or not self._flat:
            return text
        return "\n".join(map(self._unquoted, text.split("\n")))

    def _unquoted(self, line: str) -> str:
        bare, least = _bare(line), SHORTEST_MARKED if line.lstrip().startswith(">") else SHORTEST_QUOTE
        if len(bare) >= least and bare in self._flat:
            return ERASED
        left = bare
        for one in self._lines:
            left = left.replace(one, ERASED)
        return line if left == bare else left


def _bare(line: str) -> str:
    return " ".join(line.lstrip("> \t").split())


def _forget_in_ticket(connection: Connection, ticket: Row[Any], his: set[int], person: Person) -> None:
    subject = ERASED if ticket.opened_by in his else person.traces.without(ticket.subject)
    values: dict[str, Any] = {"subject": subject}
    if ticket.contact in person.contacts:
        values = {"subject": ERASED, "contact": None}
    connection.execute(update(tickets).where(tickets.c.number == ticket.number).values(values))


def _forget_in_history(connection: Connection, number: int, traces: Traces) -> None:
    texts = ("from", "to", "reason")
    for row in connection.execute(select(history).where(history.c.ticket == number)).mappings().all():
        values = {name: traces.without(row[name]) for name in texts}
        if any(values[name] != row[name] for name in texts):
            connection.execute(update(history).where(history.c.id == row["id"]).values(values))


def _told(number: int, erasure: Erasure, now: datetime) -> Any:
    row = {"ticket": number, "at": now, "who": erasure.who, "what": "erased", "reason": f"erasure {erasure.id}"}
    return history.insert().values(row)
