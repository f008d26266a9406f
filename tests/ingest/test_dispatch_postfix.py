"""The dispatcher and a real Postfix as its relay: stopped and started again, refusing; a mailbox at the end."""

import asyncio
import email
from datetime import UTC, datetime, timedelta
from email import policy
from functools import partial

import pytest
from sqlalchemy import text

from channels.mail.options import Relay
from channels.mail.relay import RelaySender
from config.settings import Dispatch
from domain.mailbox import Mailbox
from domain.outgoing import SendState
from store import desk, outbox
from tests import postfix as postfixes
from tests.ingest.test_dispatch import Clock, answers, dispatch, store
from tests.samples import mail
from tests.samples_filing import acknowledged

__all__ = ["store"]

OURS = Mailbox(address="suporte@exemplo.com.br", name="Atendimento ção", recipients=frozenset(), plus_addressing=True)
REFUSING = (
    "smtpd_recipient_restrictions = check_recipient_access inline:{"
    " { cheia@cliente.example = 450 4.2.2 mailbox full } { ninguem@cliente.example = 550 5.1.1 no such user }"
    " { adeus@cliente.example = 421 4.3.2 closing the channel } }"
)


@pytest.fixture(scope="module")
def postfix():
    with postfixes.running(main=REFUSING) as one:
        yield one


def sender_to(postfix):
    relay = Relay(host="127.0.0.1", port=postfix.port, tls="none")
    return RelaySender(relay, OURS, hostname="mx", password=None, now=lambda: datetime.now(UTC), timeout=5)


async def fill_for(store, *addresses):
    def unit(connection):
        numbers = desk.allocate_numbers(connection, len(addresses))
        filings = [
            acknowledged(mail(identity=f"m{n}", sender=address), n)
            for n, address in zip(numbers, addresses, strict=True)
        ]
        desk.file(connection, filings, datetime.now(UTC), "2026-11-22T12")

    await store.write(unit)


async def counted(store, *states):
    """In one look: a message may change its state between two."""
    counts = await store.read(outbox.counts)
    return sum(counts[state] for state in states)


async def test_a_relay_that_is_down_for_a_day_loses_nothing_and_doubles_nothing(store, postfix):
    customers = [f"cliente{number}@cliente.example" for number in range(12)]
    await fill_for(store, *customers)
    clock, sender, began = Clock(datetime.now(UTC)), sender_to(postfix), datetime.now(UTC)
    await asyncio.to_thread(postfix.stop)

    async def a_day_passed():
        clock.moment += timedelta(minutes=20)
        return clock.moment > began + timedelta(days=1)

    await dispatch(store, sender, until=a_day_passed, delays=Dispatch().retry_delays, now=clock, grace=5)
    assert await counted(store, SendState.PENDING) == 12
    await asyncio.to_thread(postfix.start)

    async def all_sent():
        return await counted(store, SendState.SENT) == 12

    await dispatch(store, sender, until=all_sent, delays=Dispatch().retry_delays, now=clock, grace=5)
    await sender.close()
    arrived = partial(postfix.wait_for, lambda: all(map(postfix.delivered, customers)), "every mail at its mailbox")
    await asyncio.to_thread(arrived)
    assert [len(postfix.delivered(customer)) for customer in customers] == [1] * 12
    one = email.message_from_bytes(postfix.delivered(customers[0])[0], policy=policy.default)
    assert (one["Return-Path"], one["Auto-Submitted"]) == ("<>", "auto-replied")
    assert str(one["From"]) == "Atendimento ção <suporte@exemplo.com.br>"


@pytest.mark.parametrize(
    ("name", "state", "tries", "words"),
    [
        ("cheia", "failed", 3, "the relay answered 450"),
        ("adeus", "failed", 3, "the relay answered 421"),
        ("ninguem", "failed", 1, "the relay answered 550"),
        ("ana", "sent", 1, None),
    ],
)
async def test_what_the_relay_says_of_one_recipient_concerns_that_one(name, state, tries, words, store, postfix):
    """Put off: tried again until it is given up. Refused: buried at once. The neighbours are delivered."""
    await fill_for(store, f"{name}@cliente.example", "vizinha@cliente.example")
    sender, before = sender_to(postfix), len(postfix.delivered("vizinha@cliente.example"))

    async def decided():
        return await counted(store, SendState.PENDING, SendState.SENDING) == 0

    await dispatch(store, sender, until=decided, delays=(0.01, 0.01))
    await sender.close()
    found = [(await answers(store, number))[0] for number in (1, 2)]
    attempts = text("SELECT attempts FROM outbox ORDER BY id")
    assert [(one["state"], one["reason"]) for one in found] == [(state, words), ("sent", None)]
    assert await store.read(lambda connection: connection.execute(attempts).scalars().all()) == [tries, 1]
    there = partial(
        postfix.wait_for, lambda: len(postfix.delivered("vizinha@cliente.example")) > before, "the neighbour"
    )
    await asyncio.to_thread(there)
