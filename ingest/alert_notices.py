"""The clients of a batch's incidents are told: once when it begins, once when it is over, if so set.

    ticket of an incident, or of a storm ─▶ clients that its labels name ─▶ their addresses in the settings
        ─▶ not told yet? ─▶ letter in the outbox, due at once or after `alerts.notice.after`

Who was told on a ticket that has been gathered into a storm's is not told of the storm as well. A letter that is
not due yet is withdrawn when its incident is over or gathered, and waits again when the incident comes back.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.incident_desk import NoticePlan
from domain.mailbox import without_tag
from domain.ticket import Acknowledgement, Silence
from store import notices as store
from triage.acknowledge import Clerk
from triage.notices import BEGINS, OVER, addresses_of, key_of, notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """`ticket` of which a client is told, and why; `earlier`: tickets on which he may have been told of it."""

    letter: str
    ticket: int
    department: str
    summary: str
    lasted: timedelta | None = None
    earlier: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Notices:
    clerk: Clerk
    plan: NoticePlan
    now: datetime
    period: str

    def tell(
        self,
        connection: Connection,
        occasions: Mapping[tuple[str, int], Occasion],
        *,
        back: Collection[int],
        ended: Collection[int],
    ) -> None:
        """`back`: tickets whose incidents fire again; `ended`: those that are solved, or gathered into others."""
        due = self.now + self.plan.after
        if self.plan.after:
            store.renew(connection, BEGINS, back, due, self.period)
            store.withdraw(connection, BEGINS, ended, self.period)
        wanted = [letter for one in occasions.values() for letter in self._letters(connection, one)]
        begins = {key: due for _, key, _ in wanted if key.startswith(f"{BEGINS}:")}
        store.write(connection, wanted, self.now, self.period, due=begins)

    def _letters(self, connection: Connection, one: Occasion) -> Iterator[tuple[int, str, Acknowledgement | Silence]]:
        clients = store.clients_of(connection, one.ticket, self.plan.clients)
        addresses = addresses_of(self.plan, clients)
        if one.letter == OVER:
            began = store.keys_known(connection, [key_of(BEGINS, one.ticket, to) for to in addresses])
            addresses = {to: who for to, who in addresses.items() if key_of(BEGINS, one.ticket, to) in began}
        keys = {to: key_of(one.letter, one.ticket, to) for to in addresses}
        known = store.keys_known(connection, keys.values())
        before = store.keys_known(connection, [key_of(one.letter, ticket, to) for to in keys for ticket in one.earlier])
        for to, key in keys.items():
            if key in known:
                continue
            if any(key_of(one.letter, ticket, to) in before for ticket in one.earlier):
                yield one.ticket, key, Silence(channel=self.plan.by, to=to, reason="told_already")
                continue
            spent = store.spent_on(connection, without_tag(to), self.period)
            yield one.ticket, key, self._letter(one, to, spent)

    def _letter(self, one: Occasion, to: str, spent: int) -> Acknowledgement | Silence:
        return notice(
            self.clerk, self.plan, letter=one.letter, ticket=one.ticket, department=one.department,
            summary=one.summary, lasted=one.lasted, to=to, spent=spent,
        )  # fmt: skip


__all__ = ["BEGINS", "OVER", "Notices", "Occasion"]
