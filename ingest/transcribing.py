"""Recordings that have been fetched are written down, and what was said goes through the journal to its call.

    attached ─▶ transcribed ─▶ journal ─▶ the call is told anew, and triaged again
                   └ failed: tried again; after TRIES the message says that, and why

A call that has a transcript, or the words of its failure, is done: its events in the ticket store say so.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson
import structlog

from domain.errors import TranscriptionFailed
from domain.ports import Intake, Transcriber
from domain.raw import RawInteraction
from ingest.presentation.reasons import why
from ingest.translations import _, speaking
from store.calls import Recorded, recorded
from store.contents import Contents
from store.engines import Database

log = structlog.get_logger()

TRIES = 3
AT_ONCE = 5
RECENT = timedelta(days=2)


@dataclass(slots=True)
class Transcribing:
    """`transcribers` by channel; `language`: in which a call says that nobody could write it down."""

    store: Database
    files: Contents
    intake: Intake
    transcribers: Mapping[str, Transcriber]
    language: str
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def run(self) -> None:
        """As a chore."""
        await self.look(datetime.now(UTC))

    async def look(self, now: datetime) -> int:
        """Write down what waits. Returns how many. Raises StoreUnavailable and IntakeUnavailable."""
        channels = sorted(self.transcribers)
        found = await self.store.read(lambda connection: recorded(connection, channels, now - RECENT, AT_ONCE))
        for one in found:
            text = await self._text_of(one)
            if text is not None:
                await self.intake.accept(_told(one, text, now))
        return len(found)

    async def _text_of(self, one: Recorded) -> str | None:
        """None: to be tried again."""
        transcriber, key = self.transcribers[one.channel], (one.channel, one.root)
        try:
            if one.size > transcriber.largest:
                raise TranscriptionFailed(f"larger than {transcriber.largest / 1_000_000:g} MB")
            audio = await asyncio.to_thread(self.files.get, one.sha256)
            if audio is None:
                raise TranscriptionFailed("the recording's file is gone")
            text = await transcriber.transcribe(audio, one.content_type)
        except (TranscriptionFailed, OSError) as error:
            self.tries[key] += 1
            log.warning("not_transcribed", channel=one.channel, call=one.root, reason=str(error), tries=self.tries[key])
            if one.size <= transcriber.largest and self.tries[key] < TRIES:
                return None
            with speaking(self.language):
                text = _("(not transcribed: %(why)s)") % {"why": why(str(error))}
        del self.tries[key]
        return text


def _told(one: Recorded, text: str, now: datetime) -> RawInteraction:
    return RawInteraction(
        channel=one.channel,
        dedup_key=f"{one.channel}:transcript:{one.root}",
        received_at=now,
        payload=orjson.dumps({"balcao": "transcript", "call_id": one.root, "text": text}),
        envelope={"by": "balcao"},
    )
