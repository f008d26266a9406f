"""Where a file lies that came by a media id: asked of the Graph API, for its links live five minutes.

    GET /{media id} ─▶ {"url": "https://lookaside.fbsbx.com/…", "mime_type", "sha256", "file_size"}

The token goes to Meta's hosts and to the configured API alone, whatever the answer names.
"""

import re
from dataclasses import dataclass, field

from channels.graph.client import GraphClient
from domain.errors import FetchFailed, SendFailed
from domain.remote import Access, Location, RemoteFile

HOSTS = ("lookaside.fbsbx.com", ".fbsbx.com", ".fbcdn.net", ".whatsapp.net", ".facebook.com", ".cdninstagram.com")
OFFICIAL = "graph.facebook.com"
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class MediaFetcher:
    """Implements domain.ports.Fetcher. `api` is the base URL of the settings."""

    client: GraphClient
    token: str = field(repr=False)
    api: str

    async def locate(self, file: RemoteFile) -> Location:
        if not _MEDIA_ID.fullmatch(file.reference):
            raise FetchFailed("this is no media id", permanent=True)
        try:
            told = await self.client.get(file.reference, self.token)
        except SendFailed as refusal:
            permanent = refusal.permanent and not refusal.credentials
            raise FetchFailed(str(refusal), permanent=permanent, retry_after=refusal.retry_after or 0.0) from None
        url = told.get("url")
        if not isinstance(url, str) or not url:
            raise FetchFailed("the Graph API names no place for this file", permanent=False)
        return Location(
            url=url,
            access=access(self.api),
            headers={"Authorization": f"Bearer {self.token}"},
        )

    async def close(self) -> None:
        await self.client.close()


def access(api: str) -> Access:
    """Meta's hosts, and the API's own origin where a person set another one."""
    return Access.of_provider(HOSTS, api=api, official=OFFICIAL)
