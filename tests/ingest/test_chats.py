"""A visitor's message becomes a ticket; what he is told comes back by his stream: whole, once, after any restart."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from domain.errors import SendFailed
from ingest.admission import Admission
from ingest.chats import ChatSender, StoreChats
from ingest.intake import JournalIntake
from ingest.metrics import Metrics
from ingest.opening import Openings
from ingest.rulebook import Rulebook
from ingest.supervise import Liveness
from store import chats as chat_store
from store import outbox
from store.engines import Database
from store.ledger import JournalLedger
from tests.channels.chat.visiting import Page
from tests.ingest.provider_house import reply
from tests.patience import PATIENCE
from tests.pipeline import house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates
from web.public import public_site
from web.serving import serve

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    store = await fresh_url("desk")
    folder = tmp_path / "house"
    folder.mkdir()
    async with house_in(folder, templates=sqlite_templates, store=f'"{store}"') as made:
        yield made


@asynccontextmanager
async def page_of(house):
    """A page before a node of its own, which shares nothing with other nodes but the databases."""
    openings = Openings(Rulebook(house.folder / "rules.yaml"), looks=True)
    chats = StoreChats(house.database, house.pipeline._files, openings)
    intake = JournalIntake(house.journal, lambda: None, Metrics(), house.channels, Liveness(),
                           admission=Admission(1_000_000, lambda: None),
                           ledger=JournalLedger(house.journal), store=house.database, chats=chats)  # fmt: skip
    routes = house.channels["chat"].routes(intake)
    async with serve(public_site(routes), "127.0.0.1", 0) as bound, aiohttp.ClientSession() as session:
        yield Page(session, f"http://127.0.0.1:{bound.port}/chat/chat")


async def told(page, count, after=None):
    """The first `count` events of the stream: (number, value)."""
    found = []
    async with asyncio.timeout(PATIENCE), page.listening(after) as (_, events):
        async for name, value, number in events:
            found += [(number, value)] if name == "message" else []
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {found}")


async def test_message_ticket_acknowledgement_and_reply_come_by_the_stream(house):
    async with page_of(house) as page:
        await page.enter()
        assert (await page.say("o boleto venceu"))[0] == 202
        await house.work()
        await house.dispatch()
        listening = asyncio.ensure_future(told(page, 3))
        await asyncio.sleep(0.2)
        (ticket,) = await house.tickets()
        await reply(house, ticket["number"], "Já reenviamos.")
        await house.dispatch()
        mine, machine, agent = [value for _, value in await listening]

    assert ticket["department"] == "financeiro"
    assert (mine["from"], mine["text"], mine["id"]) == ("visitor", "o boleto venceu", "m-0000001")
    assert (machine["from"], agent["from"], agent["text"]) == ("machine", "agent", "Já reenviamos.\n")
    assert str(ticket["number"]) in machine["text"]
    assert {mine["ticket"], machine["ticket"], agent["ticket"]} == {ticket["number"]}


async def test_a_post_repeated_after_a_lost_answer_is_one_message(house):
    async with page_of(house) as page:
        await page.enter()
        answers = [await page.say("oi") for _ in range(3)]
        await house.work()
        again = await page.say("oi")
        other = await page.say("outra coisa")
        assert [number for number, _ in await told(page, 1)] == [1]

    assert [status for status, _, _ in answers] == [202, 200, 200]
    assert len({given["receipt"] for _, given, _ in [*answers, again]}) == 1
    assert (other[0], other[1]["detail"]) == (422, "this id was used for another message")
    (ticket,) = await house.tickets()
    assert len(ticket["messages"]) == 1


async def test_whoever_comes_back_gets_what_he_missed_and_nothing_twice(house):
    """Another node and a restarted house answer from the database alone."""
    async with page_of(house) as page:
        await page.enter()
        await page.say("um")
        await house.ticket_of(type("Receipt", (), {"raw_id": (await page.say("um"))[1]["receipt"]}))
        await house.dispatch()
        seen = await told(page, 2)
        token = page.token
    await house.restart()
    (ticket,) = await house.tickets()
    await reply(house, ticket["number"], "dois")
    await house.dispatch()
    await house.dispatch()
    async with page_of(house) as page:
        page.token = token
        missed = await told(page, 1, after=seen[-1][0])
        everything = await told(page, 3)

    assert [(number, value["text"]) for number, value in missed] == [(3, "dois\n")]
    assert [number for number, _ in everything] == [1, 2, 3]


async def test_a_visitor_is_never_told_what_is_anothers(house):
    async with page_of(house) as ana, page_of(house) as bia:
        await ana.enter()
        await bia.enter()
        await ana.say("segredo da Ana")
        await bia.say("oi da Bia")
        await house.work()
        await house.dispatch()
        of_ana, of_bia = await told(ana, 2), await told(bia, 2)

    texts = [value["text"] for _, value in of_bia]
    assert "oi da Bia" in texts
    assert not any("Ana" in text for text in texts)
    assert {value["ticket"] for _, value in of_ana} != {value["ticket"] for _, value in of_bia}


async def test_attachments_come_and_can_be_had_by_their_visitor_alone(house):
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("id", "m-with-file")
    form.add_field("files", b"%PDF-1.4 conte\xc3\xbado", filename="../nota fiscal.pdf", content_type="application/pdf")
    async with page_of(house) as ana, page_of(house) as bia:
        await ana.enter()
        await bia.enter()
        assert (await ana.ask("POST", "/messages", data=form))[0] == 202
        await house.work()
        ((number, value),) = await told(ana, 1)
        headers = {"Origin": ana.origin, "Authorization": f"Bearer {ana.token}"}
        async with ana.session.get(f"{ana.base}/files/{number}/0", headers=headers) as answer:
            content, disposition = await answer.read(), answer.headers["Content-Disposition"]
        stolen = [(await bia.ask("GET", f"/files/{number}/0"))[0], (await ana.ask("GET", f"/files/{number}/1"))[0]]

    assert value["files"] == [{"name": "nota fiscal.pdf", "type": "application/pdf", "size": 18}]
    assert (content, disposition) == (b"%PDF-1.4 conte\xc3\xbado", "attachment")
    assert stolen == [404, 404]


async def test_a_dispatcher_that_died_after_telling_does_not_tell_again(house):
    """`sending` was committed, the event too; the agent's words are sent again, and stand there once."""
    async with page_of(house) as page:
        await page.enter()
        await page.say("oi")
        await house.work()
        (ticket,) = await house.tickets()
        await reply(house, ticket["number"], "resposta")

        def claim(connection):
            return outbox.claim(connection, 9, datetime.now(UTC), busy={}, per_destination=9)

        claimed = await house.database.write(claim)
        sender = ChatSender(house.database)
        first = [await sender.send(message) for message in claimed]
        await house.database.write(lambda connection: outbox.recover(connection, datetime.now(UTC)))
        await house.dispatch()
        await sender.close()
        events = await told(page, 3)

    assert first == ["event-2", "event-3"]
    assert [value["from"] for _, value in events] == ["visitor", "machine", "agent"]
    (row,) = [row for row in await house.outgoing() if not row["automatic"]]
    assert (row["state"], row["remote_id"]) == ("sent", "event-3")


