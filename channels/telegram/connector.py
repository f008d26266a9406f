"""A bot's client, made when it is first needed: the library takes half a second to import, and few commands speak."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from channels.telegram.client import Client


class Connector:
    def __init__(self, token: str, base_url: str) -> None:
        self._token = token
        self._base_url = base_url
        self._client: Client | None = None

    def __call__(self) -> "Client":
        if self._client is None:
            from channels.telegram.client import Client  # noqa: PLC0415 - as above

            self._client = Client(self._token, self._base_url)
        return self._client

    async def close(self) -> None:
        """The next call connects anew."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
