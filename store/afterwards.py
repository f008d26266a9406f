"""What channels tell about earlier messages and people, written down. Units of work over a connection.

follow_changes     before a batch is placed: who has another address keeps contact, conversations and tickets
note_afterwards    after it was filed: receipts, and messages that were taken back
way_now            where an answer goes to somebody who moved after he wrote
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from domain.afterwards import AddressChange, Afterword, DeliveryReceipt, Retraction
from domain.mailbox import fold_address
from store import receipts
from store.bulk import INSERTERS, Bulk
from store.codec import storable
from store.moments import to_micros
from store.rows import VERIFIED_PHONE
from store.schema import (
    address_changes,
    attachments,
    contact_addresses,
    conversations,
    history,
    messages,
    ticket_participants,
)

WHO = "balcao"
TAKEN_BACK = "(mensagem apagada por quem a enviou)"
"""What stands for it on the ticket; the journal has the message as it came for as long as `retention.raw` says."""
MOST_MOVES = 10
_HISTORY = Bulk.insert(history, "ticket", "at", "who", "what", "from", "to", "reason")


def follow_changes(connection: Connection, told: Sequence[Afterword], now: datetime) -> None:
    for change in told:
        if isinstance(change, AddressChange) and _is_news(connection, change):
            _follow(connection, change, now)


def note_afterwards(connection: Connection, told: Sequence[Afterword], now: datetime) -> None:
    if not told:
        return
    receipts.note(connection, [one for one in told if isinstance(one, DeliveryReceipt)], now)
    for one in told:
        if isinstance(one, Retraction):
            _take_back(connection, one, now)


def way_now(connection: Connection, channel: str, way: str, since: datetime) -> str:
    """Only moves after `since` count: whoever has the old number now, and wrote from it, is somebody else."""
    table = address_changes
    for _ in range(MOST_MOVES):
        query = select(table.c.new_way).where(table.c.channel == channel, table.c.old_way == way, table.c.at >= since)
        new = connection.execute(query).scalar_one_or_none()
        if new is None:
            break
        way = new
    return way


def _is_news(connection: Connection, change: AddressChange) -> bool:
    table = address_changes
    row: dict[str, Any] = {"channel": change.channel, "old_way": change.old_way, "new_way": change.new_way}
    same = (getattr(table.c, name) == value for name, value in row.items())
    if connection.execute(select(table.c.at).where(*same, table.c.at >= change.at)).first():
        return False
    new = INSERTERS[connection.dialect.name](table).values(**row, at=change.at)
    later = {"new_way": new.excluded.new_way, "at": new.excluded.at}
    connection.execute(new.on_conflict_do_update(index_elements=["channel", "old_way"], set_=later))
    return True


def _follow(connection: Connection, change: AddressChange, now: datetime) -> None:
    """What the new address has already is left alone: nothing merges two people who both wrote."""
    old, new = fold_address(storable(change.old)), fold_address(storable(change.new))
    _move_address(connection, change.channel, old, new)
    if not _move_address(connection, VERIFIED_PHONE, old, new):
        # Whoever gets the old number next, and proves it, is somebody else.
        gone = contact_addresses.c.realm == VERIFIED_PHONE, contact_addresses.c.address == old
        connection.execute(delete(contact_addresses).where(*gone))
    for old_key, new_key in change.talks:
        ticket = _move_talk(connection, change.channel, storable(old_key), storable(new_key))
        if ticket is not None:
            participant = INSERTERS[connection.dialect.name](ticket_participants).values(ticket=ticket, address=new)
            connection.execute(participant.on_conflict_do_nothing())
            _HISTORY.run(connection, [(ticket, to_micros(now), WHO, "address", old, new, None)])


def _move_address(connection: Connection, realm: str, old: str, new: str) -> bool:
    """False: the new one belongs to somebody already."""
    here = contact_addresses.c.realm == realm
    taken = select(contact_addresses.c.contact).where(here, contact_addresses.c.address == new)
    if connection.execute(taken).first():
        return False
    connection.execute(update(contact_addresses).where(here, contact_addresses.c.address == old).values(address=new))
    return True


def _move_talk(connection: Connection, channel: str, old: str, new: str) -> int | None:
    """The ticket of the conversation, if there is one that nobody has begun anew under the new key."""
    here = conversations.c.channel == channel
    if connection.execute(select(conversations.c.ticket).where(here, conversations.c.key == new)).first():
        return None
    query = select(conversations.c.ticket).where(here, conversations.c.key == old)
    ticket: int | None = connection.execute(query).scalar_one_or_none()
    connection.execute(update(conversations).where(here, conversations.c.key == old).values(key=new))
    return ticket


def _take_back(connection: Connection, told: Retraction, now: datetime) -> None:
    query = select(messages.c.id, messages.c.ticket, messages.c.text).where(
        messages.c.identity == storable(told.identity), messages.c.channel == told.channel
    )
    row = connection.execute(query).one_or_none()
    if row is None or row.text == TAKEN_BACK:
        return
    gone = {"text": TAKEN_BACK, "text_full": None, "html": None}
    connection.execute(update(messages).where(messages.c.id == row.id).values(gone))
    connection.execute(delete(attachments).where(attachments.c.message == row.id))
    _HISTORY.run(connection, [(row.ticket, to_micros(now), WHO, "taken_back", None, f"message {row.id}", None)])
