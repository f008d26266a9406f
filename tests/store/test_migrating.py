"""Revisions bring a database exactly to the schema that the code speaks of."""

import asyncio
import shutil
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from domain.errors import SchemaTooNew
from store import journal_schema, migrating, revisions, schema_files
from store.codec import deciders_from_json
from store.engines import Database
from store.migrating import current, newest, upgrade

METADATA = {"journal": journal_schema.metadata, "desk": schema_files.remote_files.metadata}


@pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression-based index",
    "ignore:autogenerate skipping metadata-specified expression-based index",
)
@pytest.mark.parametrize("kind", METADATA)
async def test_the_migrated_schema_is_the_declared_one(kind, open_database):
    """SQLite does not tell of an index over an expression; that claims use it is asked in test_journal."""
    database = await open_database(kind)

    def differences(connection):
        postgres = connection.dialect.name == "postgresql"

        def ours(_object, name, type_, _reflected, _other):
            own = {f"{kind}_version", f"{kind}_oldest"}
            return not (type_ == "table" and (name in own or (postgres and name == "counters")))

        options = {"compare_type": True, "include_object": ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA[kind])

    assert await database.read(differences) == []


@pytest.mark.parametrize("kind", METADATA)
async def test_upgrading_again_changes_nothing(kind, fresh_url):
    url = await fresh_url(kind)
    await upgrade(url, kind)
    assert await current(url, kind) == newest(kind)


async def test_a_new_file_is_made_for_its_owner_alone(tmp_path):
    path = tmp_path / "var" / "100% new" / "desk.db"
    url = f"sqlite:///{path}"
    await upgrade(url, "desk")
    assert path.stat().st_mode & 0o077 == 0
    assert await current(url, "desk") == newest("desk")


async def test_a_new_file_has_no_revision_yet(tmp_path):
    (tmp_path / "new.db").touch()
    assert await current(f"sqlite:///{tmp_path}/new.db", "desk") is None


async def test_journal_and_desk_may_share_a_database(fresh_url):
    url = await fresh_url("desk")
    await upgrade(url, "journal")
    assert [await current(url, kind) for kind in ("desk", "journal")] == [newest("desk"), newest("journal")]
    database = Database.open(url)
    assert await database.read(lambda connection: connection.execute(select(journal_schema.raw)).all()) == []
    await database.close()


async def test_a_failing_migration_leaves_the_old_schema(fresh_url, open_database):
    """The desk revision stops at a table that is there already; nothing of it remains."""
    journal = await open_database("journal")
    await journal.write(lambda connection: connection.execute(text("CREATE TABLE outbox (id INTEGER)")))
    with pytest.raises(Exception, match="outbox"):
        await upgrade(journal.url, "desk")
    assert await current(journal.url, "desk") is None


TICKET = (
    "INSERT INTO tickets (number, state, department, priority, subject, tags, flagged, opened_at, opened_by) "
    "VALUES (:number, 'new', 'suporte', 'Baixa', 'x', '[]', false, 1, :number)"
)
MESSAGE = (
    "INSERT INTO messages (id, ticket, identity, direction, channel, medium, road, verified, sender, subject, text, "
    "header, automated, received_at, occurred_at, verdict) VALUES (:number, :number, :identity, 'in', 'email', 'mail', "
    "'opens', true, 'a@b.example', 'x', 'x', '{}', 'none', 1, 1, :verdict)"
)


async def blank(fresh_url, backend):
    """The URL of a database without a schema."""
    url = await fresh_url("desk")
    database = Database.open(url)
    if backend == "sqlite":
        database.file.write_bytes(b"")
    else:
        for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            await database.write(lambda connection, statement=statement: connection.execute(text(statement)))
    await database.close()
    return url


