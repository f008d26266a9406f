"""Attack 51 for the in-app API and the web chat: one bad element, what is asked before it is known, ids of others."""

import base64
import json

import pytest

from channels.app import Options, build
from channels.base import BuildContext
from domain.raw import RawInteraction
from tests.channels.app.test_door import GOOD, LOJA, PORTAL, SECRETS, api_in
from tests.channels.cases import RECEIVED_AT
from tests.channels.chat.test_stream import event
from tests.channels.chat.visiting import visiting

FINE = {"name": "a.txt", "content": base64.b64encode(b"um").decode()}
ALSO_FINE = {"name": "b.txt", "content": base64.b64encode(b"dois").decode()}
BAD = [
    None, 7, "lixo", [], {}, {"name": "x"}, {"content": 7}, {"content": None}, {"content": ""}, {"content": "***"},
    {"content": "YQ"}, {"content": {"a": 1}}, {"name": {}, "content": "YQ=="}, {"url": "http://169.254.169.254/"},
]  # fmt: skip


def decoded(message, tmp_path):
    options = Options.model_validate({"applications": {"portal": {"keys": ["env:PORTAL"]}}})
    context = BuildContext(name="app", base=tmp_path, var=tmp_path, hostname="x", reveal=SECRETS.__getitem__)
    raw = RawInteraction(
        channel="app", dedup_key="app:portal:1", received_at=RECEIVED_AT, payload=json.dumps(message).encode(),
        envelope={"application": "portal", "content_type": "application/json"},
    )  # fmt: skip
    return build(options, context).decode(raw)


@pytest.mark.parametrize("bad", BAD, ids=str)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_file_costs_neither_the_message_nor_its_neighbours(tmp_path, bad, place):
    """As it lies in the journal, whatever door let it in."""
    files = [FINE, ALSO_FINE]
    files.insert(place, bad)
    (one,) = decoded({**GOOD, "attachments": files}, tmp_path)

    kept = {file.content for file in one.attachments}
    assert {b"um", b"dois"} <= kept
    assert one.text == GOOD["text"]
    assert "payload.problems" in one.traits or kept == {b"um", b"dois", b"a"}


async def test_the_door_names_every_bad_element_and_takes_the_message_when_it_is_mended(tmp_path):
    async with api_in(tmp_path) as api:
        headers = {**PORTAL, "Idempotency-Key": "pedido-1"}
        status, told, _ = await api.post({**GOOD, "attachments": [FINE, None, {"content": 7}]}, headers)
        assert status == 422
        assert {one["field"] for one in told["errors"]} == {"attachments[1]", "attachments[2].content"}
        assert api.intake.accepted == []

        assert (await api.post({**GOOD, "attachments": [FINE]}, headers))[0] == 202
        assert len(api.intake.accepted) == 1


async def test_asking_what_became_of_a_message_before_it_was_sent_or_of_anothers_is_404(tmp_path):
    async with api_in(tmp_path) as api:
        for unknown in ("0", "raw-x", "..%2f..", "%00", "x" * 500):
            assert (await api.ask("GET", f"/v1/messages/{unknown}", headers=PORTAL))[0] == 404
        _, taken, _ = await api.post(GOOD)
        path = f"/v1/messages/{taken['receipt']}"
        assert (await api.ask("GET", path, headers=LOJA))[0] == 404
        assert (await api.ask("GET", path, headers=PORTAL))[1]["status"] == "received"


async def test_one_application_can_neither_swallow_nor_repeat_anothers_message(tmp_path):
    async with api_in(tmp_path) as api:
        for who in (PORTAL, LOJA):
            assert (await api.post(GOOD, {**who, "Idempotency-Key": "pedido-1"}))[0] == 202
        assert len(api.intake.accepted) == 2


async def test_a_visitor_can_neither_swallow_nor_repeat_anothers_message(tmp_path):
    async with visiting(tmp_path) as page:
        for _ in range(2):
            page.token = ""
            await page.enter()
            assert (await page.say("oi", "m-0000001"))[0] == 202
            assert (await page.say("oi", "m-0000001"))[0] == 200
        assert len({raw.dedup_key for raw in page.intake.accepted}) == 2


@pytest.mark.parametrize("after", ["999999999", "-5", "abc", "9" * 40, "1; drop", ""])
async def test_a_stream_asked_for_from_an_event_that_never_was_gives_nobody_elses(tmp_path, after):
    """A number that is ahead: events come that are newer than it, or all of his own; never another's."""
    async with visiting(tmp_path) as page:
        page.intake.chats.told["visitor/another"] = [event(1, "de outro visitante")]
        await page.enter()
        own = {"Origin": page.origin, "Authorization": f"Bearer {page.token}", "Last-Event-ID": after}
        async with page.session.get(f"{page.base}/events", headers=own) as answer:
            assert answer.status in {200, 400}
            first = await answer.content.readany()
        assert b"de outro" not in first


async def test_a_file_of_an_event_that_never_was_or_is_anothers_is_404(tmp_path):
    async with visiting(tmp_path) as page:
        page.intake.chats.files["visitor/another", 1, 1] = object()
        await page.enter()
        for path in ("1/1", "999/1", "1/0", "-1/1", "abc/def", "9999999999999999999999/1", "1/99999999999999999999"):
            assert (await page.ask("GET", f"/files/{path}"))[0] == 404
