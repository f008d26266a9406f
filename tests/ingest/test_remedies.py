"""What a real PostgreSQL refuses is told by the place of its address and with what to do, in both languages."""

import asyncio
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from config.settings import load
from domain.errors import ConfigError, IntakeUnavailable, Position, StoreUnavailable
from domain.raw import RawInteraction
from ingest.insisting import insist
from ingest.journals import make_ready, open_journal
from ingest.presentation import reasons
from ingest.remedies import told_at
from ingest.supervise import Liveness, spawn
from ingest.translations import use
from store.engines import Database
from store.failures import translated
from store.journal import DatabaseJournal
from store.migrating import upgrade
from tests.ingest.desk import balcao
from tests.patience import until
from tests.standby import standby_of
from tests.store.conftest import on_server, postgres_server, run_sql
from tests.store.test_failures import postgres_error

__all__ = ["postgres_server"]

MISTAKES = {
    "missing": (("não tem esse banco", "createdb"), ("has no such database", "createdb")),
    "rights": (("não pode fazer isso", "OWNER TO"), ("may not do that", "OWNER TO")),
}


@pytest.fixture
def database(postgres_server):
    name = f"balcao_remedies_{secrets.token_hex(4)}"
    asyncio.run(run_sql(postgres_server, f"CREATE DATABASE {name}", f"CREATE ROLE {name} LOGIN"))
    asyncio.run(run_sql(on_server(postgres_server, name), "REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    yield name
    asyncio.run(run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {name}"))


@pytest.fixture
def address(postgres_server, database):
    right = make_url(on_server(postgres_server, database))
    wrong = {"missing": right.set(database="balcao_nowhere"), "rights": right.set(username=database)}
    return {why: url.render_as_string(hide_password=False) for why, url in wrong.items()}


@pytest.fixture
def written(tmp_path):
    def settings_with(url):
        (tmp_path / "url").write_text(url)
        (tmp_path / "balcao.yaml").write_text("version: 1\n\ndatabase: file:url\nchannels: {}\n")
        return str(tmp_path / "balcao.yaml")

    return settings_with


@pytest.mark.parametrize("why", MISTAKES)
@pytest.mark.parametrize(("place", "lang"), [(0, "pt-BR"), (1, "en")])
def test_a_command_names_the_setting_and_what_to_do(address, written, why, place, lang):
    file = written(address[why])
    result = balcao("db", "upgrade", "-c", file, lang=lang)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{file}:3:11: ")
    for words in MISTAKES[why][place]:
        assert words in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("why", MISTAKES)
@pytest.mark.parametrize(("place", "lang"), [(0, "pt-BR"), (1, "en")])
def test_a_check_finds_it_before_the_first_start(address, written, why, place, lang):
    """Journal and tickets are there, and it is told once."""
    file = written(address[why])
    result = balcao("check", "-c", file, lang=lang)
    assert result.exit_code == 2
    [told] = [one for one in result.stderr.splitlines() if one.startswith(f"{file}:3:11: ")]
    for words in MISTAKES[why][place]:
        assert words in told
    assert "Traceback" not in result.output


def test_a_check_tells_each_of_two_servers_at_its_own_place(address, postgres_server, database, tmp_path):
    right = on_server(postgres_server, database)
    where = {"journal": address["missing"], "store": right}
    config = tmp_path / "balcao.yaml"
    config.write_text(
        "version: 1\nchannels: {}\n" + "".join(f'{one}: {{url: "{url}"}}\n' for one, url in where.items())
    )
    document = json.loads(balcao("check", "-c", str(config), "--json", lang="en").stdout)
    told = [one["line"] for one in document["mistakes"] if "has no such database" in one["message"]]
    assert told == [3]
    [found] = [one for one in document["checks"] if one["what"] == "databases"]
    assert found == {"what": "databases", "ok": False, "desk": None}


def test_a_check_at_a_server_that_is_away_warns_as_with_a_broker(written):
    file = written("postgresql://balcao:geheim@127.0.0.1:1/balcao")
    result = balcao("check", "-c", file)
    assert "balcao.yaml" not in result.stderr, "it is no mistake of anybody"
    assert "o PostgreSQL não pode ser consultado agora: " in result.stdout
    assert "geheim" not in result.output
    warnings = json.loads(balcao("check", "-c", file, "--json").stdout)["warnings"]
    assert [(one["file"], one["line"], one["column"]) for one in warnings if "127.0.0.1" in one["message"]] == [
        (file, 3, 11)
    ]


def test_a_newer_schema_is_told_by_a_check_at_its_place(postgres_server, database, written):
    right = on_server(postgres_server, database)
    asyncio.run(
        run_sql(
            right,
            "CREATE TABLE desk_version (version_num text); INSERT INTO desk_version VALUES ('d9999')",
            "CREATE TABLE desk_oldest (revision text); INSERT INTO desk_oldest VALUES ('d9998')",
        )
    )
    file = written(right)
    result = balcao("check", "-c", file, lang="en")
    assert result.exit_code == 2
    assert f"{file}:3:11: the database of the tickets was brought to d9999 by a newer Balcão" in result.stderr


def test_a_schema_that_this_user_may_not_even_look_into_is_told_as_a_right_it_lacks(
    postgres_server, database, address, written
):
    asyncio.run(run_sql(on_server(postgres_server, database), "REVOKE ALL ON SCHEMA public FROM PUBLIC"))
    result = balcao("db", "upgrade", "-c", written(address["rights"]), lang="en")
    assert result.exit_code == 2
    assert "no schema has been selected to create in; let it own the database" in result.stderr


@pytest.fixture(params=["standby", "read_only"])
def reading(request, postgres_server, database):
    """What lets nobody write, and its address."""
    right = on_server(postgres_server, database)
    if request.param == "standby":
        with standby_of(postgres_server) as url:
            yield request.param, on_server(url, database)
    else:
        asyncio.run(run_sql(right, f"ALTER DATABASE {database} SET default_transaction_read_only = on"))
        yield request.param, right


READING = {
    "standby": {"pt-BR": "este PostgreSQL é um standby, que só lê", "en": "this PostgreSQL is a standby, which only "},
    "read_only": {"pt-BR": "o PostgreSQL só nos deixa ler aqui", "en": "PostgreSQL lets us only read here"},
}


async def test_a_server_that_lets_nobody_write_is_told_with_what_to_do_and_waited_for_by_a_start(
    reading, written, database, postgres_server
):
    """A check and a command name the setting; a start says the same, and goes on in a failover."""
    why, url = reading
    file = written(url)
    for lang, words in READING[why].items():
        for command in (("check",), ("db", "upgrade")):
            result = await asyncio.to_thread(balcao, *command, "-c", file, lang=lang)
            assert result.exit_code == 2
            [told] = [one for one in result.stderr.splitlines() if one.startswith(f"{file}:3:11: ")]
            assert words in told
    settings = load(Path(file))
    async with open_journal(settings) as journal:
        with pytest.raises(StoreUnavailable) as caught:
            await make_ready(settings, journal)
        assert caught.value.why == why
        if why == "read_only":
            await run_sql(postgres_server, f"ALTER DATABASE {database} RESET ALL")
            await make_ready(settings, journal)
            await journal.ping()


@pytest.mark.parametrize(("lang", "words"), [
    ("pt-BR", "o PostgreSQL não nos deixa entrar: {said}; corrija usuário e senha neste endereço, "),
    ("en", "PostgreSQL does not let us in: {said}; mend user and password in this address, "),
])  # fmt: skip
async def test_a_part_that_waits_for_what_a_person_must_mend_says_what_in_the_readers_language(
    postgres_server, database, address, lang, words
):
    """The tickets' password is wrong, and what is accepted waits in a journal that is elsewhere."""
    await run_sql(postgres_server, f"ALTER ROLE {database} NOLOGIN")
    liveness = Liveness()
    waiting = spawn(insist(lambda: upgrade(address["rights"], "desk"), liveness, "store"), name="store")
    await until(lambda: "store" in liveness.parts and liveness.parts["store"].detail)
    waiting.cancel()
    use(lang)
    try:
        assert reasons.why(liveness.parts["store"].detail).startswith(
            words.format(said=f'role "{database}" is not permitted to log in')
        )
    finally:
        use(None)


async def test_what_an_intake_is_refused_for_by_the_database_is_told_in_full_with_what_to_do(
    postgres_server, database, address
):
    """The password is changed while the daemon runs: the part `journal` shows it."""
    right = make_url(on_server(postgres_server, database)).set(username=database)
    await run_sql(postgres_server, f"ALTER ROLE {database} NOLOGIN")
    async with Database.open(right) as opened:
        journal = DatabaseJournal(opened, spawn=spawn)
        for refused in (
            journal.append(RawInteraction(channel="email", dedup_key="1", received_at=datetime.now(UTC), payload=b"")),
            journal.ping(),
            journal.write(lambda _connection: None),
            journal.read(lambda _connection: None),
        ):
            with pytest.raises((IntakeUnavailable, StoreUnavailable)) as caught:
                await refused
            assert "PostgreSQL does not let us in: " in caught.value.in_full
            assert "PostgreSQL" not in str(caught.value), "the peer learns nothing of our database"
        await journal.close()


@pytest.mark.parametrize("why", MISTAKES)
async def test_a_start_does_not_wait_for_what_a_person_must_mend(address, written, why):
    settings = load(Path(written(address[why])))
    with pytest.raises(ConfigError, match=r"balcao\.yaml:3:11: "):
        async with open_journal(settings):
            pass


async def test_a_start_waits_for_a_server_that_is_away_and_makes_the_tables_then(postgres_server, database, written):
    settings = load(Path(written(on_server(postgres_server, database))))
    await run_sql(postgres_server, f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    async with open_journal(settings) as journal:
        with pytest.raises(StoreUnavailable):
            await make_ready(settings, journal)
        await run_sql(postgres_server, f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
        await make_ready(settings, journal)
        assert journal.is_ready
        assert await journal.claim(1) == []


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("28P01", "login"),
        ("28000", "login"),
        ("08P01", "refused"),
        ("26000", "pooled"),
        ("42P01", "schema"),
        ("3F000", "rights"),
    ],
)
def test_what_a_person_must_mend_is_told_apart(state, why):
    with pytest.raises(StoreUnavailable) as caught:
        raise_as_told(postgres_error(state))
    assert caught.value.why == why


@pytest.mark.parametrize("state", ["53300", "55P03", "57P03", "08006", "25006"])
def test_what_may_pass_is_no_mistake_of_anybody(state):
    """Too many clients, locked by a migration, starting up, cut, not the primary."""
    with pytest.raises(StoreUnavailable) as caught:
        raise_as_told(postgres_error(state))
    assert caught.value.why == ""
    assert "" not in StoreUnavailable.REMEDIES


def raise_as_told(error):
    with translated():
        raise error


def test_who_is_away_passes_as_it_is():
    with pytest.raises(StoreUnavailable), told_at(Position("balcao.yaml", 1, 1)):
        raise StoreUnavailable("away", detail="refused")
