"""What a channel is: a bundle of functions, no base class.

SMTP and IMAP share decode and sender, WhatsApp is only routes, the phone has no sender.
Each `channels/<kind>/__init__.py` offers `Options` (a pydantic model) and `build(options, context) -> Channel`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp.web import RouteDef

from channels.outward import PUBLIC, Outward
from domain.call_desk import CallDesk
from domain.heartbeat import Watched
from domain.mailbox import Mailbox
from domain.outgoing import Carriage
from domain.ports import Decode, Fetcher, Intake, Receiver, Sender, Transcriber

Routes = Callable[[Intake], Sequence[RouteDef]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """What the application lends a channel while it is built.

    `reveal` turns a secret reference (`env:NAME`, `file:path`) into its value or raises ConfigError.
    `base` is the folder of the settings file, where paths a person writes begin; `var` is the directory for what
    the daemon keeps. `hostname` is the name we greet with. `backfill` is how far back sources are asked for what
    they held before we came to them; None: not at all. `secret_names` are environment variables that hold a secret, so
    that no program we start is given them. `outward` is the guard of our own calls.
    """

    name: str
    base: Path
    var: Path
    hostname: str
    reveal: Callable[[str], str]
    backfill: timedelta | None = None
    secret_names: frozenset[str] = frozenset()
    outward: Outward = PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One configured channel. What a channel cannot do is None; `path` None: it is called at /hooks/<name>.

    `sole`: what its receiver reads, if no two nodes may do so at once. `carriage`: how it carries the files of a
    reply; None: it takes none along. `streams`: nobody is called, what is sent is laid into its visitors' streams
    (domain/chat.py). `calendar`: of the rules, by which people are there. `weaknesses`: what its settings leave
    open, as msgids (channels/weaknesses.py).
    """

    name: str
    kind: str
    decode: Decode
    receiver: Receiver | None = None
    sole: str | None = None
    routes: Routes | None = None
    path: str | None = None
    sender: Sender | None = None
    fetcher: Fetcher | None = None
    carriage: Carriage | None = None
    mailbox: Mailbox | None = None
    calls: CallDesk | None = None
    transcriber: Transcriber | None = None
    watched: Sequence[Watched] = ()
    weaknesses: Sequence[str] = ()
    streams: bool = False
    calendar: str | None = None

    @property
    def can_send(self) -> bool:
        return self.streams or self.sender is not None


def utc_now() -> datetime:
    return datetime.now(UTC)
