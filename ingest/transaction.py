"""The unit of work of one batch of interactions.

    judge ahead ─▶ [ surroundings ─▶ place ─▶ number ─▶ answer ─▶ write ─▶ note ]
      │                                  one transaction
      └ what speaks of no ticket will open one; the rest is judged inside, when its place is known

Judging is half of the work, and another process may write meanwhile.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from domain.afterwards import Afterword
from domain.call_desk import CallDesk
from domain.facts import Facts
from domain.incident_desk import IncidentDesk
from domain.interaction import Medium
from domain.ticket import Filing, Placement
from domain.verdict import Verdict
from ingest.albums import add_to_filed, put_together
from ingest.alert_effects import Effects
from ingest.alert_notices import Notices
from ingest.alerting import IncidentsOfBatch
from ingest.bursts import press_joined
from ingest.calling import CallsOfBatch, unannotated
from ingest.entry import Read, with_words
from ingest.laps import Laps
from ingest.referring import refer_others
from ingest.returned import note_bounces
from store import desk
from store.afterwards import follow_changes, note_afterwards
from triage.acknowledge import Clerk, budgets_of
from triage.conversation import Clues, Desk, clues_of, lookup_of, renumbered
from triage.echoes import Echoes, Words
from triage.engine import judge
from triage.loading import RuleSet
from triage.snapshot import facts_of
from triage.standing import House, tags_of, traits_of


def budget_period(now: datetime) -> str:
    """The hour that acknowledgement budgets are counted in."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H")


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
        incidents: IncidentDesk,
        laps: Laps,
    ) -> None:
        self._laps = laps
        self._afterwords = afterwords
        self._desks = desks
        self._incidents = incidents
        self._heard = [read for read in reads if read.interaction.call_events]
        self._alarms = [read for read in reads if read.interaction.alert]
        said = [read for read in reads if not (read.interaction.call_events or read.interaction.alert)]
        self._all = [read.interaction for read in said]
        self._reads = put_together(said)
        self._ruleset = ruleset
        self._clerk = clerk
        self._house = house
        self._now = now
        self._clues = {name: self._clues_of(read) for name, read in self._reads.items()}
        self._judged = {
            name: self._judge_ahead(read) for name, read in self._reads.items() if self._clues[name].nothing
        }
        self.kept_out: Mapping[str, str] = {}
        """Identity of what was heard of a call or an incident that is on no ticket → why."""
        self.courses: Counter[tuple[str, str]] = Counter()

    def _clues_of(self, read: Read) -> Clues:
        return clues_of(read.interaction, self._clerk.policy.token_key)

    def _judge_ahead(self, read: Read) -> tuple[Facts, Verdict]:
        """What speaks of no ticket will open one: it can be judged while another process writes."""
        facts = self._facts(read, None)
        return facts, judge(self._ruleset, facts)

    def __call__(self, connection: Connection) -> tuple[list[Filing], dict[str, int]]:
        """File what is not filed yet. Returns the filings, and the ticket of every identity of the batch."""
        self._laps.enter("conversations")
        follow_changes(connection, self._afterwords, self._now)
        calls = CallsOfBatch(self._desks, unannotated(self._clerk.policy.language), self._heard, self._now)
        alarms = IncidentsOfBatch(self._incidents, self._alarms, self._now)
        fresh = [
            *(calls.remember(connection) if self._heard else ()),
            *(alarms.remember(connection) if self._alarms else ()),
        ]
        reads = [*self._reads.values(), *fresh]
        clues = [*self._clues.values(), *map(self._clues_of, fresh)]
        budgets = {budget for read in reads for budget in budgets_of(read.interaction)}
        period = budget_period(self._now)
        lookup = lookup_of([read.interaction for read in reads], clues, budgets, period)
        lookup = with_words(lookup, reads, self._clerk.policy.repeats, self._now)
        around = desk.surroundings(connection, lookup)

        table = Desk.of(around, self._house)
        asked = [(read, clue) for read, clue in zip(reads, clues, strict=True)
                 if read.interaction.identity not in around.filed]  # fmt: skip
        placed = [(read, self._placed(table, read, clue, calls)) for read, clue in asked]
        new = [(read, placement) for read, placement in placed if placement is not None]
        numbers = desk.allocate_numbers(connection, len(table.opened)) if table.opened else []
        spent = dict(around.spent)
        echoes = Echoes(self._clerk.policy.repeats, [Words(*known) for known in around.acknowledged])
        filings = [self._filing(read, renumbered(placement, numbers), spent, echoes) for read, placement in new]
        self._laps.enter("commit")
        desk.file(connection, filings, self._now, period)
        press_joined(connection, filings, self._ruleset, self._house.burst, self._now)
        said = [*self._all, *(read.interaction for read in fresh)]
        refer_others(connection, interactions=said, filings=filings, around=around, ruleset=self._ruleset,
                     house=self._house, now=self._now)  # fmt: skip
        note_bounces(connection, [filing.interaction for filing in filings], self._clerk.policy.token_key, self._now)
        add_to_filed(connection, self._reads, around.filed, self._now)
        note_afterwards(connection, self._afterwords, self._now)
        called = calls.settle(connection, self._ruleset) if self._heard else {}
        alarmed = (
            Effects(alarms, self._now, self._notices(period)).settle(connection, self._ruleset) if self._alarms else {}
        )
        self.kept_out, self.courses = {**calls.kept_out(), **alarms.reasons}, alarms.tally
        filed = {filing.interaction.identity: filing.placement.ticket for filing in filings}
        return filings, {**around.filed, **filed, **called, **alarmed}

    def _notices(self, period: str) -> Notices | None:
        plan = self._incidents.notice
        return None if plan is None else Notices(self._clerk, plan, self._now, period)

    def _placed(self, table: Desk, read: Read, clues: Clues, calls: CallsOfBatch) -> Placement | None:
        """None: a call that a rule keeps from opening a ticket."""
        call = read.interaction
        if call.medium is Medium.CALL and not table.joins(call, clues):
            self._judged[call.identity] = self._judge_ahead(read)
            unwanted_by = self._judged[call.identity][1].unwanted_by
            if unwanted_by is not None:
                calls.keep_out(call.identity, unwanted_by)
                return None
        return table.place(call, clues)

    def _filing(self, read: Read, placement: Placement, spent: dict[tuple[str, str], int], echoes: Echoes) -> Filing:
        self._laps.enter("triage")
        interaction = read.interaction
        facts = self._facts(read, placement)
        foreseen, verdict = self._judged.get(interaction.identity, (None, None))
        if verdict is None or facts != foreseen:
            verdict = judge(self._ruleset, facts)
        self._laps.enter("acknowledge")
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
            received_at=_received_at(read),
            tags=tags_of(self._house.standing_of(interaction)),
        )

    def _facts(self, read: Read, placement: Placement | None) -> Facts:
        standing = traits_of(self._house.standing_of(read.interaction))
        return facts_of(read.interaction, placement=placement, received_at=_received_at(read), standing=standing)


def _received_at(read: Read) -> datetime:
    accepted_at = read.entry.raw.received_at
    return min(read.interaction.arrived_at or accepted_at, accepted_at)
