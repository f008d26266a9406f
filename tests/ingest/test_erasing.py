"""A person is erased everywhere and for good; others on the same tickets are kept. On SQLite and PostgreSQL."""

import base64
import json
import zipfile
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import text

from config.settings import load
from domain.person import ERASED
from ingest import compacting, personal_archive
from ingest.erasing import Erasing
from ingest.wiring import letter_folders, open_contents
from store import erasures, merging, noting, persons
from tests.pipeline import house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANA, BIA = "ana.lima@cliente.example", "bia.reis@outra.example"
SECRET = "o exame da minha filha Clarice deu positivo"
BOLETO = b"%PDF-1.7 boleto da Ana Lima 123.456.789-00"
TRACES = (b"ana.lima", SECRET.encode(), b"Clarice", BOLETO, b"visitante-de-ana")


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates, backend):
    store = json.dumps(await fresh_url("desk")) if backend == "postgresql" else "null"
    async with house_in(tmp_path, templates=sqlite_templates, store=store) as made:
        yield made


def with_file(body, content=BOLETO):
    encoded = base64.b64encode(content).decode()
    return (
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--b\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename=boleto.pdf\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--"
    )


MULTIPART = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"


@asynccontextmanager
async def erasing(house):
    settings = load(house.folder / "balcao.yaml")
    yield Erasing(
        store=house.database,
        journal=house.journal,
        contents=open_contents(settings),
        decoders={name: channel.decode for name, channel in house.channels.items()},
        letters=letter_folders(settings),
    )


async def lives(house):
    """Ana writes with a file, Bia answers on her ticket and quotes her, Ana chats; Bia has a ticket of her own."""
    head = f"From: Ana Lima <{ANA}>\r\nSubject: exame de Clarice\r\nMessage-ID: <a1@c.example>\r\n"
    await house.mail(with_file(SECRET), sender=ANA, head=head, headers=MULTIPART)
    await house.work()
    await house.dispatch()
    quoted = f"Também vi o problema.\r\n\r\nEm 26/11/2026, Ana Lima <{ANA}> escreveu:\r\n> {SECRET}\r\n"
    answer = f"From: Bia <{BIA}>\r\nCc: {ANA}\r\nSubject: Re: [#1] exame\r\nMessage-ID: <b1@o.example>\r\n"
    await house.mail(quoted, sender=BIA, head=answer, to=letter_address(house))
    await house.mail("Quero um orçamento.", sender=BIA)
    await house.chat("oi, sou a Ana Lima", sender="visitante-de-ana", conversation="sala-9")
    await house.work()


def letter_address(house):
    """The reply address of ticket 1, which Ana has passed on to Bia."""
    return str(house.letters()[0]["Reply-To"]).strip("<>").rpartition("<")[2].rstrip(">")


async def begin(house, contact=1):
    def unit(connection):
        return erasures.begin(connection, persons.person_of(connection, contact), "maria", NOW)

    return await house.database.write(unit)


async def merged(house):
    """Ana's chat is found to be hers."""
    query = text("SELECT contact FROM contact_addresses WHERE address = 'visitante-de-ana'")

    def unit(connection):
        other = connection.execute(query).scalar_one()
        merging.merge(connection, 1, other, who="maria", reason=f"{ANA} said so", now=NOW)

    await house.database.write(unit)


async def everything(house):
    """All rows of all tables, as text."""

    def unit(connection):
        names = {"sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
                 "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"}  # fmt: skip
        tables = connection.exec_driver_sql(names[connection.dialect.name]).scalars().all()
        queries = [f'SELECT * FROM "{table}"' for table in tables]
        return "\n".join([repr(row) for query in queries for row in connection.exec_driver_sql(query)])

    tickets, journal = await house.database.read(unit), await house.journal._database.read(unit)
    return tickets + journal


async def test_nothing_of_hers_is_left_and_others_are_kept(house):
    await lives(house)
    await merged(house)
    before = await everything(house)
    assert all(mark.decode() in before for mark in TRACES if mark != BOLETO)
    async with erasing(house) as work:
        done = await work.run(await begin(house), NOW)

    left = await everything(house)
    assert [mark for mark in TRACES if mark.decode() in left] == []
    assert BIA in left
    first, second = await house.ticket(1), await house.ticket(2)
    assert (first["subject"], first["contact"]) == (ERASED, {"name": None, "addresses": []})
    texts = {message["sender"]["address"]: message["text"] for message in first["messages"]}
    assert texts == {"": ERASED, BIA: "Também vi o problema."}
    assert second["messages"][0]["text"] == "Quero um orçamento."
    assert done["removed"]["tickets"] >= 2
    assert done["removed"]["attachments"] == 1
    assert list((house.folder / "var" / "attachments").rglob("?" * 64)) == []


