"""What one transaction of the pipeline writes, and what the next one finds, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.interaction import Attachment, Medium, Party
from domain.surroundings import Lookup, Surroundings
from domain.ticket import KnownTicket, Road, State
from store import desk as units
from store import queries, schema
from tests.store.filings import NOW, PERIOD, RECEIVED, acknowledgement, chat, filing, said, silence


@pytest.fixture
def file(desk):
    async def write(*filings):
        await desk.write(lambda connection: units.file(connection, filings, NOW, PERIOD))

    return write


@pytest.fixture
def around(desk):
    async def look(**lookup):
        sets = {name: value if name == "period" else frozenset(value) for name, value in lookup.items()}
        return await desk.read(lambda connection: units.surroundings(connection, Lookup(**sets)))

    return look


@pytest.fixture
def show(desk):
    async def read(number):
        return await desk.read(lambda connection: queries.ticket(connection, number))

    return read


async def rows(desk, table):
    return await desk.read(lambda connection: connection.execute(select(table)).mappings().all())


async def set_state(desk, number, state, **values):
    change = update(schema.tickets).where(schema.tickets.c.number == number).values(state=state.value, **values)
    await desk.write(lambda connection: connection.execute(change))


class TestNumbers:
    async def test_they_ascend_from_one_without_gaps(self, desk):
        first = await desk.write(lambda connection: units.allocate_numbers(connection, 3))
        second = await desk.write(lambda connection: units.allocate_numbers(connection, 2))
        assert [*first, *second] == [1, 2, 3, 4, 5]

    async def test_none_are_asked_for(self, desk):
        assert await desk.write(lambda connection: units.allocate_numbers(connection, 0)) == []

    async def test_nobody_gets_the_same(self, desk):
        claims = await asyncio.gather(
            *(desk.write(lambda connection: units.allocate_numbers(connection, 5)) for _ in range(10))
        )
        assert sorted(number for claim in claims for number in claim) == list(range(1, 51))


class TestOpening:
    async def test_the_ticket_has_what_triage_decided_and_the_minute_it_was_received(self, file, show):
        await file(filing(1))
        ticket = await show(1)
        assert ticket["state"] == "new"
        assert (ticket["department"], ticket["priority"], ticket["flagged"]) == ("financeiro", "Média", True)
        assert ticket["tags"] == ["cobrança", "irritado"]
        assert ticket["contact"] == {"name": "Ana", "addresses": ["ana@exemplo.com"]}
        assert ticket["opened_at"] == ticket["messages"][0]["received_at"] == "2026-11-22T05:29:59.123456Z"
        assert RECEIVED.isoformat().startswith("2026-11-22T05:29:59")
        assert ticket["assignee"] is None
        assert ticket["solved_at"] is None

    async def test_it_goes_into_the_history_with_its_reason(self, file, show):
        await file(filing(1))
        assert (await show(1))["history"] == [
            {
                "at": "2026-11-22T05:30:01.123456Z",
                "who": "balcao",
                "what": "opened",
                "from": None,
                "to": "financeiro/Média",
                "reason": "because",
            }
        ]

    async def test_a_sender_without_address_has_no_contact(self, file, show):
        await file(filing(1, said(sender=Party(address="", name="Anônimo"), medium=Medium.CALL)))
        ticket = await show(1)
        assert ticket["contact"] == {"name": None, "addresses": []}
        assert ticket["messages"][0]["sender"] == {"name": "Anônimo", "address": ""}

    async def test_a_contact_is_known_again_whatever_the_case_of_the_address(self, desk, file):
        await file(filing(1, said("a", sender=Party(address="ANA@exemplo.com"))))
        await file(filing(2, said("b", sender=Party(address="ana@Exemplo.com", name="Ana Lima"))), filing(3, said("c")))
        [contact] = await rows(desk, schema.contacts)
        assert contact["name"] == "Ana Lima"
        assert {row["contact"] for row in await rows(desk, schema.tickets)} == {contact["id"]}

    async def test_the_same_id_on_two_channels_is_two_contacts(self, desk, file):
        await file(filing(1, chat("a", "t1")), filing(2, chat("b", "t2", channel="other")))
        assert len(await rows(desk, schema.contacts)) == 2

    async def test_attachments_are_listed_in_order(self, file, show):
        files = [
            Attachment(name=f"{n}.pdf", original_name=f"../{n}.pdf", content_type="application/pdf", content=b"x" * n)
            for n in (3, 1, 2)
        ]
        await file(filing(1, said(attachments=tuple(files))))
        listed = (await show(1))["messages"][0]["attachments"]
        assert [one["name"] for one in listed] == ["3.pdf", "1.pdf", "2.pdf"]
        assert listed[0] == {
            "name": "3.pdf",
            "original_name": "../3.pdf",
            "content_type": "application/pdf",
            "sniffed_type": "text/plain",
            "size": 3,
            "sha256": files[0].sha256,
            "inline": False,
        }

    async def test_the_whole_text_is_kept_only_where_it_differs(self, desk, file):
        await file(filing(1, said("a", text="novo", text_full="novo\n> velho")), filing(2, said("b")))
        assert [row["text_full"] for row in await rows(desk, schema.messages)] == ["novo\n> velho", None]

    async def test_the_same_identity_is_never_filed_twice(self, desk, file):
        await file(filing(1))
        with pytest.raises(IntegrityError):
            await file(filing(2))
        assert len(await rows(desk, schema.tickets)) == 1

    async def test_text_that_a_database_cannot_hold_is_mended(self, file, show):
        await file(filing(1, said(subject="a\0b", text="x\ud800y", text_full="x\ud800y", html="\0", message_id="<\0>")))
        ticket = await show(1)
        assert ticket["subject"] == "ab"
        assert ticket["messages"][0]["text"] == "x?y"


class TestReplies:
    async def test_joining_adds_a_message_and_a_participant_and_changes_no_triage(self, file, show, around):
        await file(filing(1))
        await file(filing(1, said("m2", sender=Party(address="bia@exemplo.com")), Road.JOINS, answer=silence()))
        ticket = await show(1)
        assert [message["verified"] for message in ticket["messages"]] == [True, True]
        assert [event["what"] for event in ticket["history"]] == ["opened", "joined"]
        known = (await around(ticket_numbers={1})).tickets[1]
        assert known.participants == {"ana@exemplo.com", "bia@exemplo.com"}
        assert (known.state, known.department, known.priority) == (State.NEW, "financeiro", "Média")

    async def test_held_messages_make_nobody_a_participant_or_contact(self, desk, file, show, around):
        await file(filing(1))
        await file(filing(1, said("m2", sender=Party(address="mallory@evil.example")), Road.HELD))
        assert (await around(ticket_numbers={1})).tickets[1].participants == {"ana@exemplo.com"}
        assert [row["address"] for row in await rows(desk, schema.contact_addresses)] == ["ana@exemplo.com"]
        ticket = await show(1)
        assert [message["verified"] for message in ticket["messages"]] == [True, False]
        assert ticket["history"][1]["what"] == "held"

    async def test_a_reply_reopens_once_and_says_from_what(self, desk, file, show):
        await file(filing(1))
        await set_state(desk, 1, State.SOLVED, solved_at=NOW)
        replies = [filing(1, said(f"r{n}"), Road.JOINS, reopens=True) for n in (1, 2)]
        await file(*replies)
        ticket = await show(1)
        assert (ticket["state"], ticket["solved_at"]) == ("open", None)
        reopened = [(event["from"], event["to"]) for event in ticket["history"] if event["what"] == "reopened"]
        assert reopened == [("solved", "open")]

    async def test_a_linked_ticket_is_seen_from_both_sides(self, file, show):
        await file(filing(1))
        await file(filing(2, said("m2"), Road.LINKS, linked=1))
        assert ((await show(1))["links"], (await show(2))["links"]) == ([2], [1])
        assert [event["to"] for event in (await show(2))["history"]] == ["financeiro/Média", "#1"]
        assert (await show(1))["history"][-1]["to"] == "#2"

    async def test_one_batch_may_open_a_ticket_and_join_it(self, file, show):
        await file(
            filing(1, chat("a"), answer=acknowledgement(1)),
            filing(1, chat("b"), Road.JOINS),
            filing(2, said("m2"), Road.LINKS, linked=1),
        )
        assert [message["identity"] for message in (await show(1))["messages"]] == ["a", "b"]


class TestConversations:
    async def test_a_conversation_leads_to_its_ticket(self, file, around):
        await file(filing(1, chat()))
        found = await around(conversations={("chat", "thread-1"), ("chat", "other"), ("x", "thread-1")})
        assert found.conversations == {("chat", "thread-1"): 1}
        assert found.tickets[1].number == 1

    async def test_two_batches_that_open_one_conversation_conflict(self, desk, file):
        await file(filing(1, chat("a")))
        with pytest.raises(IntegrityError):
            await file(filing(2, chat("b")))
        assert len(await rows(desk, schema.tickets)) == 1

    async def test_a_new_ticket_that_links_to_the_old_one_takes_the_conversation_over(self, desk, file, around):
        await file(filing(1, chat("a")))
        await set_state(desk, 1, State.CLOSED)
        await file(filing(2, chat("b"), Road.LINKS, linked=1))
        assert (await around(conversations={("chat", "thread-1")})).conversations == {("chat", "thread-1"): 2}

    async def test_a_held_message_takes_nothing_over(self, file, around):
        await file(filing(1, chat("a")), filing(2, chat("b", "t2")))
        await file(filing(2, chat("c"), Road.HELD))
        assert (await around(conversations={("chat", "thread-1")})).conversations == {("chat", "thread-1"): 1}


class TestSurroundings:
    async def test_nothing_asked_is_nothing_answered(self, around):
        assert await around() == Surroundings()

    async def test_filed_identities_are_found_with_their_tickets(self, file, around):
        await file(filing(1), filing(2, said("m2")))
        found = await around(identities={"m1", "m2", "m3"})
        assert found.filed == {"m1": 1, "m2": 2}
        assert set(found.tickets) == {1, 2}

    async def test_message_ids_are_found_in_mail_of_both_directions_oldest_ticket_first(self, file, around):
        await file(
            filing(1, said("a", message_id="<same@x>"), answer=acknowledgement(1)),
            filing(2, said("b", message_id="<same@x>")),
        )
        found = await around(message_ids={"<same@x>", "<balcao.1@empresa.example>", "<none@x>", "\0"})
        assert found.message_ids == {"<same@x>": (1, 2), "<balcao.1@empresa.example>": (1,)}

    async def test_numbers_that_are_no_tickets_are_left_out(self, file, around):
        await file(filing(1))
        known = (await around(ticket_numbers={1, 999})).tickets
        assert known[1].opened_at is not None
        assert {number: replace(one, opened_at=None) for number, one in known.items()} == {
            1: KnownTicket(
                number=1,
                state=State.NEW,
                department="financeiro",
                priority="Média",
                participants=frozenset({"ana@exemplo.com"}),
                messages=1,
            )
        }

    async def test_budgets_add_up_within_a_period(self, file, around):
        spends = (("address", "ana@exemplo.com"), ("all", ""))
        await file(filing(1, said("a"), spends=spends), filing(2, said("b"), spends=spends[1:]))
        await file(filing(3, said("c"), spends=spends))
        budgets = {*spends, ("domain", "exemplo.com")}
        assert (await around(budgets=budgets, period=PERIOD)).spent == {spends[0]: 2, spends[1]: 3}
        assert (await around(budgets=budgets, period="2026-11-22T06")).spent == {}

    async def test_thousands_are_asked_at_once(self, file, around):
        await file(*(filing(number, said(f"m{number}")) for number in range(1, 1201)))
        found = await around(identities={f"m{number}" for number in range(2000)})
        assert len(found.filed) == len(found.tickets) == 1200


class TestHistory:
    @pytest.mark.parametrize("change", [schema.history.update().values(who="x"), schema.history.delete()])
    async def test_it_can_only_be_added_to(self, desk, file, change):
        await file(filing(1))
        with pytest.raises(DBAPIError, match="append-only"):
            await desk.write(lambda connection: connection.execute(change))
        assert len(await rows(desk, schema.history)) == 1


class TestMoving:
    async def test_a_correction_goes_into_the_history(self, desk, file, show):
        await file(filing(1))
        later = NOW + timedelta(hours=1)
        assert await desk.write(lambda c: units.move(c, 1, "comercial", "Alta", "maria", later))
        ticket = await show(1)
        assert (ticket["department"], ticket["priority"]) == ("comercial", "Alta")
        assert [(e["who"], e["what"], e["from"], e["to"]) for e in ticket["history"][1:]] == [
            ("maria", "department", "financeiro", "comercial"),
            ("maria", "priority", "Média", "Alta"),
        ]
        assert ticket["history"][1]["at"] == "2026-11-22T06:30:01.123456Z"

    async def test_what_stays_is_no_event(self, desk, file, show):
        await file(filing(1))
        assert await desk.write(lambda c: units.move(c, 1, "financeiro", None, "maria", NOW))
        assert len((await show(1))["history"]) == 1

    async def test_there_is_no_such_ticket(self, desk):
        assert not await desk.write(lambda c: units.move(c, 9, "comercial", None, "maria", NOW))

    async def test_no_other_word_is_a_priority(self, desk, file):
        await file(filing(1))
        with pytest.raises(ValueError, match="Urgente"):
            await desk.write(lambda c: units.move(c, 1, None, "Urgente", "maria", NOW))


async def test_filing_nothing_writes_nothing(desk, file):
    await file()
    count = select(func.count()).select_from(schema.messages)
    assert await desk.read(lambda connection: connection.execute(count).scalar()) == 0
