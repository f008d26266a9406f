"""One batch of filings becomes rows, table by table, each table in one statement.

    contacts ─▶ tickets ─▶ links, participants, conversations ─▶ messages ─▶ attachments ─▶ outbox ─▶ chats ─▶ history

Rows are sorted where two transactions could meet, so that they queue up instead of deadlocking.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Executable, Table, bindparam, literal_column, select, update

from domain.interaction import Automated, Medium
from domain.ticket import TAKES_PART_BY, Filing, Road, State
from store import chats
from store.bounces import works_again
from store.bulk import Bulk, Insert, chunks, parameters
from store.codec import storable
from store.moments import to_micros
from store.naming import name_contents
from store.numbers import allocate
from store.people import contacts_of
from store.remote_files import INSERT_REMOTE_FILE, remote_file_rows
from store.rows import (
    INSERT_HISTORY,
    INSERT_MESSAGE,
    INSERT_OUTGOING,
    INSERT_TICKET,
    WHO,
    Row,
    attachment_rows,
    message_row,
    outgoing_row,
    realm_of,
    sender_of,
    ticket_row,
)
from store.schema import ack_budget, ack_texts, ticket_links, ticket_participants, tickets
from store.talks import record_conversations

OPENING = frozenset({Road.OPENS, Road.LINKS})
_HAPPENED = {Road.JOINS: "joined", Road.HELD: "held", Road.NOTES: "noted"}


def _insert_or_ignore(table: Table) -> Callable[[Callable[[Table], Insert]], Executable]:
    names = [column.name for column in table.columns]
    return lambda insert: insert(table).values(parameters(table, names)).on_conflict_do_nothing()


def _charge(insert: Callable[[Table], Insert]) -> Executable:
    names = ("scope", "key", "period", "spent")
    new = insert(ack_budget).values(parameters(ack_budget, names))
    return new.on_conflict_do_update(index_elements=names[:3], set_={"spent": ack_budget.c.spent + new.excluded.spent})


INSERT_PARTICIPANT = Bulk(_insert_or_ignore(ticket_participants), ("ticket", "address"))
INSERT_LINK = Bulk(_insert_or_ignore(ticket_links), ("ticket", "other", "created_at"))
_INSERT_TEXT = Bulk.insert(ack_texts, "scope", "at", "letters")
_CHARGE = Bulk(_charge, ("scope", "key", "period", "spent"))
_REOPEN = Bulk(
    lambda _: (
        update(tickets)
        .values(state=literal_column("'open'"), solved_at=literal_column("NULL"))
        .where(tickets.c.number == bindparam("which"))
    ),
    ("which",),
)


@dataclass(slots=True)
class _Sheet:
    """The rows of one batch."""

    tickets: list[Row] = field(default_factory=list)
    links: set[Row] = field(default_factory=set)
    participants: set[Row] = field(default_factory=set)
    messages: list[Row] = field(default_factory=list)
    attachments: list[Row] = field(default_factory=list)
    remote_files: list[Row] = field(default_factory=list)
    outgoing: list[Row] = field(default_factory=list)
    history: list[Row] = field(default_factory=list)


def file(connection: Connection, filings: Sequence[Filing], now: datetime, period: str) -> None:
    """Write `filings` in the order given; a later one may join a ticket that an earlier one opens.

    `period` names the window that budgets are charged in (as in the Lookup). IntegrityError passes through: a
    message is there already, or another process opened the same conversation; look again and decide anew.
    """
    at = to_micros(now)
    people = contacts_of(connection, filings, now)
    states = _states(connection, [one.placement.ticket for one in filings if one.placement.reopens])
    sheet = _Sheet()
    numbers = allocate(connection, "message_ids", len(filings))
    for filing, message in zip(filings, numbers, strict=True):
        _write_down(sheet, filing, message, at, people)
        sheet.history += _events(filing, message, at, states)
    INSERT_TICKET.run(connection, sheet.tickets)
    INSERT_LINK.run(connection, sorted(sheet.links))
    INSERT_PARTICIPANT.run(connection, sorted(sheet.participants))
    record_conversations(connection, filings)
    INSERT_MESSAGE.run(connection, sheet.messages)
    name_contents(connection, sheet.attachments)
    INSERT_REMOTE_FILE.run(connection, sheet.remote_files)
    INSERT_OUTGOING.run(connection, sheet.outgoing)
    chats.record(connection, filings, numbers, now)
    _REOPEN.run(connection, [(number,) for number in sorted(states)])
    INSERT_HISTORY.run(connection, sheet.history)
    works_again(connection, {sender_of(filing.interaction) for filing in filings if _written_by_mail(filing)})
    _INSERT_TEXT.run(connection, [_text_row(filing.acknowledged, at) for filing in filings if filing.acknowledged])
    charge(connection, (budget for filing in filings for budget in filing.spends), period)


def _written_by_mail(filing: Filing) -> bool:
    said = filing.interaction
    person = said.medium is Medium.MAIL and said.automated is Automated.NONE
    return person and filing.placement.road is not Road.HELD


def _write_down(sheet: _Sheet, filing: Filing, message: int, at: int, people: dict[tuple[str, str], int]) -> None:
    said, place = filing.interaction, filing.placement
    received = to_micros(filing.received_at) if filing.received_at else at
    sender = sender_of(said)
    if place.road in OPENING:
        sheet.tickets.append(ticket_row(filing, received, message, people.get((realm_of(said), sender))))
    if place.linked is not None:
        sheet.links.add((place.ticket, place.linked, at))
    if sender and place.takes_part and place.road in TAKES_PART_BY:
        sheet.participants.add((place.ticket, sender))
    sheet.messages.append(message_row(filing, received, message))
    sheet.attachments += attachment_rows(said, message)
    sheet.remote_files += remote_file_rows(said, message, place.ticket, at)
    if (row := outgoing_row(filing, at)) is not None:
        sheet.outgoing.append(row)


def _events(filing: Filing, message: int, at: int, states: dict[int, str]) -> Iterator[Row]:
    place, verdict = filing.placement, filing.verdict
    reason = place.reason
    if place.road in OPENING:
        yield place.ticket, at, WHO, "opened", None, f"{verdict.department}/{verdict.priority}", reason
    else:
        yield place.ticket, at, WHO, _HAPPENED[place.road], None, f"message {message}", reason
    for tag in filing.tags:
        yield place.ticket, at, WHO, "tagged", None, tag, reason
    if place.linked is not None:
        yield place.ticket, at, WHO, "linked", None, f"#{place.linked}", reason
        yield place.linked, at, WHO, "linked", None, f"#{place.ticket}", reason
    if place.reopens and states.get(place.ticket, State.OPEN) != State.OPEN:
        yield place.ticket, at, WHO, "reopened", states[place.ticket], State.OPEN.value, reason
        states[place.ticket] = State.OPEN.value


def _states(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in chunks(numbers):
        rows = connection.execute(select(tickets.c.number, tickets.c.state).where(tickets.c.number.in_(chunk)))
        found.update((row[0], row[1]) for row in rows)
    return found


def _text_row(acknowledged: tuple[str, str], at: int) -> Row:
    scope, letters = acknowledged
    return storable(scope), at, storable(letters)


def charge(connection: Connection, budgets: Iterable[tuple[str, str]], period: str) -> None:
    spent = Counter(budgets)
    _CHARGE.run(connection, [(scope, storable(key), period, count) for (scope, key), count in sorted(spent.items())])