LONG = (
    "Faz três dias que a impressora do segundo andar engole o papel, e o técnico que veio na terça-feira disse que "
    "a peça demora; enquanto isso imprimo os laudos da minha filha na padaria da esquina."
)
WRAPPED = (
    "> Faz três dias que a impressora do segundo andar engole o papel, e o\r\n> técnico que veio na terça-feira disse"
)


async def test_what_others_repeat_of_her_goes_and_what_they_say_themselves_stays(house):
    """A note in words of hers, a quotation that her colleague's program wrapped anew and did not mark as history."""
    await house.mail(LONG, sender=ANA, head=f"From: Ana Lima <{ANA}>\r\nSubject: papel\r\n")
    await house.work()
    await house.dispatch()
    written = f"Isto me preocupa:\r\n{WRAPPED}\r\n\r\nQuando vem a peça?"
    await house.mail(written, sender=BIA, head=f"From: Bia <{BIA}>\r\nSubject: Re: papel\r\n", to=letter_address(house))
    await house.work()

    def note(connection):
        noting.write(connection, noting.Note(ticket=1, who="rita", text=f"{LONG} Ligo amanhã."), NOW)

    await house.database.write(note)
    async with erasing(house) as work:
        assert await work.run(await begin(house), NOW)

    left = await everything(house)
    assert [mark for mark in ("impressora", "técnico", "padaria") if mark in left] == []
    assert "Isto me preocupa:" in left
    assert "Quando vem a peça?" in left
    assert "Ligo amanhã." in left


async def test_whoever_is_named_elsewhere_by_name_or_number_alone_is_no_longer(house):
    """On tickets of others, without an address; in what was sent to them; in the memory of what was acknowledged."""
    await house.mail("oi", sender=ANA, head=f"From: Ana Lima <{ANA}>\r\nSubject: oi\r\n")
    await house.mail("A ana  Lima me ligou.", sender=BIA, head=f"From: Bia <{BIA}>\r\nSubject: recado\r\n")
    await house.work()
    assert "analima" in await everything(house)

    def answer(connection):
        number = connection.execute(text("SELECT ticket FROM messages WHERE sender = :s"), {"s": BIA}).scalar_one()
        values = {"t": number, "text": "Ana Lima já foi avisada."}
        connection.execute(text("UPDATE outbox SET text = :text WHERE ticket = :t"), values)

    await house.database.write(answer)
    async with erasing(house) as work:
        assert await work.run(await begin(house), NOW)

    left = (await everything(house)).lower()
    assert [mark for mark in ("ana lima", "ana  lima", "analima") if mark in left] == []
    assert "me ligou." in left
    assert "já foi avisada." in left


async def test_a_plus_tag_names_the_same_mailbox_and_so_the_same_person(house):
    """ana.lima+loja@ is a contact of its own to conversations; to her rights it is hers, whichever was named."""
    for tagged in (ANA, ANA.replace("@", "+loja@"), ANA.replace("@", "+Outra@")):
        await house.mail(f"{SECRET}, de {tagged}", sender=tagged, head=f"From: Ana Lima <{tagged}>\r\nSubject: x\r\n")
    await house.mail(f"Escrevi a {ANA.replace('@', '+feira@')}.", sender=BIA)
    await house.work()
    await house.dispatch()
    async with erasing(house) as work:
        assert await work.run(await begin(house, contact=2), NOW)

    left = (await everything(house)).lower()
    assert [mark for mark in ("ana.lima", "clarice", "ana lima") if mark in left] == []
    assert "escrevi a [apagado]." in left


async def test_names_of_others_files_lose_her(house):
    """What lies in them is theirs; what they are called is shown on every ticket."""
    await house.mail("oi", sender=ANA, head=f"From: Ana Lima <{ANA}>\r\nSubject: oi\r\n")
    await house.work()
    named = with_file("Segue.", content=b"laudo").replace("boleto.pdf", f'"Laudo Ana Lima {ANA}.pdf"')
    await house.mail(named, sender=BIA, head=f"From: Bia <{BIA}>\r\nSubject: laudo\r\n", headers=MULTIPART)
    await house.work()
    assert "Laudo Ana Lima" in await everything(house)
    async with erasing(house) as work:
        assert await work.run(await begin(house), NOW)

    left = await everything(house)
    assert [mark for mark in ("Ana Lima", "ana.lima") if mark in left] == []
    (file,) = (await house.ticket(2))["messages"][0]["attachments"]
    assert file["name"] == "Laudo [apagado] [apagado].pdf"


