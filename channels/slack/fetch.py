"""Where a file of Slack lies: the message names its private address, or its id alone (shared with other workspaces).

The token goes to Slack's own hosts and to the configured API, whatever address a message names.
"""

import re
from dataclasses import dataclass, field

from channels.api_call import ApiCaller
from channels.slack.send import OFFICIAL, checked
from domain.errors import FetchFailed, SendFailed
from domain.remote import Access, Location, RemoteFile

HOSTS = ("files.slack.com", "slack-files.com", ".slack-files.com", ".slack-edge.com")
_FILE_ID = re.compile(r"F[A-Z0-9]{2,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SlackFetcher:
    """Implements domain.ports.Fetcher."""

    caller: ApiCaller
    token: str = field(repr=False)
    api: str

    async def locate(self, file: RemoteFile) -> Location:
        url = await self._asked(file.reference) if _FILE_ID.fullmatch(file.reference) else file.reference
        return Location(
            url=url,
            access=access(self.api),
            headers={"Authorization": f"Bearer {self.token}"},
        )

    async def close(self) -> None:
        await self.caller.close()

    async def _asked(self, file_id: str) -> str:
        try:
            answer = await self.caller.call("GET", f"{self.api}/files.info?file={file_id}", self.token)
            told = checked(self.caller, answer).get("file")
        except SendFailed as refusal:
            permanent, pause = refusal.permanent, refusal.retry_after or 0.0
            raise FetchFailed(str(refusal), permanent=permanent, retry_after=pause) from None
        known = told if isinstance(told, dict) else {}
        url = known.get("url_private_download") or known.get("url_private")
        if not isinstance(url, str):
            raise FetchFailed("Slack names no place for this file", permanent=True)
        return url


def access(api: str) -> Access:
    """Slack's hosts, and the API's own origin where a person set another one."""
    return Access.of_provider(HOSTS, api=api, official=OFFICIAL)
