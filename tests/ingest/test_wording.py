"""What could not be read becomes a ticket that says why in the language of the settings, whoever started the daemon."""

import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.settings import load
from ingest.wiring_work import open_pipeline
from ingest.wording import SUBJECTS as SUBJECTS_OF_CHANNELS
from tests.ingest.test_alerts import alert
from tests.pipeline import house_in
from tests.store.conftest import sqlite_templates

__all__ = ["sqlite_templates"]

SUBJECTS = {"pt-BR": "Alerta ilegível", "en": "Unreadable alert"}
REASONS = {
    "pt-BR": "alerts[1]: esperava-se um objeto",
    "en": "alerts[1]: an object expected",
}


def test_every_subject_that_a_channel_writes_of_the_unreadable_is_in_the_catalogue():
    said = re.compile(r"subject(?:: str)? ?= ?\"([^\"]*ilegível)\"")
    written = {
        one
        for path in (Path(__file__).parents[2] / "channels").rglob("*.py")
        for one in said.findall(path.read_text("utf-8"))
    }
    assert written == set(SUBJECTS_OF_CHANNELS)


@asynccontextmanager
async def speaking(house, language, monkeypatch):
    """The house with settings in this language, started by somebody who reads the other one."""
    monkeypatch.setenv("BALCAO_LANG", next(one for one in REASONS if one != language))
    config = house.folder / "balcao.yaml"
    config.write_text(f"{config.read_text(encoding='utf-8')}language: {language}\n", encoding="utf-8")
    usual, house.pipeline = house.pipeline, open_pipeline(load(config))
    try:
        yield
    finally:
        await house.pipeline._database.close()
        house.pipeline = usual


@pytest.fixture
async def house(tmp_path, sqlite_templates):
    async with house_in(tmp_path, templates=sqlite_templates) as made:
        yield made


@pytest.mark.parametrize("language", REASONS)
async def test_a_broken_part_says_why_in_the_language_of_the_settings(house, language, monkeypatch):
    """Its trait, which rules and machines read, keeps the words that it had."""
    async with speaking(house, language, monkeypatch):
        await house.json("alertas", {"alerts": [alert(), 5]})
        await house.work()
    [broken] = [ticket["messages"][0] for ticket in await house.tickets() if ticket["subject"] == SUBJECTS[language]]
    assert broken["text"] == f"{REASONS[language]}\n5"
    assert broken["traits"]["payload.problems"] == REASONS["en"]


async def test_a_message_that_only_looks_like_one_is_left_as_it_is(house, monkeypatch):
    words = "alerts[1]: an object expected\nIsso apareceu no meu painel."
    async with speaking(house, "pt-BR", monkeypatch):
        await house.chat(words, id="x:unreadable:1")
        await house.work()
    [ticket] = await house.tickets()
    assert ticket["messages"][0]["text"] == words
