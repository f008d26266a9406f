"""Where a recording or an SMS's file lies: at the address of the settings, or at Twilio, and nowhere else (attack 40).

    "q-600-1772451600.17.wav", "/var/lib/freeswitch/recordings/x.wav"   its last part below `recordings.url`
    "https://pabx.exemplo.com/monitor/x.mp3"                            itself, if it is at that origin
    "https://api.twilio.com/…"                                          itself, with the account's password; what is
                                                                        there leads on to twiliocdn.com, without it

A caller or a hacked telephone system may name any address: what is elsewhere is not fetched, and the ticket says so.
"""

import base64
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin, urlsplit

from channels.cleaning import clean_file_name
from domain.errors import FetchFailed
from domain.remote import Access, Location, RemoteFile

_TYPES = {
    ".wav": "audio/x-wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".gsm": "audio/x-gsm",
    ".m4a": "audio/mp4", ".flac": "audio/flac",
}  # fmt: skip


def recording_of(reference: str) -> RemoteFile:
    """As the message names it; a type is told by the ending, and checked when it has come."""
    path = re.split(r"[?#]", reference, maxsplit=1)[0] if "://" in reference else reference
    last = PurePosixPath(path.replace("\\", "/"))
    kind = _TYPES.get(last.suffix.casefold(), "audio/x-wav")
    name = clean_file_name(last.name, otherwise="gravacao")
    return RemoteFile(
        reference=reference, name=name if last.suffix else f"{name}.wav", content_type=kind, original_name=last.name
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A place that recordings are fetched from. `origin` is all that may be asked; `hosts` for providers."""

    base: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    provider: bool = False

    @property
    def access(self) -> Access:
        parts = urlsplit(self.base)
        if self.provider:
            return Access(hosts=(parts.hostname or "", ".twiliocdn.com", ".amazonaws.com"))
        return Access(origins=(f"{parts.scheme}://{parts.netloc}",))

    def holds(self, url: str) -> bool:
        ours, theirs = urlsplit(self.base), urlsplit(url)
        return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFetcher:
    """Implements domain.ports.Fetcher. The first store also takes what is named without an address."""

    stores: tuple[Store, ...]

    async def locate(self, file: RemoteFile) -> Location:
        reference = file.reference
        try:
            if "://" not in reference:
                return _location(self.stores[0], _below(self.stores[0], reference))
            store = next((store for store in self.stores if store.holds(reference)), None)
        except ValueError:
            raise FetchFailed("this is not a URL", permanent=True) from None
        if store is None:
            host = (urlsplit(reference).hostname or "")[:100]
            raise FetchFailed(f"nothing is fetched from {host}: see recordings.url and twilio.api", permanent=True)
        return _location(store, reference)

    async def close(self) -> None:
        """Nothing is kept open."""


def _below(store: Store, reference: str) -> str:
    """Only the file's name counts: a path on the telephone system's disk means nothing here."""
    if store.provider:
        raise FetchFailed("this names no address: set recordings.url", permanent=True)
    name = reference.replace("\\", "/").rsplit("/", 1)[-1]
    if name in {"", ".", ".."}:
        raise FetchFailed("this names no file", permanent=True)
    return urljoin(store.base if store.base.endswith("/") else f"{store.base}/", quote(name))


def _location(store: Store, url: str) -> Location:
    headers = {}
    if store.user is not None and store.password is not None:
        said = base64.b64encode(f"{store.user}:{store.password}".encode()).decode()
        headers["Authorization"] = f"Basic {said}"
    return Location(url=url, access=store.access, headers=headers)
