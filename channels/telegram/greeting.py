"""What a customer is told who only opened the chat: `/start`, `/help`, `/ticket` without words. It opens no ticket.

Sent once and not tried again: the next command asks for it anew. In webhook mode it is the answer to the call itself.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from channels.problem import json_answer
from channels.telegram.addressed import is_bare_command
from channels.telegram.trouble import TelegramError

if TYPE_CHECKING:
    from channels.telegram.client import Client

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 20


def to_greet(updates: Sequence[Any]) -> list[int]:
    """The private chats that were opened, each once."""
    chats = (_opened(update) for update in updates)
    return list(dict.fromkeys(chat for chat in chats if chat is not None))[:MOST_AT_ONCE]


def _opened(update: Any) -> int | None:
    message = update.get("message") if isinstance(update, dict) else None
    if not isinstance(message, dict) or not isinstance(message.get("chat"), dict):
        return None
    chat, text = message["chat"], message.get("text")
    private = chat.get("type") == "private" and isinstance(chat.get("id"), int)
    return chat["id"] if private and isinstance(text, str) and is_bare_command(text) else None


def greeted(update: Mapping[str, Any], *, text: str) -> web.Response | None:
    """The answer to a call that only opens a chat; None for what is to be kept."""
    chats = to_greet([update])
    return json_answer({"method": "sendMessage", "chat_id": chats[0], "text": text}) if chats else None


class Greeter:
    """`text` None: nobody is greeted."""

    def __init__(self, channel: str, text: str | None) -> None:
        self._channel = channel
        self._text = text

    async def greet(self, client: "Client", updates: Sequence[Any]) -> None:
        if self._text is None:
            return
        for chat in to_greet(updates):
            try:
                await client.send(chat, self._text)
            except TelegramError as error:
                log.info("greeting_not_sent", channel=self._channel, reason=str(error))
