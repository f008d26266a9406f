"""The relay side: what each answer of a real SMTP server means for the message."""

import asyncio

import pytest

from channels.mail.options import Relay
from channels.mail.relay import RelaySender
from domain.errors import SendFailed
from tests.channels.mail.outgoing import NOW, message, relaying
from tests.channels.mail.reading import MAILBOX
from tests.patience import PATIENCE


def sender_to(port, timeout=5.0, content_timeout=5.0, **given):
    relay = Relay(host="127.0.0.1", port=port, tls="none", **given)
    return RelaySender(
        relay,
        MAILBOX,
        hostname="mx",
        password=None,
        now=lambda: NOW,
        timeout=timeout,
        content_timeout=content_timeout,
    )


async def failure(sender, **given):
    with pytest.raises(SendFailed) as failed:
        await sender.send(message(**given))
    return failed.value


async def test_a_message_goes_to_one_recipient_from_nobody_and_the_relays_word_is_its_id():
    async with relaying() as relay:
        sender = sender_to(relay.port)
        assert await sender.send(message()) == "OK queued as ABC"
        await sender.close()

    ((mail_from, recipients, content),) = relay.received
    assert (mail_from, recipients) == ("<>", ["ana@cliente.example"])
    assert b"Auto-Submitted: auto-replied\r\n" in content


async def test_one_connection_serves_many_messages_and_few_serve_a_crowd():
    async with relaying() as relay:
        sender = sender_to(relay.port)
        for _ in range(5):
            await sender.send(message())
        assert relay.connections == 1
        await asyncio.gather(*(sender.send(message()) for _ in range(20)))
        assert relay.connections <= 4
        await sender.close()
    assert len(relay.received) == 25


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "permanent"), [("450 4.2.0 later", False), ("550 5.7.1 segredo", True)])
async def test_4xx_is_tried_again_and_5xx_is_buried(command, answer, permanent):
    async with relaying({command: [answer]}) as relay:
        sender = sender_to(relay.port)
        error = await failure(sender)
        assert (error.permanent, error.outcome_unknown) == (permanent, False)
        assert "segredo" not in str(error)
        assert await sender.send(message())
        assert relay.connections == 1, "a refusal does not cost the connection"
        await sender.close()
    assert len(relay.received) == 1


async def test_a_connection_cut_after_the_final_dot_leaves_the_outcome_unknown():
    async with relaying({"DATA": ["drop"]}) as relay:
        sender = sender_to(relay.port)
        error = await failure(sender)
        await sender.close()

    assert (error.permanent, error.outcome_unknown) == (False, True)
    assert len(relay.received) == 1


async def test_a_kept_connection_gone_stale_costs_nothing():
    async with relaying({"MAIL": ["250 OK", "drop"]}) as relay:
        sender = sender_to(relay.port)
        await sender.send(message())
        await sender.send(message())
        await sender.close()
    assert relay.connections == 2
    assert len(relay.received) == 2


async def test_a_relay_that_always_cuts_before_the_content_is_temporary_trouble():
    async with relaying({"MAIL": ["drop"] * 9}) as relay:
        sender = sender_to(relay.port)
        error = await failure(sender)
        await sender.close()
    assert (error.permanent, error.outcome_unknown) == (False, False)


async def test_no_relay_at_all_is_temporary_trouble():
    async with relaying() as relay:
        port = relay.port
    error = await failure(sender_to(port))

    assert (error.permanent, error.outcome_unknown) == (False, False)


async def test_a_relay_that_is_silent_is_temporary_trouble():
    gone = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        error = await failure(sender_to(server.sockets[0].getsockname()[1], timeout=0.1))
        await asyncio.wait_for(gone.wait(), PATIENCE)
    assert (error.permanent, error.outcome_unknown) == (False, False)


@pytest.mark.parametrize("given", [{"tls": "starttls"}, {"username": "u"}])
async def test_settings_that_do_not_fit_the_relay_bury_nothing(given):
    """A wrong password or a relay without TLS is for a person to mend; the mail waits."""
    async with relaying() as relay:
        settings = Relay(host="127.0.0.1", port=relay.port, **{"tls": "none", **given})
        sender = RelaySender(settings, MAILBOX, hostname="mx", password="p", now=lambda: NOW, timeout=2)
        assert not (await failure(sender)).permanent
        await sender.close()


@pytest.mark.parametrize("to", ["", "scanner", "a@b.example, c@d.example", "a@b.example\r\nRCPT TO:<c@d.example>"])
async def test_what_is_no_address_is_permanent_and_reaches_no_relay(to):
    async with relaying() as relay:
        error = await failure(sender_to(relay.port), to=to)
    assert error.permanent
    assert relay.connections == 0


async def test_an_address_outside_ascii_needs_a_relay_that_takes_it():
    async with relaying() as relay:
        sender = sender_to(relay.port)
        await sender.send(message(to="josé@cliente.example"))
        await sender.close()
    assert relay.received[0][1] == ["josé@cliente.example"]