async def test_the_audit_keeps_that_it_was_done_and_by_whom_and_not_whom(house):
    await lives(house)
    async with erasing(house) as work:
        await work.run(await begin(house), NOW)

    (told,) = await house.database.read(erasures.listing)
    assert (told["who"], told["finished_at"]) == ("maria", "2026-11-27T12:00:00Z")
    events = [event for event in (await house.ticket(1))["history"] if event["what"] == "erased"]
    assert [(event["who"], event["reason"]) for event in events] == [("maria", f"erasure {told['id']}")]
    assert ANA not in json.dumps(told)


async def test_history_can_be_changed_by_nobody_else(house):
    await lives(house)
    async with erasing(house) as work:
        await work.run(await begin(house), NOW)

    for statement in ("UPDATE history SET who = 'x'", "DELETE FROM history"):
        with pytest.raises(Exception, match="append-only"):
            await house.database.write(lambda connection, one=statement: connection.execute(text(one)))


async def test_not_a_byte_is_left_in_the_files(house):
    await lives(house)
    await merged(house)
    async with erasing(house) as work:
        assert await work.run(await begin(house), NOW)
    settings = load(house.folder / "balcao.yaml")
    await house.close()
    assert compacting.compact(settings) == []

    files = [path for path in (house.folder / "var").rglob("*") if path.is_file()]
    assert [(path.name, mark) for path in files for mark in TRACES if mark in path.read_bytes()] == []


@pytest.mark.parametrize("step", ["_tickets", "_entries", "_remove_letters"])
async def test_an_erasure_that_died_is_taken_up_after_a_restart(house, step, monkeypatch):
    await lives(house)
    erasure = await begin(house)
    with monkeypatch.context() as patch:

        async def dies(*_args):
            raise KeyboardInterrupt

        def dies_in_a_thread(*_args):
            raise RuntimeError("killed")

        patch.setattr(Erasing, step, dies_in_a_thread if step == "_remove_letters" else dies)
        async with erasing(house) as work:
            with pytest.raises((KeyboardInterrupt, RuntimeError)):
                await work.run(erasure, NOW)

    await house.restart()
    (again,) = await house.database.read(erasures.under_way)
    assert again.person == erasure.person
    async with erasing(house) as work:
        assert (await work.run(again, NOW))["finished_at"]
    assert ANA not in await everything(house)
    assert await house.database.read(erasures.under_way) == []


@pytest.mark.parametrize("after", [1, 2, 3, 5, 8])
async def test_dying_after_any_transaction_loses_nothing_of_the_erasure(house, after):
    await lives(house)
    await merged(house)
    erasure = await begin(house)
    real, count = house.database.write, iter(range(1, 1000))

    async def write(unit):
        if next(count) > after:
            raise RuntimeError("killed")
        return await real(unit)

    house.database.write = write
    async with erasing(house) as work:
        with suppress(RuntimeError):
            await work.run(erasure, NOW)
    house.database.write = real
    async with erasing(house) as work:
        for again in await house.database.read(erasures.under_way):
            assert await work.run(again, NOW)
    left = await everything(house)
    assert [mark for mark in TRACES if mark.decode() in left] == []


async def test_reading_the_journal_again_brings_nothing_back(house):
    await lives(house)
    before = await house.journal.list(None, 100)
    async with erasing(house) as work:
        await work.run(await begin(house), NOW)

    ids = [entry.raw_id for entry in before]
    replayed = await house.journal.replay(ids)
    await house.work()
    assert 0 < len(replayed) < len(ids)
    assert ANA not in await everything(house)
    assert len(await house.tickets()) == 3


async def test_the_same_mail_fetched_again_is_known(house):
    date = "Date: Thu, 26 Nov 2026 09:00:00 -0300"
    head = f"From: {ANA}\r\nSubject: x\r\nMessage-ID: <a1@c.example>\r\n{date}\r\n\r\noi\r\n"
    await house.accept_mail(head.encode(), envelope=ANA)
    await house.work()
    async with erasing(house) as work:
        await work.run(await begin(house), NOW)
    await house.accept_mail(head.encode(), envelope=ANA)
    await house.work()

    assert len(await house.tickets()) == 1


