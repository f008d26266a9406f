"""The whole journal from one engine to another: nothing lost, nothing doubled, resumable, a cut file says so."""

import gzip
import io
import itertools
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.raw import Fate, Outcome, RawInteraction
from domain.source import Gap, Progress
from ingest import journal_file
from store import journal_dump
from store.journal_dump import Broken
from store.ledger import JournalLedger
from tests.samples import NOON
from tests.store.conftest import (
    backend,
    fresh_url,
    on_server,
    open_database,
    open_journal,
    postgres_server,
    postgres_templates,
    run_sql,
    sqlite_templates,
    templates,
)

__all__ = ["backend", "fresh_url", "open_database", "open_journal", "postgres_server", "postgres_templates"]
__all__ += ["sqlite_templates", "templates"]

_numbers = itertools.count(1)


def raw(number, payload=None):
    content = f"payload {number} \xff\x00".encode("latin-1") if payload is None else payload
    return RawInteraction(channel="email", dedup_key=f"key {number}", received_at=NOON + timedelta(seconds=number),
                          payload=content, envelope={"mail_from": "ana@x.example", "n": number})  # fmt: skip


async def filled(journal, count=12):
    """Entries of every fate, one whose bytes retention has removed, and a mailbox with a position, mails and a gap."""
    for number in range(count):
        await journal.append(raw(number))
    claimed = await journal.claim(6)
    fates = (Fate.DONE, Fate.QUARANTINED, Fate.IGNORED, Fate.FAILED, Fate.DONE)
    await journal.settle(
        [
            Outcome(
                raw_id=entry.raw_id, fate=fate, reason=f"because {fate}", tickets=(7, 8) if fate is Fate.DONE else ()
            )
            for entry, fate in zip(claimed, fates, strict=False)
        ]
    )
    gone = int(claimed[4].raw_id, 16)
    await journal.write(lambda connection: connection.execute(text(f"DELETE FROM raw_payloads WHERE raw_id = {gone}")))
    ledger = JournalLedger(journal)
    folder = await ledger.folder("caixa", "INBOX")
    gap = Gap(uid=5, reason="not given", attempts=2, noted_at=NOON, retry_at=NOON)
    await ledger.record(folder.key, Progress(looked_at=NOON, upto=7, accepted=(3, 4, 7), gaps=(gap,)))


async def exported(journal):
    out = io.BytesIO()
    done = await journal_file.export(journal, out, NOON, lambda _count: None)
    return out.getvalue(), done


async def imported(journal, content):
    return await journal_file.bring_in(journal, io.BytesIO(content), by_queue=False, told=lambda _count: None)


async def rows(journal):
    """Everything the journal holds, without its own row numbers."""
    queries = (
        "SELECT raw_id, channel, dedup_key, received_at, size, attempts, reason, settled_at FROM raw ORDER BY raw_id",
        "SELECT raw_id, tickets FROM raw ORDER BY raw_id",
        "SELECT raw_id, CASE fate WHEN 'claimed' THEN 'waiting' ELSE fate END FROM raw ORDER BY raw_id",
        "SELECT raw_id, envelope, payload, checksum FROM raw_payloads ORDER BY raw_id",
        "SELECT channel, folder, uid_validity, start_uid, upto_uid, began_at FROM source_folders",
        "SELECT uid, settled FROM source_mails ORDER BY uid",
        "SELECT uid, reason, attempts, noted_at, retry_at FROM source_gaps",
    )
    return await journal.read(
        lambda connection: [[tuple(row) for row in connection.execute(text(query))] for query in queries]
    )


@pytest.fixture
async def other(backend, open_database, open_journal, sqlite_templates, postgres_templates, tmp_path, postgres_server):
    """An empty journal on the engine that `backend` is not."""
    if backend == "postgresql":
        path = tmp_path / "other.db"
        path.write_bytes(sqlite_templates["journal"].read_bytes())
        yield await open_journal(await open_database(f"sqlite:///{path}"))
        return
    name = f"{postgres_templates['journal']}_other{next(_numbers)}"
    await run_sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_templates['journal']}")
    yield await open_journal(await open_database(on_server(postgres_server, name)))


async def test_from_one_engine_to_the_other_and_nothing_differs(open_journal, other):
    journal = await open_journal()
    await filled(journal)
    content, done = await exported(journal)
    result = await imported(other, content)

    assert (done.entries, done.damaged) == (12, 0)
    assert (result.entries, result.new, result.known, result.sha256) == (12, 12, 0, done.sha256)
    assert await rows(other) == await rows(journal)
    await other.follow()
    assert int((await other.append(raw(99))).raw_id, 16) > max(row[0] for row in (await rows(journal))[0])
    assert [entry.raw.payload for entry in await other.claim(1)] == [raw(5).payload]


async def test_brought_in_twice_nothing_is_doubled_and_what_is_there_stays(open_journal, other):
    journal = await open_journal()
    await filled(journal)
    content, _ = await exported(journal)
    await other.append(raw(3))
    await imported(other, content)
    before = await rows(other)
    again = await imported(other, content)

    assert (again.new, again.known) == (0, 12)
    assert await rows(other) == before
    assert len(before[0]) == 12


