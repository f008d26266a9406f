"""Long polling: asked, kept, and only then confirmed.

    getMe ─▶ deleteWebhook ─▶ ┌─▶ getUpdates(offset) ─▶ every update durable ─▶ offset = last + 1 ─┐
                              └─────────────────────────────────◀──────────────────────────────────┘

Telegram forgets an update when a later call names a greater offset, so that what we accept and cannot confirm any more
comes again, and is recognised. What cannot be made durable is not confirmed: Telegram keeps it for a day.

    401, 404           CredentialsRejected: an alarm, asked again every five minutes
    409                Contested: somebody else polls this bot; an alarm, asked again every minute
    429                silence for as long as Telegram asks
    anything else      ConnectionLost: asked again soon, then less and less often
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from channels.telegram.connector import Connector
from channels.telegram.raw import raw_update
from channels.telegram.trouble import TelegramError, Trouble
from domain.errors import ConnectionLost, Contested, CredentialsRejected, IntakeUnavailable, ReceiverError
from domain.ports import Intake

if TYPE_CHECKING:
    from channels.telegram.client import Client

log = structlog.get_logger(__name__)

LONGEST_SILENCE = 3600.0


class PollingReceiver:
    """`greet` answers what only opens a chat."""

    def __init__(
        self,
        *,
        channel: str,
        connect: Connector,
        wait: timedelta,
        greet: Callable[["Client", Sequence[Any]], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._channel = channel
        self._connect = connect
        self._wait = wait
        self._greet = greet
        self._now = now

    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        """Poll until cancelled. Raises ReceiverError."""
        try:
            await self._poll(self._connect(), intake, ready)
        except TelegramError as error:
            raise as_receiver_error(error) from None
        except IntakeUnavailable as error:
            raise ReceiverError(f"messages stay with Telegram: {error}", detail=error.detail) from error
        finally:
            await self._connect.close()

    async def _poll(self, client: "Client", intake: Intake, ready: Callable[[], None]) -> None:
        await client.username()
        await client.delete_webhook()
        offset: int | None = None
        while True:
            try:
                updates = await client.updates(offset, self._wait)
            except TelegramError as error:
                await self._be_silent(error)
                continue
            ready()
            if updates:
                await self._keep(intake, updates)
                offset = _after(updates, offset)
                await self._greet(client, updates)

    async def _be_silent(self, error: TelegramError) -> None:
        """As long as Telegram asks for. Raises the error again when it asks for none."""
        if error.trouble is not Trouble.FLOODED:
            raise error
        rest = min(error.retry_after or 1.0, LONGEST_SILENCE)
        log.warning("telegram_asks_for_silence", channel=self._channel, seconds=rest)
        await asyncio.sleep(rest)

    async def _keep(self, intake: Intake, updates: Sequence[Any]) -> None:
        """All at once, for they share a commit. Raises IntakeUnavailable when one of them is not durable."""
        now = self._now()
        raws = [raw_update(self._channel, update, now) for update in updates]
        results = await asyncio.gather(*map(intake.accept, raws), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result


def _after(updates: Sequence[Any], offset: int | None) -> int | None:
    """What confirms these. An update without a number of its own is confirmed by its neighbours."""
    numbers = [
        update["update_id"]
        for update in updates
        if isinstance(update, dict) and isinstance(update.get("update_id"), int)
    ]
    return max(numbers) + 1 if numbers else offset


def as_receiver_error(error: TelegramError) -> ReceiverError:
    kinds = {Trouble.REFUSED: CredentialsRejected, Trouble.CONTESTED: Contested}
    return kinds.get(error.trouble, ConnectionLost)(f"Telegram: {error}")
