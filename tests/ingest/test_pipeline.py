"""The pipeline over a real store, on SQLite and PostgreSQL: isolation, repetition, races, crashes."""

import asyncio

import pytest
from sqlalchemy import text

from config.settings import load
from domain.errors import StoreUnavailable
from domain.raw import Fate
from ingest import transaction as transaction_module
from ingest.rulesets import compiled
from ingest.wiring_work import open_pipeline
from tests.pipeline import fates, house_in, raws_of
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

POISON = "veneno"
DONE = Fate.DONE


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    folder = tmp_path / "house"
    folder.mkdir()
    async with house_in(folder, templates=sqlite_templates, store=f'"{store}"') as made:
        yield made


@pytest.fixture
async def second(house):
    """Another pipeline on the same ticket store, as a second worker process has."""
    other = open_pipeline(load(house.folder / "balcao.yaml"))
    yield other
    await other._database.close()


def decoding_fails(house, monkeypatch):
    decode = house.pipeline._decoders["email"]

    def poisoned(raw):
        if POISON.encode() in raw.payload:
            raise RuntimeError("a bug in decode")
        return decode(raw)

    monkeypatch.setitem(house.pipeline._decoders, "email", poisoned)


def triage_fails(_house, monkeypatch):
    judge = transaction_module.judge

    def poisoned(ruleset, facts):
        if POISON in facts.text:
            raise RuntimeError("a bug in triage")
        return judge(ruleset, facts)

    monkeypatch.setattr(transaction_module, "judge", poisoned)


def the_store_refuses(_house, monkeypatch):
    """What the code filed cannot be written: a statement fails inside the transaction, after others succeeded."""
    file = transaction_module.desk.file

    def poisoned(connection, filings, now, period):
        file(connection, filings, now, period)
        if any(POISON in filing.interaction.text for filing in filings):
            connection.execute(text("INSERT INTO tickets (number) VALUES (NULL)"))

    monkeypatch.setattr(transaction_module.desk, "file", poisoned)


def memory_runs_out(house, monkeypatch):
    decode = house.pipeline._decoders["email"]

    def poisoned(raw):
        if POISON.encode() in raw.payload:
            raise MemoryError
        return decode(raw)

    monkeypatch.setitem(house.pipeline._decoders, "email", poisoned)


async def claimed(house, limit=200):
    return await house.journal.claim(limit)


async def messages(house):
    return [message for ticket in await house.tickets() for message in ticket["messages"]]


@pytest.mark.parametrize("bug", [decoding_fails, triage_fails, the_store_refuses, memory_runs_out])
async def test_one_bad_interaction_costs_a_batch_of_fifty_only_itself(house, monkeypatch, bug):
    bug(house, monkeypatch)
    words = ["oi"] * 20 + [POISON] + ["oi"] * 29
    receipts = [await house.mail(word, sender=f"c{number}@x.example") for number, word in enumerate(words)]
    first = await house.pipeline.process(await claimed(house), compiled(house.source))
    await house.journal.settle(first.outcomes)

    by_id = {outcome.raw_id: outcome.fate for outcome in first.outcomes}
    assert by_id.pop(receipts[20].raw_id) is Fate.WAITING
    assert set(by_id.values()) == {DONE}
    assert len(await house.tickets()) == 49

    rest = await house.work()
    assert fates(rest) == [Fate.WAITING, Fate.FAILED]
    assert len(await house.tickets()) == 49
    assert (await house.journal.get(receipts[20].raw_id)).raw.payload, "the raw bytes are kept"


async def test_a_failed_entry_is_filed_after_the_fix(house, monkeypatch):
    with monkeypatch.context() as broken:
        decoding_fails(house, broken)
        receipt = await house.mail(POISON)
        assert fates(await house.work())[-1] is Fate.FAILED
    await house.journal.replay([receipt.raw_id])

    assert fates(await house.work()) == [DONE]


async def test_what_is_unreadable_or_not_for_us_is_settled_beside_its_neighbours(house):
    await house.accept_mail(b"\x00\x01 isto nao e um e-mail", envelope="")
    await house.json("telefone", {"event": "new", "call_id": "c-1", "direction": "inbound", "from": "1", "to": "2"})
    await house.json("site", {"sender": {}})
    await house.mail()

    outcomes = await house.work()
    assert sorted(fates(outcomes)) == sorted([Fate.QUARANTINED, Fate.IGNORED, Fate.QUARANTINED, DONE])
    assert all(outcome.reason for outcome in outcomes if outcome.fate is not DONE)
    assert len(await messages(house)) == 1


async def test_an_entry_that_holds_nothing_is_ignored_and_holds_up_nobody(house, monkeypatch):
    monkeypatch.setitem(house.pipeline._decoders, "site", lambda _raw: [])
    await house.chat()
    await house.mail()

    assert sorted(fates(await house.work())) == [DONE, Fate.IGNORED]


