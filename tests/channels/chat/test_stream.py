"""A visitor's stream: in order, from where he was, alive, bounded, and no hindrance to a stop."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from channels.chat import pulse, stream
from domain.chat import Author, ChatEvent, Opening
from domain.errors import StoreUnavailable
from tests.channels.chat.visiting import visiting
from tests.patience import PATIENCE
from web.public import PublicLimits

EVERY = 0.05
NOON = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def haste(monkeypatch):
    monkeypatch.setattr(pulse, "EVERY", EVERY)


def event(number, text="oi", author=Author.AGENT):
    return ChatEvent(number=number, at=NOON, author=author, text=text, ticket=7)


async def first(events, count):
    found = []
    async with asyncio.timeout(PATIENCE):
        async for one in events:
            found.append(one)
            if len(found) == count:
                return found
    return found


async def test_what_was_told_comes_first_and_what_is_told_next_comes_live(tmp_path):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        told = page.intake.chats.told
        told[visitor] = [event(1, "<b>um</b>\n")]
        async with page.listening() as (answer, events):
            (one,) = await first(events, 1)
            told[visitor] = [*told[visitor], event(2)]
            (two,) = await first(events, 1)

    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "no-transform" in answer.headers["Cache-Control"]
    assert one == ("message", {"id": "e1", "from": "agent", "text": "<b>um</b>\n", "at": "2026-11-27T15:00:00.000Z",
                               "ticket": 7, "files": []}, 1)  # fmt: skip
    assert (two[0], two[2]) == ("message", 2)


async def test_who_was_here_before_gets_what_follows_however_much_it_is(tmp_path):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        page.intake.chats.told[visitor] = [event(number) for number in range(1, 351)]
        async with page.listening(after=20) as (_, events):
            numbers = [number for _, _, number in await first(events, 330)]
        async with page.listening() as (_, events):
            latest = [number for _, _, number in await first(events, 200)]

    assert numbers == list(range(21, 351))
    assert latest == list(range(151, 351))


async def test_numbers_that_were_erased_are_passed_over_without_asking_for_ever(tmp_path):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        chats = page.intake.chats
        chats.told[visitor] = [event(9)]
        chats.events = lambda *_arguments: asyncio.sleep(0, [])
        async with page.listening(after=3) as (_, _events):
            await asyncio.sleep(6 * EVERY)

    assert chats.asked <= 9


async def test_a_number_that_this_store_never_gave_begins_anew(tmp_path):
    """The database was restored from a backup, or is another one."""
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        page.intake.chats.told[visitor] = [event(1), event(2)]
        async with page.listening(after=900) as (_, events):
            found = await first(events, 3)

    assert [name for name, _, _ in found] == ["reset", "message", "message"]


async def test_a_visitor_who_is_erased_while_he_looks_begins_anew(tmp_path):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        told = page.intake.chats.told
        told[visitor] = [event(1), event(2)]
        async with page.listening() as (_, events):
            await first(events, 2)
            del told[visitor]
            (erased,) = await first(events, 1)
            told[visitor] = [event(1, "de novo")]
            (again,) = await first(events, 1)

    assert erased[0] == "reset"
    assert (again[1]["text"], again[2]) == ("de novo", 1)


async def test_an_answer_of_the_store_that_is_out_of_date_resets_nothing(tmp_path):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        chats = page.intake.chats
        chats.told[visitor] = [event(1), event(2)]
        whole, late = chats.heads, []

        async def heads(channel, visitors):
            if len(late) == 1:
                late.append(2)
                return {visitor: 1}
            late.append(1)
            return await whole(channel, visitors)

        chats.heads = heads
        async with page.listening() as (_, events):
            await first(events, 2)
            await asyncio.sleep(6 * EVERY)
            asked = len(late)
            chats.told[visitor] = [*chats.told[visitor], event(3)]
            (three,) = await first(events, 1)

    assert (three[0], three[2]) == ("message", 3)
    assert asked <= 10


@pytest.mark.parametrize("after", ["-5", "x", "1e3", "٣", "9" * 30, ""])
async def test_an_id_that_is_no_number_is_none(tmp_path, after):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        page.intake.chats.told[visitor] = [event(1)]
        async with page.listening(after=after) as (_, events):
            assert (await first(events, 1))[0][2] == 1


async def test_hours_are_told_at_once_and_when_they_change(tmp_path):
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    async with visiting(tmp_path, calendar="loja") as page:
        page.intake.chats.hours = Opening(is_open=False, holiday=True, until=soon, zone="America/Sao_Paulo")
        given = await page.enter()
        async with page.listening() as (_, events):
            (closed,) = await first(events, 1)
            page.intake.chats.hours = Opening(is_open=True, holiday=False, until=None, zone="America/Sao_Paulo")
            (opened,) = await first(events, 1)

    assert closed[1] == given["hours"]
    assert (closed[1]["open"], closed[1]["holiday"], closed[1]["zone"]) == (False, True, "America/Sao_Paulo")
    assert opened == ("hours", {"open": True, "holiday": False, "until": None, "zone": "America/Sao_Paulo"}, None)


async def test_a_stream_shows_signs_of_life(tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)
    async with visiting(tmp_path) as page:
        await page.enter()
        async with page.listening() as (answer, _), asyncio.timeout(PATIENCE):
            lines = [await answer.content.readline() for _ in range(6)]

    assert lines.count(b": \n") == 2


async def test_a_stream_ends_with_its_token_and_says_so(tmp_path):
    now = [1_800_000_000.0]
    async with visiting(tmp_path, clock=lambda: now[0], tokens={"lifetime": "1m"}) as page:
        await page.enter()
        now[0] += 59.8
        async with page.listening() as (_, events):
            asyncio.get_running_loop().call_later(0.2, now.__setitem__, 0, now[0] + 1)
            found = await first(events, 2)

    assert found == [("expired", {}, None)]


async def test_streams_are_bounded_and_given_back(tmp_path):
    limits = {"visitor_streams": 2, "address_streams": 3}
    async with visiting(tmp_path, limits_=limits) as page:
        await page.enter()
        async with page.listening(), page.listening():
            third = await page.ask("GET", "/events")
            await page.enter()
            async with page.listening() as (fourth, _):
                fifth = await page.ask("GET", "/events")
            assert fourth.status == 200
        bounds = page.visits.bounds

        async with asyncio.timeout(PATIENCE):
            while bounds._streams:
                await asyncio.sleep(0.05)

    assert (third[0], third[2]["Retry-After"], fifth[0]) == (429, "15", 429)


async def test_a_store_that_goes_away_ends_no_stream(tmp_path):
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        chats = page.intake.chats
        chats.told[visitor] = [event(1)]
        async with page.listening() as (_, events):
            await first(events, 1)
            chats.away = StoreUnavailable("away")
            await asyncio.sleep(3 * EVERY)
            chats.away = None
            chats.told[visitor] = [event(1), event(2)]
            (two,) = await first(events, 1)

    assert two[2] == 2


async def test_a_site_that_stops_is_not_kept_by_its_streams(tmp_path):
    started = None
    async with visiting(tmp_path) as page:
        await page.enter()
        context = page.listening()
        await context.__aenter__()
        started = time.monotonic()
    assert time.monotonic() - started < 10


async def test_many_visitors_are_one_question(tmp_path):
    async with visiting(tmp_path) as page:
        pages = []
        for _ in range(12):
            await page.enter()
            context = page.listening()
            await context.__aenter__()
            pages.append(context)
        page.intake.chats.asked = 0
        await asyncio.sleep(10 * EVERY)
        asked = page.intake.chats.asked
        for context in pages:
            await context.__aexit__(None, None, None)

    assert 1 <= asked <= 12


async def test_behind_a_proxy_streams_flow_and_each_address_has_its_own_limit(tmp_path):
    proxied = PublicLimits(trusted_proxies=("127.0.0.1",))
    async with visiting(tmp_path, site=proxied, limits_={"address_streams": 1}) as page:
        visitor = (await page.enter())["visitor"]
        page.intake.chats.told[visitor] = [event(1)]
        async with page.listening(**{"X-Forwarded-For": "198.51.100.1"}) as (_, events):
            assert (await first(events, 1))[0][2] == 1
            same = await page.ask("GET", "/events", headers={"X-Forwarded-For": "198.51.100.1"})
            async with page.listening(**{"X-Forwarded-For": "198.51.100.2"}) as (other, _):
                assert other.status == 200

    assert same[0] == 429


async def test_each_window_of_a_visitor_is_told(tmp_path):
    """Two devices, one of which was away: neither takes the other's share."""
    async with visiting(tmp_path) as page:
        visitor = (await page.enter())["visitor"]
        told = page.intake.chats.told
        told[visitor] = [event(1)]
        async with page.listening(after=1) as (_, one), page.listening(after=1) as (_, other):
            for number in (2, 3, 4):
                told[visitor] = [*told[visitor], event(number)]
                heard = await asyncio.gather(first(one, 1), first(other, 1))
                assert [found[0][2] for found in heard] == [number, number]
