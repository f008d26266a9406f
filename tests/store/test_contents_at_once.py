"""A content loses its last name while the same content comes in again: whatever the order, no name is without it.

Clean-up and arrival as they are, one of the two standing still while the other goes on, at each of their steps; on disk
and in a bucket (moto), in both databases.
"""

import asyncio
from datetime import timedelta
from itertools import combinations_with_replacement

import asyncpg
import pytest

from domain.errors import StoreUnavailable
from domain.interaction import Attachment
from store import condemned
from store.attachments import AttachmentFiles
from store.auditing import audit
from store.naming import put_and_name, unname_contents
from tests.patience import until
from tests.s3_server import S3Server
from tests.samples import NOON
from tests.store.test_bucket import opened
from tests.store.test_condemned import name, put

ARRIVAL = ("before put", "before name", "afterwards")
CLEAN_UP = 4
ORDERS = list(combinations_with_replacement(range(len(ARRIVAL)), CLEAN_UP))
"""For each step of the clean-up, before which step of the arrival it comes."""


@pytest.fixture(params=["disk", "s3"])
def contents(request, tmp_path):
    if request.param == "disk":
        yield AttachmentFiles(tmp_path / "attachments")
        return
    server = S3Server().start()
    yield opened(server, server.new_bucket())
    server.stop()


class CleanUp:
    """store.sweeping.sweep, step by step, after a ticket lost its files."""

    def __init__(self, database, contents, ticket):
        self._database, self._contents, self._ticket, self._going = database, contents, ticket, []
        self.left = [self._forget, self._take, self._remove, self._gone]

    async def step(self):
        await self.left.pop(0)()

    async def _forget(self):
        await self._database.write(lambda c: unname_contents(c, [self._ticket], NOON))

    async def _take(self):
        self._going = await self._database.write(lambda c: condemned.take(c, 10, NOON))

    async def _remove(self):
        for one in self._going:
            await asyncio.to_thread(self._contents.remove, one)

    async def _gone(self):
        await self._database.write(lambda c: condemned.gone(c, self._going, NOON))


async def arrive(database, contents, ticket, file, gates):
    """As a worker files: what cannot be named now comes again. `gates` are awaited in turn, before each step."""

    async def through(step):
        while gates.get(step):
            await gates[step].pop(0)()

    async def putting():
        await through("before put")
        await put(contents, file)()

    async def naming():
        await through("before name")
        await database.write(name(ticket, file))

    await put_and_name(database, putting, naming)


async def in_order(database, contents, order, first):
    """Two tickets with the same file: one loses it while the other is filed."""
    file = Attachment(name="x.pdf", content_type="application/pdf", content=f"boleto {order}".encode())
    await put_and_name(database, put(contents, file), lambda: database.write(name(first, file)))
    cleaning = CleanUp(database, contents, await message_of(database, first))
    gates = {}
    for place in order:
        gates.setdefault(ARRIVAL[place], []).append(cleaning.step)
    while True:
        try:
            await arrive(database, contents, first + 1, file, gates)
            break
        except StoreUnavailable:  # it is just being removed
            assert cleaning.left
            await cleaning.step()
            gates = {}
    while cleaning.left:
        await cleaning.step()
    assert contents.get(file.sha256) == file.content, order
    return file


async def message_of(database, ticket):
    query = f"SELECT id FROM messages WHERE ticket = {ticket}"
    return await database.read(lambda c: c.exec_driver_sql(query).scalar_one())


async def test_whichever_step_the_clean_up_stands_at_no_name_is_without_its_content(open_database, contents):
    database = await open_database("desk")
    files = [await in_order(database, contents, order, 1 + 2 * at) for at, order in enumerate(ORDERS)]
    found = await audit(database, contents, read=True, young=NOON + timedelta(days=999), told=lambda _count: None)
    assert len({one.sha256 for one in files}) == len(ORDERS) == 15
    assert (found.named, found.good, found.missing, found.damaged) == (len(ORDERS), len(ORDERS), [], [])


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_a_name_that_is_not_committed_yet_is_waited_for_by_who_removes(fresh_url, open_database, tmp_path):
    """PostgreSQL lets both write at once: the name is in, the last other one goes, then the name is committed."""
    url, contents = await fresh_url("desk"), AttachmentFiles(tmp_path / "attachments")
    arriving, cleaning = await open_database(url), await open_database(url)
    file = Attachment(name="x.pdf", content_type="application/pdf", content=b"boleto")
    await put_and_name(arriving, put(contents, file), lambda: arriving.write(name(1, file)))
    first = await message_of(arriving, 1)

    def named_and_held(connection):
        name(2, file)(connection)
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7)")

    async def are_waiting(count):
        query = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE NOT granted"
        query += " AND datname = current_database()"
        await until(lambda: _is(cleaning, query, count))

    holder = await asyncpg.connect(url)
    await holder.execute("SELECT pg_advisory_lock(7)")
    async with asyncio.TaskGroup() as group:
        naming = group.create_task(arriving.write(named_and_held))
        await are_waiting(1)
        await cleaning.write(lambda c: unname_contents(c, [first], NOON))
        taking = group.create_task(cleaning.write(lambda c: condemned.take(c, 10, NOON)))
        await are_waiting(2)
        await holder.close()
    assert (naming.exception(), taking.result()) == (None, [])
    assert contents.get(file.sha256) == file.content


async def _is(database, query, value):
    return await database.read(lambda c: c.exec_driver_sql(query).scalar_one()) == value
