"""Contacts meet only on proof or by a person's word; a merge moves tickets, loses nothing, and can be undone."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.interaction import Party
from store import contacts, merging, queries
from store import desk as store_desk
from store.schema import contact_addresses, messages, tickets
from tests.samples import NOON, call, chat, mail
from tests.samples_filing import acknowledged

ANA = "ana@cliente.example"
ANAS_MAIL = (("mail", ANA),)
LATER = NOON + timedelta(hours=1)


class Desk:
    """A ticket store into which tickets are filed one after another; numbers count from 1."""

    def __init__(self, database):
        self.database, self.number = database, 0

    async def file(self, *interactions):
        filings = []
        for said in interactions:
            self.number += 1
            filings.append(acknowledged(said, self.number))
        while True:
            try:
                await self.database.write(lambda c: store_desk.file(c, filings, NOON, "2026-11-22T12"))
            except IntegrityError:
                continue  # somebody else was there first: the pipeline decides anew, too
            return self.number

    async def chat(self, sender="v-1", *, vouched=(), channel="site", name="Bia"):
        identity = f"{channel}:{self.number}"
        return await self.file(
            chat(channel=channel, identity=identity, sender=Party(address=sender, name=name), vouched=vouched,
                 conversation_key=identity)
        )  # fmt: skip

    async def mail(self, sender=ANA):
        return await self.file(mail(identity=f"mail:{self.number}", message_id=None, sender=sender))

    async def people(self):
        """contact → its addresses, in a fixed order."""

        def unit(connection):
            found = {}
            for row in connection.execute(select(contact_addresses).order_by(contact_addresses.c.address)):
                found.setdefault(row.contact, []).append(row.address)
            return found

        return await self.database.read(unit)

    async def owners(self):
        """ticket → contact."""
        query = select(tickets.c.number, tickets.c.contact)
        return await self.database.read(lambda c: {row.number: row.contact for row in c.execute(query)})

    async def merge(self, kept, merged):
        return await self.database.write(lambda c: merging.merge(c, kept, merged, who="maria", reason=None, now=LATER))

    async def undo(self, kept):
        def unit(connection):
            done = merging.last_merge(connection, kept)
            return merging.undo(connection, done, who="rui", now=LATER)

        return await self.database.write(unit)

    async def split(self, contact, *addresses):
        return await self.database.write(lambda c: merging.split(c, contact, addresses, who="maria", now=LATER))

    async def history(self, number):
        found = await self.database.read(lambda c: queries.ticket(c, number))
        return [(event["who"], event["from"], event["to"], event["reason"]) for event in found["history"]
                if event["what"] == "contact"]  # fmt: skip


@pytest.fixture
def house(desk):
    return Desk(desk)


async def test_without_proof_every_address_is_a_contact_of_its_own(house):
    """The same name, the same words, a caller id that says it is the same number: proof of nothing."""
    await house.mail()
    await house.chat("v-1")
    await house.chat("v-1", channel="outro")
    await house.file(call(identity="call:x", return_path="x"))

    assert sorted(map(len, (await house.people()).values())) == [1, 1, 1, 1]


async def test_a_new_sender_joins_the_contact_of_an_address_that_the_channel_vouches_for(house):
    await house.mail()
    await house.chat("v-1", vouched=ANAS_MAIL)

    assert await house.people() == {1: [ANA, "v-1"]}
    assert await house.owners() == {1: 1, 2: 1}


async def test_an_address_that_was_vouched_for_first_is_known_when_somebody_writes_from_it(house):
    await house.chat("v-1", vouched=ANAS_MAIL)
    await house.mail(" ANA@cliente.example ")

    assert await house.people() == {1: [ANA, "v-1"]}


async def test_two_contacts_that_prove_to_be_one_are_merged_into_the_older_with_their_tickets(house):
    await house.chat("v-1")
    await house.mail()
    await house.chat("v-1", vouched=ANAS_MAIL)

    assert await house.people() == {1: [ANA, "v-1"]}
    assert await house.owners() == {1: 1, 2: 1, 3: 1}
    assert await house.history(2) == [("balcao", "2", "1", f"same verified address {ANA}")]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
async def test_strangers_of_one_batch_meet_through_each_other(house, order):
    """Three chats that all speak of one mail address, two of them known before: one person in the end."""
    await house.chat("v-0")
    await house.chat("v-1")
    said = [
        chat(identity=f"x:{n}", sender=Party(address=f"v-{n}"), conversation_key=f"x{n}", vouched=ANAS_MAIL)
        for n in order
    ]
    await house.file(*said)

    assert await house.people() == {1: [ANA, "v-0", "v-1", "v-2"]}
    assert set((await house.owners()).values()) == {1}


async def test_a_merge_by_a_person_moves_tickets_and_can_be_undone(house):
    await house.mail()
    await house.chat("v-1")
    assert await house.merge(1, 2) == 1
    await house.chat("v-1")

    assert set((await house.owners()).values()) == {1}
    assert await house.undo(1) == (2, 3)
    assert await house.people() == {1: [ANA], 2: ["v-1"]}
    assert await house.owners() == {1: 1, 2: 2, 3: 2}
    assert await house.history(2) == [("maria", "2", "1", "merge 1"), ("rui", "1", "2", "merge 1 undone")]


async def test_a_nameless_contact_borrows_the_name_until_the_merge_is_undone(house):
    await house.file(replace(mail(), sender=Party(address=ANA)))
    await house.chat("v-1")
    await house.merge(1, 2)
    shown = await house.database.read(lambda c: contacts.contact(c, 1))
    await house.undo(1)
    back = await house.database.read(lambda c: contacts.contact(c, 1))

    assert (shown["name"], back["name"]) == ("Bia", None)


async def test_who_was_taken_apart_by_a_person_is_not_brought_together_by_proof(house):
    await house.chat("v-1")
    await house.mail()
    await house.chat("v-1", vouched=ANAS_MAIL)
    await house.undo(1)
    await house.chat("v-1", vouched=ANAS_MAIL)

    assert await house.people() == {1: ["v-1"], 2: [ANA]}
    assert await house.owners() == {1: 1, 2: 2, 3: 1, 4: 1}


async def test_some_addresses_become_a_contact_of_their_own_with_the_tickets_they_opened(house):
    await house.chat("v-1", vouched=ANAS_MAIL)
    await house.mail()
    new, followed = await house.split(1, ("mail", ANA))
    await house.chat("v-1", vouched=ANAS_MAIL)

    assert (new, followed) == (2, (2,))
    assert await house.people() == {1: ["v-1"], 2: [ANA]}
    assert await house.owners() == {1: 1, 2: 2, 3: 1}


@pytest.mark.parametrize("inner_first", [True, False])
async def test_merges_of_merges_are_undone_in_any_order(house, inner_first):
    for sender in ("v-1", "v-2", "v-3"):
        await house.chat(sender)
    await house.merge(2, 3)
    await house.merge(1, 2)

    def unit(connection):
        inner = merging.last_merge(connection, 2)
        outer = merging.last_merge(connection, 1)
        for done in (inner, outer) if inner_first else (outer, inner):
            merging.undo(connection, done, who="rui", now=LATER)

    assert await house.people() == {1: ["v-1", "v-2", "v-3"]}
    await house.database.write(unit)
    assert await house.people() == {1: ["v-1"], 2: ["v-2"], 3: ["v-3"]}
    assert await house.owners() == {1: 1, 2: 2, 3: 3}


async def test_what_is_part_of_another_cannot_be_merged_once_more(house):
    for sender in ("v-1", "v-2", "v-3"):
        await house.chat(sender)
    await house.merge(1, 2)

    assert await house.merge(3, 2) is None
    assert await house.merge(1, 9) is None
    assert await house.database.read(lambda c: merging.current(c, 2)) == 1
    assert await house.database.read(lambda c: merging.current(c, 9)) is None


async def test_merges_amid_traffic_leave_no_ticket_with_a_contact_that_is_gone(house):
    """People merge and undo while tickets are being filed for the same contacts."""
    chance, senders = random.Random(3), [f"v-{n}" for n in range(6)]
    for sender in senders:
        await house.chat(sender)

    async def traffic():
        for _ in range(25):
            await house.chat(chance.choice(senders))

    async def people():
        for _ in range(6):
            for contact in range(2, 7):
                await house.merge(1, contact)
            for _ in range(5):
                await house.undo(1)
        for contact in range(2, 7):
            await house.merge(1, contact)

    await asyncio.gather(traffic(), people())

    assert set((await house.owners()).values()) == {1}
    assert await house.people() == {1: senders}
    count = await house.database.read(lambda c: len(c.execute(select(messages.c.id)).all()))
    assert count == house.number == 31
