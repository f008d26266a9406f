"""`balcao tickets fetch`: a file that failed is shown with its reason, and tried again when a person says so."""

import asyncio
import re

import pytest

from domain.remote import RemoteFile
from store import remote_files
from store.engines import Database
from tests.ingest.desk import HOSTILE, controls_in, file_tickets, install
from tests.samples import NOON, mail

FILES = (RemoteFile(reference="r1", name=f"foto{HOSTILE}.jpg"), RemoteFile(reference="r2", name="voz.ogg"))


@pytest.fixture
def desk(tmp_path):
    """One ticket; its first file has failed, its second one waits."""
    (tmp_path / "var").mkdir()
    url = f"sqlite:///{tmp_path / 'var' / 'balcao.db'}"
    asyncio.run(file_tickets(url, mail(remote_files=FILES)))
    asyncio.run(fail_first(url))
    return install(tmp_path)


async def fail_first(url):
    database = Database.open(url)
    [order] = await database.write(lambda connection: remote_files.claim(connection, 1, NOON))
    await database.write(lambda connection: remote_files.give_up(connection, order, f"404 {HOSTILE}", NOON))
    await database.close()


def test_the_ticket_shows_what_is_missing_and_why(desk):
    shown = desk.run("tickets", "show", "1").stdout

    assert re.search(r"Não anexado: foto.*\(com falha: detalhe técnico: 404", shown)
    assert "Não anexado: voz.ogg (a buscar)" in shown
    assert controls_in(shown) == []


def test_failed_files_are_tried_again(desk):
    said = desk.run("tickets", "fetch", "1")

    assert "Chamado 1: foto" in said.stdout
    assert controls_in(said.stdout) == []
    [first, second] = desk.json("tickets", "show", "1")["messages"][0]["remote_files"]
    assert (first["state"], first["attempts"]) == (second["state"], second["attempts"]) == ("waiting", 0)


def test_the_answer_names_the_files(desk):
    answer = desk.json("tickets", "fetch", "1")

    assert answer["number"] == 1
    assert len(answer["files"]) == 1


@pytest.mark.parametrize("number", ["1", "9"])
def test_where_nothing_failed_there_is_nothing_to_do(desk, number):
    desk.run("tickets", "fetch", "1")
    said = desk.run("tickets", "fetch", number)

    assert said.exit_code == 1


def test_the_state_of_files_is_a_line_of_status(desk):
    assert desk.json("status", code=2)["files"] == {"waiting": 1, "fetching": 0, "fetched": 0, "failed": 1}
    assert "Arquivos" in desk.run("status").stdout
