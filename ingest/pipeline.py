"""From claimed entries to tickets: one batch, one transaction (house.md §1.3).

    decode ──▶ files ──▶ [ surroundings ─▶ place ─▶ number ─▶ judge ─▶ answer ─▶ write ─▶ note ] ──▶ outcomes
      │                                    one transaction
      ├─▶ IGNORED      understood, not for us
      ├─▶ QUARANTINED  unreadable
      └─▶ WAITING      our bug: tried again, alone; FAILED after the last attempt

If the transaction fails, the batch is replayed one by one, so that one bad message never holds the others.
A crash between commit and settle leaves entries that are found by identity when they come again.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.afterwards import Afterword
from domain.call_desk import CallDesk
from domain.errors import StoreUnavailable, Undecodable
from domain.interaction import Ignored, Interaction
from domain.ports import Decode
from domain.raw import Fate, JournalEntry, Outcome
from domain.ticket import Filing, Placement, Road, Silence
from ingest.calling import CallsOfBatch, unannotated
from ingest.entry import BatchReport, Read, Reading, outcome_of, with_words
from ingest.referring import refer_others
from ingest.returned import note_bounces
from ingest.telemetry import clean
from store import desk
from store.afterwards import follow_changes, note_afterwards
from store.attachments import AttachmentFiles
from store.engines import Database
from triage.acknowledge import Clerk, budgets_of
from triage.conversation import Desk, clues_of, lookup_of, renumbered
from triage.echoes import Echoes, Words
from triage.engine import judge
from triage.loading import RuleSet
from triage.snapshot import facts_of
from triage.standing import House, tags_of, traits_of

log = structlog.get_logger()

RACES = 2
"""How often a batch that met another process is decided anew, before it is replayed one by one."""


def budget_period(now: datetime) -> str:
    """The hour that acknowledgement budgets are counted in."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H")


