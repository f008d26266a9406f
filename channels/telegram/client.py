"""The Bot API through python-telegram-bot, as its client library only.

Updates are kept as they came: the library's own reading of them is bypassed (a shape that it does not know would stop
us for ever), and so is its Updater, which confirms updates before anything is durable. Imported when a bot is first
spoken to, for it takes half a second.
"""

import os
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import telegram
from telegram import error as theirs
from telegram.request import HTTPXRequest

from channels.json_text import MalformedJson, read_object
from channels.telegram.trouble import TelegramError, Trouble

os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's switch: durations as such, without a deprecation warning

T = TypeVar("T")

ALLOWED_UPDATES = ("message", "edited_message")
SECONDS = 20.0
"""For an answer, beside the time that a long poll waits."""
SLOWEST = 100_000
"""Bytes a second that an upload may go down to."""
TOO_LARGE = "Too Large"
"""What the library says of 413, for which it has no exception: by Telegram's words, or by those of HTTP."""
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_TROUBLES: tuple[tuple[type[theirs.TelegramError], Trouble], ...] = (
    (theirs.InvalidToken, Trouble.REFUSED),
    (theirs.Conflict, Trouble.CONTESTED),
    (theirs.RetryAfter, Trouble.FLOODED),
    (theirs.Forbidden, Trouble.FORBIDDEN),
    (theirs.ChatMigrated, Trouble.MOVED),
    (theirs.BadRequest, Trouble.WRONG),
)


class Client:
    """One bot. Every method raises TelegramError (ours, not the library's)."""

    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        self._polling = _Keeping(connection_pool_size=1, read_timeout=SECONDS, connect_timeout=SECONDS)
        calls = HTTPXRequest(
            connection_pool_size=20, read_timeout=SECONDS, connect_timeout=SECONDS, pool_timeout=SECONDS
        )
        base = base_url.rstrip("/")
        self._bot = telegram.Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=calls,
            get_updates_request=self._polling,
        )
        self._requests = (self._polling, calls)

    async def close(self) -> None:
        for request in self._requests:
            await request.shutdown()

    async def updates(self, offset: int | None, wait: timedelta) -> list[Any]:
        """Those from `offset` on, at most 100, as they came; waits up to `wait` for the first."""
        await self._called(
            self._bot.get_updates(offset=offset, limit=100, timeout=wait, allowed_updates=ALLOWED_UPDATES)
        )
        return self._polling.kept

    async def username(self) -> str:
        me = await self._called(self._bot.get_me())
        return me.username or str(me.id)

    async def send(self, chat: int, text: str, *, thread: int | None = None, answers: int | None = None) -> int:
        """The id of what was sent."""
        quoted = None if answers is None else telegram.ReplyParameters(answers, allow_sending_without_reply=True)
        sent = await self._called(self._bot.send_message(chat, text, message_thread_id=thread, reply_parameters=quoted))
        return int(sent.message_id)

    async def send_file(self, chat: int, name: str, content: bytes, *, thread: int | None = None) -> int:
        """The id of what was sent."""
        sent = await self._called(
            self._bot.send_document(
                chat,
                content,
                filename=name,
                message_thread_id=thread,
                disable_content_type_detection=True,
                write_timeout=SECONDS + len(content) / SLOWEST,
            )
        )
        return int(sent.message_id)

    async def file_url(self, file_id: str) -> str:
        """Where a file lies for about an hour. The URL holds the token."""
        found = await self._called(self._bot.get_file(file_id))
        if not found.file_path:
            raise TelegramError("Telegram names no place for this file", Trouble.AWAY)
        return found.file_path

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._called(self._bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES))

    async def delete_webhook(self) -> None:
        """What waits stays."""
        await self._called(self._bot.delete_webhook(drop_pending_updates=False))

    async def webhook(self) -> telegram.WebhookInfo:
        return await self._called(self._bot.get_webhook_info())

    async def _called(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except theirs.TelegramError as error:
            raise self._translated(error) from None
        except Exception as error:  # noqa: BLE001 - the library reads answers without looking; what it meets is theirs
            raise TelegramError(f"an answer that makes no sense ({type(error).__name__})", Trouble.LOST) from None

    def _translated(self, error: theirs.TelegramError) -> TelegramError:
        trouble = next((ours for kind, ours in _TROUBLES if isinstance(error, kind)), None) or _network(error)
        asked = error.retry_after if isinstance(error, theirs.RetryAfter) else None
        return TelegramError(
            str(error).replace(self._token, "…")[:300],
            trouble,
            retry_after=asked.total_seconds() if isinstance(asked, timedelta) else asked,
            chat=error.new_chat_id if isinstance(error, theirs.ChatMigrated) else None,
        )


def _network(error: theirs.TelegramError) -> Trouble:
    """The library wraps what httpx says, and keeps it as the cause; without one the server has answered."""
    cause = error.__cause__
    if TOO_LARGE in str(error):
        return Trouble.WRONG
    if isinstance(cause, _UNSENT):
        return Trouble.UNREACHABLE
    return Trouble.LOST if cause is not None or isinstance(error, theirs.TimedOut) else Trouble.AWAY


class _Keeping(HTTPXRequest):
    """Keeps the elements of the last result as they came, and gives the library none of them to read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kept: list[Any] = []

    def parse_json_payload(self, payload: bytes) -> Any:  # type: ignore[override]  # called on the instance
        """The library's own way to put in another reader."""
        try:
            answer = read_object(payload)
        except MalformedJson as error:
            raise theirs.TelegramError("Invalid server response") from error
        if answer.get("ok") and isinstance(answer.get("result"), list):
            self.kept = answer["result"]
            return {"ok": True, "result": []}
        return answer
