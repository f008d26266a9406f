"""From claimed entries to tickets: one batch, one transaction (house.md §1.3).

    decode ──▶ files ──▶ judge ──▶ one transaction (ingest/transaction.py) ──▶ outcomes
      │
      ├─▶ IGNORED      understood, not for us
      ├─▶ QUARANTINED  unreadable
      └─▶ WAITING      our bug: tried again, alone; FAILED after the last attempt

If the transaction fails, the batch is replayed one by one, so that one bad message never holds the others.
A crash between commit and settle leaves entries that are found by identity when they come again.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import IntegrityError

from domain.afterwards import Afterword
from domain.call_desk import CallDesk
from domain.errors import StoreUnavailable, Undecodable
from domain.incident_desk import IncidentDesk
from domain.interaction import Ignored, Interaction
from domain.ports import Decode
from domain.raw import Fate, JournalEntry, Outcome
from domain.ticket import Filing, Road, Silence
from ingest.entry import BatchReport, Reading, outcome_of
from ingest.logs import clean
from ingest.own_words import decode_own, is_own
from ingest.transaction import Transaction
from store.contents import Contents
from store.engines import Database
from store.naming import put_and_name
from triage.acknowledge import Clerk
from triage.loading import RuleSet
from triage.standing import House

log = structlog.get_logger()

RACES = 2
"""How often a batch that met another process is decided anew, before it is replayed one by one."""


class Pipeline:
    """Stateless but for its tools; runs in a child process."""

    def __init__(
        self,
        *,
        database: Database,
        files: Contents,
        decoders: Mapping[str, Decode],
        clerk: Clerk,
        house: House,
        max_attempts: int,
        calls: Mapping[str, CallDesk],
        incidents: IncidentDesk,
    ) -> None:
        self._calls = calls
        self._incidents = incidents
        self._database = database
        self._files = files
        self._decoders = decoders
        self._clerk = clerk
        self._house = house
        self._max_attempts = max_attempts

    async def process(self, entries: Sequence[JournalEntry], ruleset: RuleSet) -> BatchReport:
        """Raises StoreUnavailable when the ticket database cannot be used; nothing is settled then."""
        report = BatchReport()
        with report.stage("decode", 0):
            readings = self._decode_all(entries, report)
        report.items["decode"] += len(entries) - report.failures["decode"]
        await self._file_all(readings, ruleset, report)
        return report

    # Decoding

    def _decode_all(self, entries: Sequence[JournalEntry], report: BatchReport) -> list[Reading]:
        readings = []
        for entry in entries:
            decoded = self._decode(entry)
            if isinstance(decoded, Outcome):
                report.outcomes.append(decoded)
                report.failures["decode"] += decoded.fate is not Fate.IGNORED
                log.info("interaction", raw=entry.raw_id, channel=entry.raw.channel, fate=decoded.fate.value,
                         reason=decoded.reason)  # fmt: skip
            else:
                readings.append(Reading.of(entry, decoded))
        return readings

    def _decode(self, entry: JournalEntry) -> Sequence[Interaction | Afterword] | Outcome:
        decode = decode_own if is_own(entry.raw) else self._decoders.get(entry.raw.channel)
        if decode is None:
            reason = f"channel {entry.raw.channel!r} is not configured; configure it and retry"
            return Outcome(raw_id=entry.raw_id, fate=Fate.FAILED, reason=reason)
        try:
            decoded = decode(entry.raw)
        except Undecodable as error:
            return Outcome(raw_id=entry.raw_id, fate=Fate.QUARANTINED, reason=clean(str(error)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this entry only
            return self._bug(entry, error)
        if isinstance(decoded, Ignored) and decoded.noted:
            return decoded.noted
        if isinstance(decoded, Ignored) or not decoded:
            reason = decoded.reason if isinstance(decoded, Ignored) else "there is no interaction in it"
            return Outcome(raw_id=entry.raw_id, fate=Fate.IGNORED, reason=clean(reason))
        return decoded

    def _bug(self, entry: JournalEntry, error: Exception) -> Outcome:
        fate = Fate.FAILED if entry.attempts >= self._max_attempts else Fate.WAITING
        log.error("interaction_failed", raw=entry.raw_id, channel=entry.raw.channel, attempts=entry.attempts,
                  fate=fate.value, exc_info=error)  # fmt: skip
        return Outcome(raw_id=entry.raw_id, fate=fate, reason=clean(f"{type(error).__name__}: {error}"))

    # Filing

    async def _file_all(self, readings: Sequence[Reading], ruleset: RuleSet, report: BatchReport) -> None:
        if len(readings) > 1 and any(reading.tells_of_a_move for reading in readings):
            for reading in readings:  # what came before the move is filed under the old address, what follows is not
                await self._file_all([reading], ruleset, report)
            return
        try:
            await self._file(readings, ruleset, report)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            if len(readings) == 1:
                report.outcomes.append(self._bug(readings[0].entry, error))
                return
            log.warning("batch_replayed_one_by_one", entries=len(readings), error=f"{type(error).__name__}: {error}")
            for reading in readings:
                await self._file_all([reading], ruleset, report)

    async def _file(self, readings: Sequence[Reading], ruleset: RuleSet, report: BatchReport) -> None:
        if not readings:
            return
        reads = [read for reading in readings for read in reading.reads]
        afterwords = [afterword for reading in readings for afterword in reading.afterwords]
        contents = [(one.content, one.sha256) for read in reads for one in read.interaction.attachments]
        now = datetime.now(UTC)
        laps = report.laps()
        with report.stage("triage", len(reads), laps):
            unit = Transaction(reads, afterwords, ruleset, self._clerk, self._house, now, self._calls, self._incidents,
                               laps)  # fmt: skip

        async def put() -> None:
            with report.stage("files", len(contents)):
                self._files.put_many(contents)

        async def name() -> tuple[list[Filing], dict[str, int]]:
            with report.stage("commit", len(reads), laps):  # waiting for our turn to write is part of it
                return await self._written(unit)

        filings, tickets = await put_and_name(self._database, put, name)
        report.passed(files=len(contents), conversations=len(reads), filings=len(filings))
        report.tally.update({("alerts", *course): count for course, count in unit.courses.items()})
        self._note(filings, report, now)
        committed = datetime.now(UTC)
        report.delays += [(committed - reading.entry.raw.received_at).total_seconds() for reading in readings]
        new = {filing.raw_id for filing in filings}
        report.outcomes += [
            outcome_of(reading, tickets, unit.kept_out, repeated=reading.entry.raw_id not in new)
            for reading in readings
        ]

    async def _written(self, unit: "Transaction") -> tuple[list[Filing], dict[str, int]]:
        """Another process may have opened the same conversation or ticket meanwhile: look again, decide anew."""
        for _ in range(RACES):
            try:
                return await self._database.write(unit)
            except IntegrityError as error:
                log.info("met_another_process", error=type(error.orig).__name__)
        return await self._database.write(unit)

    def _note(self, filings: Sequence[Filing], report: BatchReport, now: datetime) -> None:
        """The canonical line of every interaction, and its figures."""
        for filing in filings:
            place, verdict, answer = filing.placement, filing.verdict, filing.answer
            opened = place.road in {Road.OPENS, Road.LINKS}
            reason = answer.reason if isinstance(answer, Silence) else "planned"
            report.tally["filed", filing.interaction.channel, place.road.value] += 1
            report.tally["answers", reason, ""] += 1
            if opened:
                report.tally["tickets", verdict.department, verdict.priority] += 1
            log.info("interaction", raw=filing.raw_id, channel=filing.interaction.channel, fate="done",
                     ticket=place.ticket, road=place.road.value, department=verdict.department,
                     priority=verdict.priority, rule=verdict.fields["department"].rule, ruleset=verdict.ruleset,
                     acknowledgement=reason, at=now)  # fmt: skip
