"""WhatsApp through the house: signed batches in, tickets, answers out, statuses back. Real journal and store."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.raw import Fate
from tests.channels.graph.meta import error
from tests.channels.site import UNAVAILABLE, FakeIntake
from tests.ingest import provider_house
from tests.ingest.provider_house import migrated_in, reply
from tests.patience import until
from tests.pipeline import fates

ANA, BIA = "5511912345678", "5521977776666"
META = {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    return migrated_in(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
async def house(tmp_path, migrated):
    async with provider_house.provider_house(tmp_path, migrated) as house:
        yield house


async def post(house, *values, intake=None):
    changes = [{"field": "messages", "value": {"metadata": META, **value}} for value in values]
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
    return await provider_house.post(house, "zap", body, intake)


def said(number, words, sender=ANA, *, ago=timedelta(0), **more):
    at = str(int((datetime.now(UTC) - ago).timestamp()))
    return {"id": f"wamid.{number}", "from": sender, "timestamp": at, "type": "text", "text": {"body": words}, **more}


def status(remote_id, told, **more):
    return {"id": remote_id, "status": told, "timestamp": str(int(datetime.now(UTC).timestamp())), **more}


def messages(*all_of_them):
    return {"contacts": [{"wa_id": ANA, "profile": {"name": "Ana"}}], "messages": list(all_of_them)}


async def test_a_message_is_answered_and_its_way_is_followed(house):
    assert await post(house, messages(said(1, "Não consigo pagar o boleto"))) == 200
    await house.work()
    await house.dispatch()
    remote_id = "wamid.OUT1"
    assert await post(house, {"statuses": [status(remote_id, "read"), status(remote_id, "delivered")]}) == 200
    outcomes = await house.work()

    [ticket] = await house.tickets()
    assert (ticket["department"], ticket["contact"]["addresses"]) == ("financeiro", ["+5511912345678"])
    assert (ticket["acknowledgements"][0]["state"], ticket["acknowledgements"][0]["delivery"]["state"]) == (
        "sent",
        "read",
    )
    assert house.graph.sent[0][1]["to"] == ANA
    assert str(ticket["number"]) in house.graph.sent[0][1]["text"]["body"]
    assert (outcomes[0].fate, outcomes[0].reason) == (Fate.DONE, "read wamid.OUT1; delivered wamid.OUT1")


async def test_a_reply_that_fails_later_is_shown_with_code_and_title(house):
    await post(house, messages(said(1, "oi")))
    await house.work()
    await house.dispatch()
    await reply(house, 1, "Pronto.")
    await house.dispatch()
    told = {"code": 131026, "title": "Message undeliverable", "error_data": {"details": "Message Undeliverable."}}
    await post(house, {"statuses": [status("wamid.OUT2", "failed", errors=[told])]})
    await house.work()

    ticket = await house.ticket(1)
    sending = ticket["messages"][-1]["sending"]
    assert (sending["state"], sending["delivery"]["code"]) == ("failed", "131026")
    assert sending["reason"] == "131026 Message undeliverable: Message Undeliverable."
    assert "bounced" in [event["what"] for event in ticket["history"]]


async def test_a_reply_that_came_too_late_goes_by_the_template(house):
    await post(house, messages(said(1, "oi", ago=timedelta(minutes=1))))
    await house.work()
    await reply(house, 1, "Pronto.")
    house.graph.script = [(200, {"messages": [{"id": "wamid.ACK"}]}), (200, {"messages": [{"id": "wamid.LATE"}]})]
    await house.dispatch()
    late = {"code": 131047, "title": "Re-engagement message"}
    await post(house, {"statuses": [status("wamid.LATE", "failed", errors=[late])]})
    await house.work()
    await house.dispatch()

    assert [body["type"] for _, body in house.graph.sent] == ["text", "text", "template"]
    assert (await house.ticket(1))["messages"][-1]["sending"]["state"] == "sent"


async def test_after_a_day_of_silence_the_template_goes_at_once(house):
    await post(house, messages(said(1, "oi")))
    await house.work()
    await house.dispatch()
    long_ago = int((datetime.now(UTC) - timedelta(days=2)).timestamp() * 1_000_000)
    await house.database.write(lambda c: c.execute(text("UPDATE messages SET occurred_at = :at"), {"at": long_ago}))
    await reply(house, 1, "Pronto.")
    await house.dispatch()

    assert house.graph.sent[-1][1]["template"]["name"] == "resposta"


async def test_while_the_token_is_revoked_answers_wait(house):
    await post(house, messages(said(1, "oi")))
    await house.work()
    house.graph.script = [error(190, "Error validating access token", status=401)]
    task = asyncio.ensure_future(house.dispatch())

    async def told_why():
        return [row for row in await house.outgoing() if row["reason"]]

    [row] = await until(told_why)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert (row["state"], row["reason"]) == ("pending", "190 Error validating access token")


async def test_a_changed_number_keeps_its_tickets(house):
    """And who writes from the old number afterwards is somebody else."""
    await post(house, messages(said(1, "oi", ago=timedelta(seconds=30))))
    moved = {"id": "wamid.2", "from": ANA, "timestamp": str(int(datetime.now(UTC).timestamp())), "type": "system",
             "system": {"type": "user_changed_number", "wa_id": BIA, "body": "…"}}  # fmt: skip
    await post(house, {"messages": [moved]}, messages(said(3, "sou eu ainda", BIA)))
    await house.work()
    await reply(house, 1, "Pronto.")
    await house.dispatch()
    await post(house, messages(said(4, "oi, comprei este chip", ANA)))
    await house.work()

    first, second = await house.tickets()
    assert [message["text"] for message in first["messages"]][:2] == ["oi", "sou eu ainda"]
    assert first["contact"]["addresses"] == ["+5521977776666"]
    assert house.graph.sent[-1][1]["to"] == BIA
    assert second["contact"]["addresses"] == ["+5511912345678"]


async def test_a_batch_in_any_order_and_twice_is_filed_once(house):
    """Meta repeats whole batches, and single messages in other batches."""
    chance = random.Random("ordem")
    all_of_them = [said(number, f"mensagem {number}", chance.choice([ANA, BIA])) for number in range(30)]
    batches = [chance.sample(all_of_them, 10) for _ in range(8)] + [all_of_them[:15], all_of_them[15:]]
    for batch in batches:
        assert await post(house, messages(*batch)) == 200
    assert await post(house, messages(*batches[0])) == 200
    await house.work()

    tickets = await house.tickets()
    assert len(tickets) == 2
    assert sorted(one["text"] for ticket in tickets for one in ticket["messages"]) == sorted(
        f"mensagem {number}" for number in range(30)
    )


async def test_a_batch_is_one_promise(house):
    """All or nothing: without durability no part of it is kept, and Meta comes again."""
    assert await post(house, messages(said(1, "a"), said(2, "b", BIA)), intake=FakeIntake(broken=UNAVAILABLE)) == 503
    assert await house.work() == []

    await post(house, messages(said(1, "a"), said(2, "b", BIA)))
    assert fates(await house.work()) == [Fate.DONE]
    assert len(await house.tickets()) == 2


async def test_what_is_taken_back_is_no_longer_shown(house):
    await post(house, messages(said(1, "minha senha é jabuticaba")))
    await house.work()
    back = {"id": "wamid.9", "from": ANA, "timestamp": "1772452500", "type": "revoke",
            "revoke": {"original_message_id": "wamid.1"}}  # fmt: skip
    await post(house, {"messages": [back]})
    await house.work()

    [ticket] = await house.tickets()
    assert "jabuticaba" not in json.dumps(ticket, default=str)


async def test_a_verified_number_is_one_contact_by_whatever_channel(house):
    """The site has checked the number, WhatsApp has, too; who only calls under it proves nothing (attack 53)."""
    with (house.folder / "balcao.yaml").open() as settings:
        vouching = settings.read().replace("kind: webhook\n", "kind: webhook\n    vouches: [phone]\n", 1)
    (house.folder / "balcao.yaml").write_text(vouching)
    await house.restart()
    call = {"event": "missed", "call_id": "a", "direction": "inbound", "from": f"+{ANA}", "to": "+551140001000"}
    await house.json("telefone", call)
    body = {"sender": {"id": "u-7", "phone": "(11) 91234-5678"}, "text": "oi"}
    await house.json("site", body)
    await post(house, messages(said(1, "oi de novo")))
    await house.work()

    called, wrote, chatted = sorted(await house.tickets(), key=lambda ticket: ticket["messages"][0]["medium"])
    assert called["contact"]["addresses"] == ["+5511912345678"]
    assert wrote["contact"]["addresses"] == chatted["contact"]["addresses"] == ["+5511912345678", "u-7"]
    assert await house.database.read(contact_count) == 2


async def test_who_gets_an_old_number_is_nobody_we_knew(house):
    """Not by its conversation, and not by its proof."""
    await post(house, messages(said(1, "oi", ago=timedelta(seconds=30))))
    moved = {"id": "wamid.2", "from": ANA, "timestamp": str(int(datetime.now(UTC).timestamp())), "type": "system",
             "system": {"type": "user_changed_number", "wa_id": BIA, "body": "…"}}  # fmt: skip
    await post(house, {"messages": [moved]})
    await post(house, messages(said(3, "comprei este chip", ANA)))
    await post(house, messages(said(4, "sou eu", BIA)))
    await house.work()
    first, second = sorted(await house.tickets(), key=lambda ticket: ticket["number"])

    assert (first["contact"]["addresses"], second["contact"]["addresses"]) == (["+5521977776666"], ["+5511912345678"])
    assert await house.database.read(contact_count) == 2


def contact_count(connection):
    return connection.execute(text("SELECT count(*) FROM contacts WHERE merged_into IS NULL")).scalar_one()
