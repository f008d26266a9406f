"""Files that lie elsewhere: a message names them, a chore fetches them later and attaches them.

    WAITING ──claim──▶ FETCHING ──▶ FETCHED     attached to its message
       ▲                  │ └─────▶ FAILED      for good, or tried too often; a person may have it tried again
       └──── temporary ───┘                     with growing delays

A channel that carries such files offers a Fetcher, which says where a file lies now and what opens the door there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

UNKNOWN_TYPE = "application/octet-stream"


class FileState(StrEnum):
    WAITING = "waiting"
    FETCHING = "fetching"
    FETCHED = "fetched"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file as the message tells of it. `reference` means something to its channel only: a file id, a media id, a URL.

    `name` is cleaned for display; `size` and `content_type` are what the provider says, and only a label.
    """

    reference: str
    name: str
    content_type: str = UNKNOWN_TYPE
    size: int | None = None
    inline: bool = False
    original_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a channel's files may be fetched from; anything else is refused, also behind a redirect.

    `hosts` are the provider's, by https alone, and never at a private address: `api.example` or `.cdn.example` for all
    below it. `origins` are written in the settings by a person (`http://10.0.0.5:8081`), who may point into his own
    network: a telephone system, a Bot API server.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    @classmethod
    def of_provider(cls, hosts: tuple[str, ...], *, api: str, official: str) -> "Access":
        """The provider's hosts, and the API's own origin where a person set another one than `official`, a host."""
        parts = urlsplit(api)
        return cls(hosts=hosts, origins=() if parts.hostname == official else (f"{parts.scheme}://{parts.netloc}",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a file lies now. `url` and `headers` may hold secrets: neither is ever logged or stored.

    `headers` go to the origin of `url` only, not to where it redirects.
    """

    url: str = field(repr=False)
    access: Access
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOrder:
    """A file whose turn it is; `position` is its place among the attachments of `message`, a `messages.id`."""

    id: int
    channel: str
    ticket: int
    message: int
    position: int
    attempts: int
    file: RemoteFile