class Pipeline:
    """Stateless but for its tools; runs in a child process."""

    def __init__(
        self,
        *,
        database: Database,
        files: AttachmentFiles,
        decoders: Mapping[str, Decode],
        clerk: Clerk,
        house: House,
        max_attempts: int,
        calls: Mapping[str, CallDesk],
    ) -> None:
        self._calls = calls
        self._database = database
        self._files = files
        self._decoders = decoders
        self._clerk = clerk
        self._house = house
        self._max_attempts = max_attempts

    async def process(self, entries: Sequence[JournalEntry], ruleset: RuleSet) -> BatchReport:
        """Raises StoreUnavailable when the ticket database cannot be used; nothing is settled then."""
        report = BatchReport()
        with report.stage("decode"):
            readings = self._decode_all(entries, report)
        await self._file_all(readings, ruleset, report)
        return report

    # Decoding

    def _decode_all(self, entries: Sequence[JournalEntry], report: BatchReport) -> list[Reading]:
        readings = []
        for entry in entries:
            decoded = self._decode(entry)
            if isinstance(decoded, Outcome):
                report.outcomes.append(decoded)
                log.info("interaction", raw=entry.raw_id, channel=entry.raw.channel, fate=decoded.fate.value,
                         reason=decoded.reason)  # fmt: skip
            else:
                readings.append(Reading.of(entry, decoded))
        return readings

    def _decode(self, entry: JournalEntry) -> Sequence[Interaction | Afterword] | Outcome:
        decode = self._decoders.get(entry.raw.channel)
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
        with report.stage("files"):
            for read in reads:
                for attachment in read.interaction.attachments:
                    self._files.put(attachment.content, attachment.sha256)
        now = datetime.now(UTC)
        with report.stage("transaction"):
            unit = Transaction(reads, afterwords, ruleset, self._clerk, self._house, now, self._calls)
            filings, tickets = await self._written(unit)
        report.seconds.update(unit.seconds)
        self._note(filings, report, now)
        committed = datetime.now(UTC)
        report.delays += [(committed - reading.entry.raw.received_at).total_seconds() for reading in readings]
        new = {filing.raw_id for filing in filings}
        report.outcomes += [
            outcome_of(reading, tickets, repeated=reading.entry.raw_id not in new) for reading in readings
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


class Transaction:
    """The unit of work of one batch: a plain function of a connection."""

    def __init__(  # noqa: PLR0917 - what is written, and the tools that decide
        self,
        reads: Sequence[Read],
        afterwords: Sequence[Afterword],
        ruleset: RuleSet,
        clerk: Clerk,
        house: House,
        now: datetime,
        desks: Mapping[str, CallDesk],
    ) -> None:
        self._afterwords = afterwords
        self._desks = desks
        self._heard = [read for read in reads if read.interaction.call_events]
        self._reads: dict[str, Read] = {}
        self._all = [read.interaction for read in reads if not read.interaction.call_events]
        for read in reads:
            if not read.interaction.call_events:
                self._reads.setdefault(read.interaction.identity, read)
        self._ruleset = ruleset
        self._clerk = clerk
        self._house = house
        self._now = now
        self.seconds: dict[str, float] = {}

    def __call__(self, connection: Connection) -> tuple[list[Filing], dict[str, int]]:
        """File what is not filed yet. Returns the filings, and the ticket of every identity of the batch."""
        marks = [time.perf_counter()]
        follow_changes(connection, self._afterwords, self._now)
        calls = CallsOfBatch(self._desks, unannotated(self._clerk.policy.language), self._heard, self._now)
        fresh = calls.remember(connection) if self._heard else []
        reads = [*self._reads.values(), *fresh]
        clues = [clues_of(read.interaction, self._clerk.policy.token_key) for read in reads]
        budgets = {budget for read in reads for budget in budgets_of(read.interaction)}
        period = budget_period(self._now)
        lookup = lookup_of([read.interaction for read in reads], clues, budgets, period)
        lookup = with_words(lookup, reads, self._clerk.policy.repeats, self._now)
        around = desk.surroundings(connection, lookup)
        marks.append(time.perf_counter())

        table = Desk.of(around, self._house)
        new = [(read, clue) for read, clue in zip(reads, clues, strict=True)
               if read.interaction.identity not in around.filed]  # fmt: skip
        placements = [table.place(read.interaction, clue) for read, clue in new]
        numbers = desk.allocate_numbers(connection, len(table.opened)) if table.opened else []
        spent = dict(around.spent)
        echoes = Echoes(self._clerk.policy.repeats, [Words(*known) for known in around.acknowledged])
        filings = [
            self._filing(read, renumbered(placement, numbers), spent, echoes)
            for (read, _), placement in zip(new, placements, strict=True)
        ]
        marks.append(time.perf_counter())
        desk.file(connection, filings, self._now, period)
        said = [*self._all, *(read.interaction for read in fresh)]
        refer_others(connection, interactions=said, filings=filings, around=around, ruleset=self._ruleset,
                     house=self._house, now=self._now)  # fmt: skip
        note_bounces(connection, [filing.interaction for filing in filings], self._clerk.policy.token_key, self._now)
        note_afterwards(connection, self._afterwords, self._now)
        called = calls.settle(connection, self._ruleset) if self._heard else {}
        marks.append(time.perf_counter())
        names = ("surroundings", "decide", "write")
        self.seconds.update({name: end - begin for name, begin, end in zip(names, marks, marks[1:], strict=False)})
        filed = {filing.interaction.identity: filing.placement.ticket for filing in filings}
        return filings, {**around.filed, **filed, **called}

    def _filing(self, read: Read, placement: Placement, spent: dict[tuple[str, str], int], echoes: Echoes) -> Filing:
        interaction = read.interaction
        accepted_at = read.entry.raw.received_at
        received_at = min(interaction.arrived_at or accepted_at, accepted_at)
        standing = self._house.standing_of(interaction)
        facts = facts_of(
            interaction,
            placement=placement,
            received_at=received_at,
            standing=traits_of(standing),
        )
        verdict = judge(self._ruleset, facts)
        department = self._ruleset.departments[verdict.department]
        answer, spends, words = self._clerk.plan_acknowledgement(
            interaction, placement, verdict, department, spent=spent, echoes=echoes
        )
        return Filing(
            raw_id=read.entry.raw_id,
            interaction=interaction,
            facts=facts,
            verdict=verdict,
            placement=placement,
            answer=answer,
            spends=spends,
            acknowledged=None if words is None else (words.scope, words.letters),
            received_at=received_at,
            tags=tags_of(standing),
        )