async def test_what_a_store_that_is_away_cannot_be_told_waits(tmp_path):
    database = Database.open("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(SendFailed) as caught:
        await ChatSender(database).send(None)
    await database.close()

    assert caught.value.away


async def test_numbers_become_visible_in_their_order(house):
    """Two who add to one stream at once queue up: whoever has read up to a number has missed none before it."""
    async with page_of(house) as page:
        visitor = (await page.enter())["visitor"]
        for number in range(6):
            await page.say(f"mensagem {number}", f"m-000000{number}")
        await house.work(limit=1)
        seen, after = [], 0

        async def read():
            nonlocal after
            while len(seen) < 12:
                page_of_events = await house.database.read(
                    lambda connection, known=after: chat_store.events(connection, "chat", visitor, known, 100)
                )
                seen.extend(event.number for event in page_of_events)
                after = max([after, *(event.number for event in page_of_events)])
                await asyncio.sleep(0.01)

        (ticket,) = await house.tickets()
        for number in range(5):
            await reply(house, ticket["number"], f"resposta {number}")
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(read(), house.dispatch())

    assert seen == list(range(1, 13))


async def test_the_calendar_of_the_rules_says_when_people_are_back(house):
    async with page_of(house) as page:
        hours = (await page.enter())["hours"]

    assert hours["zone"] == "America/Sao_Paulo"
    assert datetime.fromisoformat(hours["until"]) > datetime.now(UTC)
    assert hours["holiday"] is False
