"""A call of which nothing more is heard is filed as it stands, once, by way of the journal."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import IntakeUnavailable
from ingest.overdue import tell_overdue
from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates

__all__ = ["sqlite_templates"]

RINGING = {"event": "new", "call_id": "c-1", "direction": "inbound", "from": "+5511912345678", "to": "1"}


class Away:
    async def accept(self, raw):
        raise IntakeUnavailable("away")


class Intake:
    def __init__(self, house):
        self.accept = house.journal.append


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates) as made:
        yield made


async def test_a_call_that_only_rings_is_filed_when_its_channels_patience_is_over(house):
    store, intake = house.pipeline._database, Intake(house)
    await house.json("telefone", RINGING)
    await house.work()
    soon, later = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (9, 11))

    assert await tell_overdue(store, intake, soon) == 0
    assert await tell_overdue(store, intake, later) == 1
    assert await tell_overdue(store, intake, later) == 0
    await house.work()
    (ticket,) = await house.tickets()
    assert ticket["messages"][0]["text"] == "Chamada perdida de +55 11 91234-5678, a central não informou o fim."
    assert ticket["messages"][0]["traits"]["call.overdue"]

    await house.json("telefone", {**RINGING, "event": "ended", "talked_s": 60})
    await house.work()
    (ticket,) = await house.tickets()
    assert ticket["subject"] == "Chamada encerrada de +55 11 91234-5678"
    assert "call.overdue" not in ticket["messages"][0]["traits"]


async def test_what_the_journal_could_not_take_is_told_again_later(house):
    await house.json("telefone", RINGING)
    await house.work()
    due = datetime.now(UTC) + timedelta(minutes=11)
    with pytest.raises(IntakeUnavailable):
        await tell_overdue(house.pipeline._database, Away(), due)
    assert await tell_overdue(house.pipeline._database, Intake(house), due + timedelta(hours=2)) == 1
