"""Answers: `sendMessage`, as a reply to what is answered, in as many pieces as its length needs.

429       nothing is sent with this bot until Telegram's time is over, neither this nor anything else
403, 400  permanent: the user has blocked us, the chat is no more
moved     the group is a supergroup now: sent there at once
401       nobody is answered until a person mends the token; nothing is given up
cut       outcome unknown: an automatic answer is then not repeated
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from channels.long_text import pieces
from channels.telegram.connector import Connector
from channels.telegram.people import parse_way
from channels.telegram.trouble import TelegramError, Trouble
from domain.errors import SendFailed
from domain.outgoing import OutgoingMessage

LONGEST = 4096
_PERMANENT = frozenset({Trouble.FORBIDDEN, Trouble.WRONG, Trouble.MOVED})
_AWAY = frozenset({Trouble.UNREACHABLE, Trouble.AWAY})
_REMEMBERED = 1000


class TelegramSender:
    """Implements domain.ports.Sender."""

    def __init__(self, connect: Connector, clock: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._clock = clock
        self._silent_until = 0.0
        self._arrived: OrderedDict[str, int] = OrderedDict()
        """Pieces of a message that arrived before one of them failed: they are not sent again."""

    async def send(self, message: OutgoingMessage) -> str:
        way = parse_way(message.to)
        if way is None:
            raise SendFailed(f"{message.to[:80]!r} is nobody on Telegram", permanent=True)
        self._be_silent()
        chat, topic = way
        key, last = message.idempotency_key, 0
        answers = int(message.in_reply_to) if message.in_reply_to and message.in_reply_to.isdecimal() else None
        for number, piece in enumerate(pieces(message.text, _longest(message.text))):
            if number < self._arrived.get(key, 0):
                continue
            last = await self._send(chat, piece, topic, answers if number == 0 else None)
            self._remember(key, number + 1)
        self._arrived.pop(key, None)
        return f"{chat}:{last}" if last else ""

    async def close(self) -> None:
        await self._connect.close()

    def _be_silent(self) -> None:
        rest = self._silent_until - self._clock()
        if rest > 0:
            raise SendFailed("Telegram asks for silence", permanent=False, retry_after=rest)

    async def _send(self, chat: int, text: str, topic: int | None, answers: int | None) -> int:
        client = self._connect()
        try:
            return await client.send(chat, text, thread=topic, answers=answers)
        except TelegramError as error:
            if error.trouble is not Trouble.MOVED or error.chat is None:
                raise self._failed(error) from None
            moved = error.chat
        try:
            return await client.send(moved, text, thread=topic)
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

    def _remember(self, key: str, arrived: int) -> None:
        self._arrived[key] = arrived
        while len(self._arrived) > _REMEMBERED:
            self._arrived.popitem(last=False)


def _longest(text: str) -> int:
    """Telegram counts some characters twice; half as many of them fit in any case."""
    return LONGEST if max(text, default="") <= "\uffff" else LONGEST // 2