async def test_an_entry_of_a_channel_that_is_gone_waits_for_a_person(house):
    house.pipeline._decoders.pop("site")
    await house.chat()
    (outcome,) = await house.work()

    assert outcome.fate is Fate.FAILED
    assert "'site' is not configured" in outcome.reason


async def test_the_same_message_twice_in_one_batch_is_one_message(house):
    """Two transports, two entries, one identity."""
    head = "From: ana@cliente.example\r\nSubject: oi\r\nMessage-ID: <1@x.example>\r\n"
    for trace in ("", "Received: from a by b\r\n", "X-Spam: no\r\n"):
        await house.mail(head=trace + head)
    outcomes = await house.work()

    assert fates(outcomes) == [DONE] * 3
    assert {outcome.tickets for outcome in outcomes} == {(1,)}
    assert len(await messages(house)) == 1
    assert len(await house.outgoing()) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_an_album_of_photos_is_one_ticket(house, together):
    for number in range(3):
        await house.chat(f"foto {number}", conversation="album")
        if not together:
            await house.work()
    await house.work()

    (ticket,) = await house.tickets()
    assert [message["text"] for message in ticket["messages"]] == ["foto 0", "foto 1", "foto 2"]
    assert [answer["state"] for answer in ticket["acknowledgements"]] == ["pending", "silent", "silent"]


async def test_a_crash_between_commit_and_settle_leaves_nothing_to_do_twice(house):
    await house.mail("o boleto", headers="Subject: x\r\n")
    await house.chat()
    entries = await claimed(house)
    report = await house.pipeline.process(entries, compiled(house.source))
    before = await house.tickets(), await house.outgoing()

    await house.restart()
    again = await house.work()
    assert {(outcome.raw_id, outcome.fate, outcome.tickets) for outcome in again} == {
        (outcome.raw_id, outcome.fate, outcome.tickets) for outcome in report.outcomes
    }
    assert (await house.tickets(), await house.outgoing()) == before


@pytest.mark.parametrize("photos", [1, 2])
async def test_two_pipelines_that_meet_one_new_conversation_make_one_ticket_of_it(house, second, photos):
    """Each race is over a conversation, a contact and a budget that nobody knows yet."""
    rules, races = compiled(house.source), 10
    for number in range(races):
        for photo in range(2 * photos):
            await house.chat(f"foto {photo}", sender=f"v{number}", conversation=f"album {number}")
        mine, theirs = await claimed(house, photos), await claimed(house, photos)
        reports = await asyncio.gather(house.pipeline.process(mine, rules), second.process(theirs, rules))
        for report in reports:
            assert fates(report.outcomes) == [DONE] * photos
            await house.journal.settle(report.outcomes)

    tickets = await house.tickets()
    assert [len(ticket["messages"]) for ticket in tickets] == [2 * photos] * races
    assert [answer["state"] for ticket in tickets for answer in ticket["acknowledgements"]].count("pending") == races


async def test_two_pipelines_with_the_same_entries_file_each_once(house, second):
    """A child that outlived its parent still works on what the next daemon claims."""
    rules = compiled(house.source)
    for number in range(30):
        await house.mail(sender=f"c{number % 7}@x.example")
    entries = await claimed(house)
    reports = await asyncio.gather(*(one.process(entries, rules) for one in (house.pipeline, second)))

    for report in reports:
        assert fates(report.outcomes) == [DONE] * 30
    assert sorted(raw_id for ticket in await house.tickets() for raw_id in raws_of(ticket)) == sorted(
        entry.raw_id for entry in entries
    )
    assert len(await house.outgoing()) == 30


async def test_a_ticket_store_that_is_away_is_told_and_nothing_is_settled(house, monkeypatch):
    await house.mail()
    await house.accept_mail(b"ilegivel", envelope="")
    entries = await claimed(house)

    async def away(_unit):
        raise StoreUnavailable("the database cannot be used now")

    with monkeypatch.context() as gone:
        gone.setattr(house.pipeline._database, "write", away)
        with pytest.raises(StoreUnavailable):
            await house.pipeline.process(entries, compiled(house.source))
    await house.journal.release([entry.raw_id for entry in entries], uncount=True)

    assert sorted(fates(await house.work())) == [DONE, Fate.QUARANTINED]


async def test_an_attachment_that_cannot_be_written_is_an_absent_store(house):
    """The row that names a file is only written after the file."""
    body = '{"content": "b2k="}'
    (house.folder / "var" / "attachments").write_text("a file where the folder should be")
    await house.chat(attachments=[{"name": "a.txt", "content": "b2k="}], conversation=body)
    entries = await claimed(house)

    with pytest.raises(StoreUnavailable):
        await house.pipeline.process(entries, compiled(house.source))
    assert await house.tickets() == []
