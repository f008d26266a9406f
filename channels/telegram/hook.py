"""Webhook mode: Telegram calls `POST /hooks/<channel>` and shows the secret that it was given.

    X-Telegram-Bot-Api-Secret-Token, compared in constant time ─▶ durable ─▶ 200

The body carries no signature, so that the secret is all that proves it: only TLS may lie between Telegram and us. With
`public_url` the webhook is set at start; it is looked at every few minutes, for a token that was revoked and a webhook
that somebody else has set are seen nowhere else.
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from channels.signing import Proof, SignatureRefused
from channels.telegram.connector import Connector
from channels.telegram.raw import key_of
from channels.telegram.receive import as_receiver_error
from channels.telegram.trouble import TelegramError
from domain.errors import Contested
from domain.ports import Intake

if TYPE_CHECKING:
    from channels.telegram.client import Client

LOOK_EVERY = 300.0
_SHOWABLE = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def showable(secret: str) -> str:
    """What Telegram can show: as it is, or (like one that the first start made) its SHA-256, where it holds signs that
    Telegram does not take."""
    return secret if _SHOWABLE.fullmatch(secret) else hashlib.sha256(secret.encode()).hexdigest()


def prover(secret: str) -> Callable[[Mapping[str, str], bytes, float], Proof]:
    """Bytes are compared, not text: what is no ASCII is wrong, and no error."""
    expected = secret.encode()

    def prove(headers: Mapping[str, str], body: bytes, now: float) -> Proof:
        del now
        shown = headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, expected):
            raise SignatureRefused(f"{_HEADER} is not ours")
        return Proof(key_of(body), {})

    return prove


class WebhookKeeper:
    """A receiver that receives nothing itself: it sees to it that Telegram calls us. `url` None: a person does."""

    def __init__(self, *, connect: Connector, url: str | None, secret: str) -> None:
        self._connect = connect
        self._url = url
        self._secret = secret

    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        """Until cancelled. Raises ReceiverError."""
        del intake
        client = self._connect()
        try:
            if self._url is not None:
                await client.set_webhook(self._url, self._secret)
            while True:
                await self._look(client)
                ready()
                await asyncio.sleep(LOOK_EVERY)
        except TelegramError as error:
            raise as_receiver_error(error) from None
        finally:
            await self._connect.close()

    async def _look(self, client: "Client") -> None:
        found: Any = await client.webhook()
        if not found.url or (self._url is not None and found.url != self._url):
            raise Contested("Telegram calls somebody else, or nobody: the webhook of this bot is not ours")
