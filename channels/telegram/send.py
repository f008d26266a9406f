"""Answers: `sendMessage`, as a reply to what is answered, in as many pieces as its length needs; files: `sendDocument`.

A picture goes as a document, too: Telegram makes a smaller one of a photo, and nobody can read a screenshot then.

429       nothing is sent with this bot until Telegram's time is over, neither this nor anything else
403, 400  permanent: the user has blocked us, the chat is no more
moved     the group is a supergroup now: sent there at once
401       nobody is answered until a person mends the token; nothing is given up
cut       outcome unknown: an automatic answer is then not repeated
"""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from channels.in_pieces import Arrived
from channels.long_text import pieces
from channels.telegram.connector import Connector
from channels.telegram.people import parse_way
from channels.telegram.trouble import TelegramError, Trouble
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import Carriage, OutgoingMessage

if TYPE_CHECKING:
    from channels.telegram.client import Client

LONGEST = 4096
CARRIAGE = Carriage(apart=True, largest=50_000_000)
_PERMANENT = frozenset({Trouble.FORBIDDEN, Trouble.WRONG, Trouble.MOVED})
_AWAY = frozenset({Trouble.UNREACHABLE, Trouble.AWAY})


class TelegramSender:
    """Implements domain.ports.Sender."""

    def __init__(self, connect: Connector, clock: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._clock = clock
        self._silent_until = 0.0
        self._arrived = Arrived()

    async def send(self, message: OutgoingMessage) -> str:
        way = parse_way(message.to)
        if way is None:
            raise SendFailed(f"{message.to[:80]!r} is nobody on Telegram", permanent=True)
        self._be_silent()
        chat, topic = way
        answers = int(message.in_reply_to) if message.in_reply_to and message.in_reply_to.isdecimal() else None

        def words(number: int, piece: str) -> Awaitable[str]:
            # What is answered has another number in the group that the old one moved to.
            return self._send(chat, lambda client, where: client.send(
                where, piece, thread=topic, answers=answers if where == chat and number == 0 else None))  # fmt: skip

        for file in message.attachments:
            return await self._send(chat, partial(_send_file, file, topic))
        return await self._arrived.send(message.idempotency_key, pieces(message.text, _longest(message.text)), words)

    async def close(self) -> None:
        await self._connect.close()

    def _be_silent(self) -> None:
        rest = self._silent_until - self._clock()
        if rest > 0:
            raise SendFailed("Telegram asks for silence", permanent=False, retry_after=rest)

    async def _send(self, chat: int, call: "Callable[[Client, int], Awaitable[int]]") -> str:
        """The remote id. A chat that has moved is followed, once."""
        client = self._connect()
        try:
            return f"{chat}:{await call(client, chat)}"
        except TelegramError as error:
            if error.trouble is not Trouble.MOVED or error.chat is None:
                raise self._failed(error) from None
            moved = error.chat
        try:
            return f"{moved}:{await call(client, moved)}"
        except TelegramError as error:
            raise self._failed(error) from None

    def _failed(self, error: TelegramError) -> SendFailed:
        if error.trouble is Trouble.FLOODED:
            self._silent_until = self._clock() + (error.retry_after or 1.0)
        return SendFailed(
            f"Telegram: {error}",
            permanent=error.trouble in _PERMANENT,
            outcome_unknown=error.trouble is Trouble.LOST,
            retry_after=error.retry_after,
            away=error.trouble in _AWAY,
            credentials=error.trouble is Trouble.REFUSED,
        )


def _send_file(file: Attachment, topic: int | None, client: "Client", chat: int) -> Awaitable[int]:
    return client.send_file(chat, file.name, file.content, thread=topic)


def _longest(text: str) -> int:
    """Telegram counts some characters twice; half as many of them fit in any case."""
    return LONGEST if max(text, default="") <= "\uffff" else LONGEST // 2