async def test_what_waits_and_is_hers_is_never_filed_and_what_is_being_read_is_waited_for(house):
    await lives(house)
    await house.mail(SECRET, sender=ANA)
    (entry,) = await house.journal.claim(1)
    async with erasing(house) as work:
        erasure = await begin(house)
        assert await work.run(erasure, NOW) is None
        await house.journal.release([entry.raw_id], uncount=True)
        assert await work.run(erasure, NOW)
    await house.work()
    assert SECRET not in await everything(house)


async def test_what_comes_out_of_a_queue_after_the_first_look_is_found_by_the_next(house, monkeypatch):
    """It is filed, and makes a contact of its own of her address; no other table tells that it is hers."""
    await lives(house)
    erasure = await begin(house)
    async with erasing(house) as work:
        with monkeypatch.context() as patch:

            async def hides(before):
                return before == erasure.begun_at

            patch.setattr(work.journal, "may_hide", hides)
            assert await work.run(erasure, NOW) is None
        await house.mail(with_file(SECRET), sender=ANA, head=f"From: Ana Lima <{ANA}>\r\n", headers=MULTIPART)
        await house.work()
        await house.dispatch()
        (again,) = await house.database.read(erasures.under_way)
        assert (again.begun_at, again.person) == (NOW, erasure.person)
        assert await work.run(again, NOW)

    left = await everything(house)
    assert [mark for mark in (ANA, SECRET, "Ana Lima") if mark in left] == []
    assert list((house.folder / "var" / "attachments").rglob("?" * 64)) == []


async def test_what_nobody_could_read_is_searched_as_it_is(house):
    await house.mail("oi", sender=ANA)
    await house.work()
    receipt = await house.json("site", {"broken": ANA})
    await house.work()
    async with erasing(house) as work:
        await work.run(await begin(house), NOW)
    assert (await house.journal.get(receipt.raw_id)).raw.payload == b""


@pytest.mark.parametrize("silenced", [False, True], ids=["with a ticket", "without"])
async def test_labels_of_incidents_that_name_her_lose_her_and_others_stay(house, silenced):
    """Also where no ticket came of it: a resolution of which nothing was known is remembered as an incident."""
    await house.mail("oi", sender=f"Ana Lima <{ANA}>", envelope=ANA)
    await house.work()
    state = "resolved" if silenced else "firing"
    told = {"state": state, "name": "Cota cheia", "labels": {"usuario": ANA, "dono": "Ana  Lima"}, "summary": ANA}
    await house.json("alertas", {"fingerprint": f"cota:{ANA}", **told})
    await house.json("alertas", {"fingerprint": "cota:bia", **told, "labels": {"usuario": BIA}, "summary": "bia"})
    await house.work()
    assert ANA in await everything(house)

    async with erasing(house) as work:
        done = await work.run(await begin(house), NOW)

    left = await everything(house)
    assert [mark for mark in (ANA, "Ana Lima", "Ana  Lima") if mark in left] == []
    assert BIA in left
    assert done["removed"]["incidents"] == 1


async def test_an_archive_holds_what_is_hers_and_nothing_of_others(house, tmp_path):
    await lives(house)
    await merged(house)
    target = tmp_path / "ana.zip"
    async with erasing(house) as work:
        person = await house.database.read(partial(persons.person_of, contact=1))
        done = await personal_archive.write(target, person, store=house.database, journal=house.journal,
                                            contents=work.contents, now=NOW, told=print)  # fmt: skip

    assert (done.tickets, done.files, done.raws) == (2, 1, 2)
    assert target.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(target) as archive:
        data = json.loads(archive.read("dados.json"))
        assert {one["address"] for one in data["addresses"]} == {ANA, "visitante-de-ana"}
        assert SECRET in data["tickets"][0]["messages"][0]["text"]
        assert data["tickets"][0]["messages_of_others"] == 1
        assert data["tickets"][0]["automatic_letters"]
        (file,) = [name for name in archive.namelist() if name.startswith("anexos/")]
        assert archive.read(file) == BOLETO
        raws = [archive.read(name) for name in archive.namelist() if name.startswith("recebidos/")]
        assert any(SECRET.encode() in raw for raw in raws)
        everything_in_it = b"".join(map(archive.read, archive.namelist()))
        assert BIA.encode() not in everything_in_it
        assert "orçamento".encode() not in everything_in_it