async def test_an_id_that_is_taken_by_something_else_gives_way(open_journal, other):
    journal = await open_journal()
    receipt = await journal.append(raw(1))
    content, _ = await exported(journal)
    theirs = int((await other.append(raw(2))).raw_id, 16)
    ours = int(receipt.raw_id, 16)
    await other.write(lambda c: [c.execute(text(f"UPDATE {t} SET raw_id = {ours} WHERE raw_id = {theirs}"))
                                 for t in ("raw", "raw_payloads")])  # fmt: skip
    assert (await imported(other, content)).new == 1
    assert sorted(entry.raw.payload for entry in await other.claim(10)) == sorted([raw(1).payload, raw(2).payload])


async def test_a_file_that_was_cut_or_changed_says_so_wherever(open_journal):
    journal = await open_journal()
    await filled(journal, 7)
    content, _ = await exported(journal)
    for cut in range(0, len(content) - 1, 97):
        with pytest.raises(Broken):
            list(journal_file.documents(io.BytesIO(content[:cut]), journal_file.Copied()))
    for place in range(0, len(content) - 1, 61):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(Broken):
            list(journal_file.documents(io.BytesIO(changed), journal_file.Copied()))


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}\n", b'{"balcao_journal": 2}\n', b"\x00\xff", b"null"])
def test_what_is_no_journal_says_so(content):
    with pytest.raises(Broken):
        list(journal_file.documents(io.BytesIO(content), journal_file.Copied()))


async def test_what_was_read_before_a_cut_stays_and_the_rest_follows(open_journal, other, monkeypatch):
    monkeypatch.setattr(journal_file, "BATCH", 3)
    journal = await open_journal()
    await filled(journal)
    content, _ = await exported(journal)
    lines = content.splitlines(keepends=True)
    with pytest.raises(Broken):
        await imported(other, b"".join(lines[:-4]))
    there = len((await rows(other))[0])
    assert 0 < there < 12
    result = await imported(other, content)
    assert (result.new, result.known) == (12 - there, there)
    assert await rows(other) == await rows(journal)


async def test_a_damaged_entry_travels_as_damaged_and_costs_nobody_else(open_journal, other):
    journal = await open_journal()
    for number in range(3):
        await journal.append(raw(number))
    spoil = text("UPDATE raw_payloads SET checksum = checksum + 1 WHERE raw_id = (SELECT max(raw_id) FROM raw)")
    await journal.write(lambda connection: connection.execute(spoil))
    content, done = await exported(journal)
    assert done.damaged == 1
    assert (await imported(other, content)).damaged == 1
    assert len(await other.claim(10)) == 2
    assert (await other.counts())[Fate.QUARANTINED] == 1


async def test_memory_stays_bounded_whatever_the_payloads(open_journal, monkeypatch):
    monkeypatch.setattr(journal_dump, "PAGE_BYTES", 2_000_000)
    journal = await open_journal()
    for number in range(8):
        await journal.append(raw(number, payload=os.urandom(1_000_000)))
    largest, last = 0, None
    while page := await journal.read(lambda c, last=last: journal_dump.entries_after(c, last)):
        largest, last = max(largest, len(page)), page[-1]["id"]
    assert largest <= 2


@pytest.mark.parametrize(
    ("content", "told"),
    [(gzip.compress(b"{}\n")[:12], "compactado"), (b"hello", "compactado"),
     (gzip.compress(b"{}\n"), "não é um diário exportado")],
    ids=["cut", "not packed", "something else"],
)  # fmt: skip
def test_a_wrong_file_is_told_in_the_readers_language(own_desk, tmp_path, content, told):
    file = tmp_path / "wrong.jsonl.gz"
    file.write_bytes(content)
    done = own_desk.run("journal", "import", str(file))
    assert (done.exit_code, told in done.output) == (1, True), done.output


def test_by_commands_packed_and_killed_in_the_middle(own_desk, tmp_path):
    target = tmp_path / "journal.jsonl.gz"
    document = own_desk.json("journal", "export", "-o", str(target))
    assert document["entries"] == 3
    assert target.stat().st_mode & 0o077 == 0
    assert json.loads(gzip.decompress(target.read_bytes()).splitlines()[0])["balcao_journal"] == 1
    assert own_desk.run("journal", "export", "-o", str(target)).exit_code == 2
    again = own_desk.json("journal", "import", str(target))
    assert (again["new"], again["known"]) == (0, 3)
    packed = target.read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    assert own_desk.run("journal", "import", str(tmp_path / "cut.jsonl.gz")).exit_code == 1
    assert own_desk.run("journal", "import", str(tmp_path / "none.jsonl")).exit_code == 2

    script = (
        "import sys, time; from ingest import journal_file; from ingest.cli import main\n"
        "real = journal_file._add\n"
        "async def slow(*args, **more):\n    await real(*args, **more); print('added', flush=True); time.sleep(30)\n"
        "journal_file._add = slow; journal_file.BATCH = 1\n"
        "main(sys.argv[1:])"
    )
    (own_desk.folder / "var" / "journal.db").unlink()
    assert own_desk.run("db", "upgrade").exit_code == 0
    words = ["-c", str(own_desk.config), "journal", "import", str(target)]
    with subprocess.Popen([sys.executable, "-c", script, *words], stdout=subprocess.PIPE) as process:
        assert b"added" in process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    result = own_desk.json("journal", "import", str(target))
    assert (result["new"], result["known"]) == (2, 1)
    assert len(own_desk.json("journal", "list")) == 3
