"""A database or broker on another machine without TLS is told by the place where its address is written."""

import json

import pytest

from config.settings import load
from ingest.app import warn_of_open_roads
from ingest.roads import open_roads
from tests.ingest.desk import balcao

BASE = "version: 1\nchannels: {}\n"
OPEN = [
    ("database: postgresql://u@db.example/balcao", "balcao.yaml:3:11", "db.example"),
    ("database: env:ROADS_URL", "balcao.yaml:3:11", "10.0.0.9"),
    ("store: {url: postgresql://u@db.example:5432/balcao?sslmode=prefer}", "balcao.yaml:3:14", "db.example"),
    ("journal: {url: postgresql://u@db.example/balcao?sslmode=disable}", "balcao.yaml:3:16", "db.example"),
    ('store: {url: "postgresql://u@/b?host=127.0.0.1:5432&host=db2.example:5432"}', "balcao.yaml:3:14", "db2.example"),
    ("journal: {url: amqp://u@mq1.example/balcao}", "balcao.yaml:3:16", "mq1.example"),
    ('journal: {url: "amqp://u@127.0.0.1,mq2.example"}', "balcao.yaml:3:16", "mq2.example"),
    (
        "journal: {url: amqps://u@mq1.example}\nstore: {url: postgresql://u@db.example/b}",
        "balcao.yaml:4:14",
        "db.example",
    ),
]
CLOSED = [
    "",
    "store: {url: sqlite:///tickets.db}",
    "database: postgresql://u@127.0.0.1/balcao",
    "database: postgresql://u@localhost:5433/balcao",
    'database: "postgresql://u@[::1]/balcao"',
    "database: postgresql:///balcao?host=/run/postgresql",
    "database: postgresql://u@db.example/balcao?sslmode=verify-full",
    "database: postgresql://u@db.example/balcao?sslmode=require",
    "database: postgresql://u@db.example/balcao?ssl=verify-full",
    "journal: {url: amqp://u@127.0.0.1}",
    "journal: {url: amqps://u@mq1.example}",
    "database: env:NO_SUCH_VARIABLE_HERE",
]


@pytest.fixture
def settings_of(tmp_path, monkeypatch):
    monkeypatch.setenv("ROADS_BROKER", "amqp://u:geheim@mq3.example")
    monkeypatch.setenv("ROADS_URL", "postgresql://u:geheim@10.0.0.9/balcao")

    def made(text):
        (tmp_path / "balcao.yaml").write_text(BASE + text + "\n")
        return load(tmp_path / "balcao.yaml")

    return made


@pytest.mark.parametrize(("text", "place", "host"), OPEN)
def test_an_open_road_is_told_once_by_its_place(settings_of, text, place, host):
    (road,) = open_roads(settings_of(text))
    assert str(road.position).endswith(place)
    assert host in road.message
    assert "geheim" not in road.message


@pytest.mark.parametrize("text", CLOSED)
def test_what_stays_on_the_machine_or_is_encrypted_is_not(settings_of, text):
    assert list(open_roads(settings_of(text))) == []


@pytest.mark.parametrize(("language", "words"), [("pt-BR", "AVISO"), ("en", "WARNING")])
def test_a_start_says_so_in_the_language_of_whoever_starts(settings_of, monkeypatch, language, words):
    monkeypatch.setenv("BALCAO_LANG", language)
    (told,) = warn_of_open_roads(settings_of(OPEN[0][0]))
    assert told.startswith(words)
    assert "balcao.yaml:3:11" in told
    assert "sslmode=verify-full" in told


def test_check_lists_it_among_the_warnings_and_still_finds_all_good(tmp_path):
    balcao("init", str(tmp_path))
    file = tmp_path / "balcao.yaml"
    text = file.read_text()
    file.write_text(text.replace("\ndatabase: null", "\ndatabase: postgresql://u@db.example/balcao"))
    result = balcao("check", "-c", str(file), "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"]) == (0, True)
    assert [one["line"] for one in document["warnings"] if "sslmode" in one["message"]] == [
        text[: text.index("\ndatabase: null")].count("\n") + 2
    ]
