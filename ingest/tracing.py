"""One trace for each interaction, from its acceptance to the letter that answers it, for OpenTelemetry.

    accept ──┬─ wait ─ decode ─ files ─ conversations ─ triage ─ acknowledge ─ commit     one turn of a batch
    (root)   └─ dispatch                                                                  one for each try

Trace and root are drawn from the journal's id of the entry, so that every process knows them and nothing has to be
stored or handed on. What a provider says of its own trace (`traceparent`) becomes a link of ours, never its parent: a
stranger chooses it. Attributes are ids, names of channels, fates and counts; never what somebody wrote.

Spans are made whole, once it is known what became of the turn; a thread of the SDK sends them. While the collector is
away they are dropped, and nobody waits.
"""

import hashlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from domain.outgoing import OutgoingMessage
from domain.raw import JournalEntry, RawInteraction, Receipt
from ingest.entry import BatchReport

_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}(?P<later>-.*)?"
)
_told: ContextVar[str | None] = ContextVar("traceparent", default=None)


@dataclass(frozen=True, slots=True)
class Point:
    """A span by its trace and its own id."""

    trace: int
    span: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What there is to tell of one turn. Times are nanoseconds since 1970; `root`: it is the trace's first one."""

    name: str
    root: Point
    is_root: bool = False
    begun: int
    ended: int
    attributes: Mapping[str, str | int | bool]
    link: Point | None = None
    failure: str | None = None


class Spans(Protocol):
    """Takes spans at once, whatever becomes of them."""

    def __call__(self, span: Span) -> None: ...


def point_of(key: str) -> Point:
    """Trace and root span of an entry of the journal (or of a message that answers none)."""
    digest = hashlib.blake2b(key.encode(), digest_size=24, person=b"balcao trace").digest()
    return Point(int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:], "big") or 1)


def parsed(traceparent: str | None) -> Point | None:
    """As W3C Trace Context writes it; None for what is no such thing."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None:
        return None
    if found["version"] == "00" and found["later"]:
        return None
    point = Point(int(found["trace"], 16), int(found["span"], 16))
    return point if point.trace and point.span else None


def listening(route: web.RouteDef) -> web.RouteDef:
    """The same route; what it accepts is linked to the trace of who calls."""
    handler = route.handler

    async def noting(request: web.Request) -> web.StreamResponse:
        _told.set(request.headers.get("traceparent"))
        return await handler(request)

    return web.RouteDef(route.method, route.path, noting, route.kwargs)


class Traces:
    """Tells `spans` of every stage that an interaction has been through."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def accepted(self, raw: RawInteraction, receipt: Receipt, begun: int) -> None:
        """A repetition is told in the trace of what it repeats."""
        self._spans(
            Span(
                name="accept",
                root=point_of(receipt.raw_id),
                is_root=not receipt.duplicate,
                begun=begun,
                ended=time.time_ns(),
                attributes={**_about(receipt.raw_id, raw.channel), "balcao.duplicate": receipt.duplicate},
                link=parsed(_told.get()),
            )
        )

    def filed(self, entries: Sequence[JournalEntry], report: BatchReport, claimed: int) -> None:
        """Every entry of a batch has been through all of its stages at the same time."""
        fates = {outcome.raw_id: outcome for outcome in report.outcomes}
        for entry in entries:
            root, about = point_of(entry.raw_id), _about(entry.raw_id, entry.raw.channel)
            about |= {"balcao.attempt": entry.attempts, "balcao.batch": len(entries)}
            outcome = fates.get(entry.raw_id)
            if outcome is not None:
                about["balcao.fate"] = outcome.fate.value
                about |= {"balcao.ticket": outcome.tickets[0]} if outcome.tickets else {}
            waited = {"wait": (min(_nanoseconds(entry.raw.received_at), claimed), claimed)}
            for name, (begun, ended) in (waited | report.times).items():
                failure = "failed" if report.failures.get(name) else None
                self._spans(Span(name=name, root=root, begun=begun, ended=ended, attributes=about, failure=failure))

    def given_back(self, entries: Iterable[JournalEntry], claimed: int, error: Exception) -> None:
        """A batch that came to nothing; the name of the error is all that is told of it."""
        for entry in entries:
            about = _about(entry.raw_id, entry.raw.channel) | {"balcao.attempt": entry.attempts}
            root, why = point_of(entry.raw_id), type(error).__name__
            self._spans(
                Span(name="work", root=root, begun=claimed, ended=time.time_ns(), attributes=about, failure=why)
            )

    def sent(self, message: OutgoingMessage, raw_id: str | None, begun: int, result: str) -> None:
        """`raw_id`: of the interaction that is answered; a message that answers none has a trace of its own."""
        about: dict[str, str | int | bool] = {"balcao.channel": message.channel, "balcao.outbox": message.outbox_id}
        about |= {"balcao.ticket": message.ticket, "balcao.attempt": message.attempts, "balcao.result": result}
        self._spans(
            Span(
                name="dispatch",
                root=point_of(raw_id or f"outbox {message.outbox_id}"),
                is_root=raw_id is None,
                begun=begun,
                ended=time.time_ns(),
                attributes=about,
                failure=None if result == "sent" else result,
            )
        )


def _about(raw_id: str, channel: str) -> dict[str, str | int | bool]:
    return {"balcao.entry": raw_id, "balcao.channel": channel}


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1_000
