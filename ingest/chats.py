"""Web chats over the ticket store: what visitors are told, and what they ask for.

outbox ─▶ dispatcher ─▶ ChatSender ─▶ the visitor's stream in the store      sent = in the stream, for good
                                          │ read by number, from any process
widget ◀─ events ◀─ channels/chat ◀─ StoreChats
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from channels.base import Channel
from domain.chat import ChatEvent, ChatFile, Opening
from domain.errors import SendFailed, StoreUnavailable
from domain.outgoing import OutgoingMessage
from domain.ports import Sender
from ingest.opening import Openings
from store import chats
from store.contents import Contents
from store.engines import Database


class StoreChats:
    """Implements domain.ports.Chats."""

    def __init__(self, database: Database, contents: Contents, openings: Openings) -> None:
        self._database = database
        self._contents = contents
        self._openings = openings

    async def heads(self, channel: str, visitors: Sequence[str]) -> Mapping[str, int]:
        return await self._database.read(lambda connection: chats.heads(connection, channel, visitors))

    async def events(self, channel: str, visitor: str, after: int, limit: int) -> Sequence[ChatEvent]:
        return await self._database.read(lambda connection: chats.events(connection, channel, visitor, after, limit))

    async def file(self, channel: str, visitor: str, event: int, position: int) -> tuple[ChatFile, bytes] | None:
        told = await self._database.read(lambda connection: chats.event(connection, channel, visitor, event))
        if told is None or not 0 <= position < len(told.files):
            return None
        file = told.files[position]
        content = await asyncio.to_thread(self._contents.get, file.sha256)
        return None if content is None else (file, content)

    async def opening(self, calendar: str, now: datetime) -> Opening | None:
        return await self._openings.opening(calendar, now)


class ChatSender:
    """Implements domain.ports.Sender: told is what stands in the visitor's stream, whether he looks now or later."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(self, message: OutgoingMessage) -> str:
        try:
            number = await self._database.write(lambda connection: chats.tell(connection, message, datetime.now(UTC)))
        except StoreUnavailable as error:
            raise SendFailed(str(error), permanent=False, away=True, detail=error.detail) from error
        return f"event-{number}"

    async def close(self) -> None:
        """The database is its opener's."""


def senders_of(channels: Mapping[str, Channel], database: Database) -> dict[str, Sender]:
    """How each channel that can send does it."""
    own = {name: channel.sender for name, channel in channels.items() if channel.sender}
    return own | {name: ChatSender(database) for name, channel in channels.items() if channel.streams}
