"""Files of Messenger and Instagram lie at signed addresses on Meta's hosts; no token goes along, and nowhere else."""

from dataclasses import dataclass

from channels.graph.fetch import access
from domain.remote import Location, RemoteFile


@dataclass(frozen=True, slots=True)
class MessengerFetcher:
    """Implements domain.ports.Fetcher. `api` is the base URL of the settings."""

    api: str

    async def locate(self, file: RemoteFile) -> Location:
        return Location(url=file.reference, access=access(self.api))

    async def close(self) -> None:
        """There is nothing to give back."""
