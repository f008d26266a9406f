"""Where a file lies that a message names by its file_id: asked of the Bot API, for its links live an hour.

    getFile(file_id) ─▶ <base_url>/file/bot<token>/<path>       at most 20 MB, says Telegram's own server

The URL holds the token; it goes to the configured API alone and is never stored.
"""

from urllib.parse import urlsplit

from channels.telegram.connector import Connector
from channels.telegram.trouble import TelegramError, Trouble
from domain.errors import FetchFailed
from domain.remote import Access, Location, RemoteFile

OFFICIAL = "https://api.telegram.org"
_TOO_BIG = "file is too big"
_NOT_NOW = "temporarily unavailable"


class TelegramFetcher:
    """Implements domain.ports.Fetcher."""

    def __init__(self, connect: Connector, base_url: str) -> None:
        self._connect = connect
        self._access = access(base_url)

    async def locate(self, file: RemoteFile) -> Location:
        try:
            url = await self._connect().file_url(file.reference)
        except TelegramError as error:
            raise _failed(error) from None
        return Location(url=url, access=self._access)

    async def close(self) -> None:
        await self._connect.close()


def access(base_url: str) -> Access:
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Access(hosts=("api.telegram.org",)) if origin == OFFICIAL else Access(origins=(origin,))


def _failed(error: TelegramError) -> FetchFailed:
    words = str(error).lower()
    if _TOO_BIG in words:
        return FetchFailed("larger than the 20 MB that Telegram gives to bots", permanent=True)
    permanent = error.trouble in {Trouble.WRONG, Trouble.FORBIDDEN} and _NOT_NOW not in words
    return FetchFailed(f"Telegram: {error}", permanent=permanent, retry_after=error.retry_after or 0.0)
