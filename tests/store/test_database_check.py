"""What a start would stumble over at a PostgreSQL is found out there, and nothing is made on the way."""

import secrets
import time
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from domain.errors import SchemaTooNew, StoreUnavailable
from store.database_check import examine
from store.migrating import newest, upgrade
from tests.chaos.postgres import Proxy
from tests.patience import PATIENCE
from tests.pgbouncer import pooling, program
from tests.store.conftest import on_server, run_sql

BOTH = ("journal", "desk")


@pytest.fixture
async def empty(postgres_server):
    """The URL of an empty database, and the name of a user that may do with it what everybody may."""
    name = f"balcao_examined_{secrets.token_hex(4)}"
    await run_sql(postgres_server, f"CREATE DATABASE {name}", f"CREATE ROLE {name} LOGIN")
    url = on_server(postgres_server, name)
    await run_sql(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    yield url, name
    await run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {name}")


@pytest.fixture
async def migrated(empty):
    for kind in BOTH:
        await upgrade(empty[0], kind)
    return empty


def as_user(url, name):
    return make_url(url).set(username=name).render_as_string(hide_password=False)


async def refusal(url, kinds=BOTH):
    with pytest.raises(StoreUnavailable) as caught:
        await examine(url, kinds)
    return caught.value.why, caught.value.detail


async def test_what_is_not_there_yet_is_made_by_the_first_start_and_not_by_asking(empty):
    url, _ = empty
    assert await examine(url, BOTH) == {"journal": None, "desk": None}
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()


async def test_what_is_there_is_told(migrated):
    assert await examine(migrated[0], BOTH) == {kind: newest(kind) for kind in BOTH}


async def test_who_may_not_make_tables_is_told_before_a_start_tries(empty):
    assert await refusal(as_user(*empty)) == ("rights", "permission denied for schema public")


async def test_who_may_not_look_into_the_schema_is_told_so(empty):
    await run_sql(empty[0], "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    assert await refusal(as_user(*empty)) == ("rights", "permission denied for schema public")


async def test_who_may_only_read_what_is_there_is_told_the_table(migrated):
    """As after a restore by the superuser."""
    url, name = migrated
    await run_sql(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    assert await refusal(as_user(url, name), ["journal"]) == ("rights", "permission denied for table journal_nodes")


async def test_who_may_use_what_is_anothers_is_content_until_it_must_be_changed(migrated):
    url, name = migrated
    await run_sql(
        url,
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT CREATE ON SCHEMA public TO {name}",
    )
    assert await examine(as_user(url, name), BOTH) == {kind: newest(kind) for kind in BOTH}
    await run_sql(url, "UPDATE journal_version SET version_num = 'j0001'")
    why, detail = await refusal(as_user(url, name))
    assert (why, detail.rpartition(" ")[0]) == ("rights", "permission denied for table")


async def test_a_schema_of_a_newer_version_is_told_as_a_start_would(migrated):
    url, _ = migrated
    await run_sql(url, "UPDATE desk_version SET version_num = 'd9999'")
    assert await examine(url, ["desk"]) == {"desk": "d9999"}, "this code works with it, says its migration"
    await run_sql(url, "UPDATE desk_oldest SET revision = 'd9998'")
    with pytest.raises(SchemaTooNew):
        await examine(url, ["desk"])


async def test_who_may_not_come_in_is_told_apart_from_who_is_away(empty):
    url, name = empty
    assert (await refusal(on_server(url, "balcao_nowhere")))[0] == "missing"
    await run_sql(url, f"ALTER ROLE {name} NOLOGIN")
    assert (await refusal(as_user(url, name)))[0] == "login"
    assert (await refusal("postgresql://balcao@127.0.0.1:1/balcao"))[0] == ""


@pytest.mark.skipif(program() is None, reason="pgbouncer is not installed; as root, `make test` installs it")
async def test_a_pooler_that_lends_connections_to_others_is_told(postgres_server, empty, tmp_path):
    with pooling(postgres_server, tmp_path, "transaction") as url:
        why, detail = await refusal(url.format(name=empty[1]))
    assert (why, "pool_mode = session" in detail) == ("pooled", True)


@asynccontextmanager
async def proxied(url):
    """`url` by TCP, through a proxy."""
    server = make_url(url)
    if "host" not in server.query:
        pytest.skip("the PostgreSQL that was given is not reached by a socket")
    proxy = Proxy(str(Path(server.query["host"]) / f".s.PGSQL.{server.port or 5432}"))
    try:
        yield proxy, f"postgresql://{server.username}@127.0.0.1:{proxy.port}/{server.database}"
    finally:
        proxy.close()


@pytest.mark.parametrize("fault", [{"silent": True}, {"delay": 0.2}], ids=["from the start", "in the middle"])
async def test_a_server_that_does_not_answer_is_waited_for_so_long_and_no_longer(empty, fault):
    async with proxied(empty[0]) as (proxy, url):
        vars(proxy).update(fault)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable) as caught:
            await examine(url, BOTH, patience=1.0)
        assert time.monotonic() - began < PATIENCE
        assert (caught.value.why, caught.value.detail) == ("", "no answer within 1 s")
        proxy.silent, proxy.delay = False, 0.0