async def test_old_tickets_learn_from_their_verdict_which_rules_decided(fresh_url, backend, open_database):
    """d0002. A ticket whose verdict is missing does not stop it."""
    url = await blank(fresh_url, backend)
    await upgrade(url, "desk", "d0001")
    database = await open_database(url)
    verdict = (
        '{"ruleset": "a", "fields": {"department": {"value": "suporte", "rule": "nota", "matched": []}},'
        ' "tags": [{"value": "t", "rule": "r", "matched": []}, {"value": "u", "rule": "r", "matched": []}]}'
    )

    def old_rows(connection):
        for number, one in ((1, verdict), (2, None)):
            connection.execute(text(TICKET), {"number": number})
            connection.execute(text(MESSAGE), {"number": number, "identity": f"m{number}", "verdict": one})

    await database.write(old_rows)
    await upgrade(url, "desk")
    rows = await database.read(
        lambda connection: connection.execute(text("SELECT decided FROM tickets ORDER BY number")).scalars().all()
    )
    assert [sorted(deciders_from_json(row)) for row in rows] == [[("department", "nota"), ("tags", "r")], []]


def of_a_newer_balcao(revision, works_from, down):
    """A migration as a later version would bring it."""
    lines = (
        f'revision, down_revision, works_from = "{revision}", "{down}", "{works_from}"',
        "branch_labels = depends_on = None",
        "def upgrade():",
        "    pass",
    )
    return "\n".join(lines)


@pytest.fixture
async def ahead(fresh_url, backend, tmp_path, monkeypatch):
    """A function: works_from → URL of a ticket store that a newer Balcão has upgraded."""

    async def make(works_from):
        url = await fresh_url("desk")
        newer = tmp_path / "migrations"
        shutil.copytree(migrating._FOLDER, newer)
        content = of_a_newer_balcao("d9999", works_from, newest("desk"))
        (newer / "desk" / "d9999_later.py").write_text(content)
        with monkeypatch.context() as later:
            later.setattr(migrating, "_FOLDER", newer)
            await upgrade(url, "desk")
        assert await current(url, "desk") == "d9999"
        return url

    return make


async def test_a_newer_schema_that_our_code_can_use_is_used(ahead):
    url = await ahead(newest("desk"))
    await upgrade(url, "desk")
    assert await current(url, "desk") == "d9999"


async def test_a_newer_schema_that_our_code_cannot_use_is_refused_in_words(ahead):
    url = await ahead("d9999")
    with pytest.raises(SchemaTooNew, match=rf"tickets was brought to d9999 .*this one \({newest('desk')}\) is too old"):
        await upgrade(url, "desk")


@pytest.mark.parametrize("kind", METADATA)
def test_the_newest_revision_is_told_by_the_names_of_the_files(kind):
    script = ScriptDirectory.from_config(revisions._config(migrating._FOLDER, kind))
    assert script.get_current_head() == newest(kind)


def test_a_start_with_nothing_to_apply_does_without_alembic(tmp_path):
    url = f"sqlite:///{tmp_path}/desk.db"
    asyncio.run(upgrade(url, "desk"))
    code = (
        "import asyncio, sys; from store.migrating import upgrade; "
        f"asyncio.run(upgrade({url!r}, 'desk')); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_what_one_migration_asks_for_holds_for_those_after_it(open_database):
    """The newest `works_from` counts, not the last."""
    database = await open_database("desk")
    remembered = text("SELECT revision FROM desk_oldest")
    oldest = await database.read(lambda connection: connection.execute(remembered).scalar())
    scripts = list(ScriptDirectory.from_config(revisions._config(migrating._FOLDER, "desk")).walk_revisions())
    assert oldest == max(getattr(one.module, "works_from", None) or one.down_revision or "" for one in scripts)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("kind", METADATA)
async def test_many_that_start_at_once_migrate_once(kind, fresh_url, backend, open_database):
    url = await blank(fresh_url, backend)
    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(upgrade(url, kind))
    database = await open_database(url)
    versions = text(f"SELECT version_num FROM {kind}_version")
    assert await database.read(lambda connection: connection.execute(versions).scalars().all()) == [newest(kind)]
