"""A journal on its way to the other engine, the import killed again and again: every entry is there once, filed once.

Real: mails accepted by a daemon, commands as processes, SIGKILL, both engines, a daemon that files what waited.
"""

import asyncio
import itertools
import signal
import subprocess
import sys

import pytest

from domain.raw import Fate, Outcome
from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import marks_in, send_mail
from tests.ingest.test_journal_transfer import rows
from tests.ports import greets
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

MAILS, BATCH = 12, 3
FATES = (Fate.DONE, Fate.QUARANTINED, Fate.IGNORED, Fate.FAILED, Fate.DONE)
INSTANTS = (
    ("journal_dump._add", 5, 3),  # within the transaction of the second batch
    ("journal_dump._known", 6, 6),  # the third batch is written, and not committed; what is known costs two looks
    ("journal_file._add", 4, 9),  # between two batches
    ("journal_file._add", 5, 12),  # all is committed, and nobody was told
)
"""Where the process kills itself, the how manieth time it comes there, and how many entries are committed by then."""
DYING = """\
import itertools, os, signal, sys
from ingest import journal_file
from ingest.cli import main
from store import journal_dump
module, name = sys.argv[1].split(".")
owner, calls = {"journal_file": journal_file, "journal_dump": journal_dump}[module], itertools.count(1)
real = getattr(owner, name)
def dying(*args, **more):
    if next(calls) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **more)
setattr(owner, name, dying)
journal_file.BATCH = int(sys.argv[3])
main(sys.argv[4:])
"""
_numbers = itertools.count(1)


@pytest.fixture
def desk_on(tmp_path, postgres_server):
    """A function: engine → a daemon of its own with an empty journal there, and the journal's URL."""
    made = []

    def make(engine, role="all"):
        folder = tmp_path / engine
        url, extra = f"sqlite:///{folder / 'var' / 'journal.db'}", ""
        if engine == "postgresql":
            made.append(f"balcao_killed_{next(_numbers)}")
            asyncio.run(run_sql(postgres_server, f"CREATE DATABASE {made[-1]}"))
            url = on_server(postgres_server, made[-1])
            extra = f'journal: {{url: "{url}"}}'
        desk = Daemon(folder, extra=extra, role=role)
        desk.balcao("db", "upgrade")
        return desk, url

    yield make
    for name in made:
        asyncio.run(run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


def in_journal(url, use):
    async def opened():
        database = Database.open(url)
        journal = DatabaseJournal(database, spawn=spawn)
        try:
            return await use(journal)
        finally:
            await journal.close()
            await database.close()

    return asyncio.run(opened())


async def settle_some(journal):
    """One entry of each fate with its reason, one that was tried and is being read, the rest untouched."""
    claimed = await journal.claim(len(FATES) + 1)
    await journal.settle([
        Outcome(raw_id=entry.raw_id, fate=fate, reason=f"porque {fate}", tickets=(7,) if fate is Fate.DONE else ())
        for entry, fate in zip(claimed, FATES, strict=False)
    ])  # fmt: skip


@pytest.mark.parametrize(("source", "target"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_an_import_killed_at_every_step_goes_on_and_all_is_there_once(source, target, desk_on, tmp_path):
    old, old_url = desk_on(source, role="receive")
    old.start(ready=False)
    marks = {f"m{number}" for number in range(MAILS)}
    try:
        wait_for(lambda: greets(old.ports["smtp"], b"220"), what="a listening door")
        for mark in sorted(marks):
            send_mail(old.ports["smtp"], mark)
    finally:
        old.stop()
    in_journal(old_url, settle_some)
    file = tmp_path / "journal.jsonl.gz"
    old.balcao("journal", "export", "-o", str(file))
    new, url = desk_on(target)

    for where, time, committed in INSTANTS:
        words = [where, str(time), str(BATCH), "journal", "import", str(file), "-c", str(new.config)]
        done = subprocess.run([sys.executable, "-c", DYING, *words], capture_output=True, timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert len(in_journal(url, rows)[0]) == committed > 0
    result = new.json("journal", "import", str(file))
    assert (result["new"], result["known"]) == (0, MAILS)
    assert in_journal(url, rows) == in_journal(old_url, rows)

    new.start()
    try:
        wait_for(new.drained, what="an empty journal")
        stored = marks_in(new.tickets())
        untouched = new.json("status")["journal"]["counts"]
    finally:
        new.stop()
    assert (len(stored), set(stored.values())) == (MAILS - len(FATES), {1})
    assert stored.keys() < marks
    assert {fate: untouched[fate] for fate in ("quarantined", "ignored", "failed")} == {
        "quarantined": 1, "ignored": 1, "failed": 1,
    }  # fmt: skip
