"""Mailboxes on a real Dovecot, while all is well: what is taken, when, and what is left behind."""

import asyncio
import time
from datetime import timedelta

import pytest
from imapclient import IMAPClient

from domain.errors import ConnectionLost, CredentialsRejected
from tests.channels.imap.mailbox import Kept, mail, reader
from tests.channels.imap.transport import receiver_of, receiving
from tests.dovecot import ACCENTED, ACCENTED_PASSWORD
from tests.patience import PATIENCE, until


@pytest.fixture
def box(shared_dovecot):
    return shared_dovecot.user()


async def test_only_mail_from_now_on_is_taken_and_idle_brings_it_at_once(shared_dovecot, box, tmp_path):
    shared_dovecot.deliver(mail("antiga"), user=box)
    intake = Kept()

    async with receiving(reader(shared_dovecot, tmp_path, box, poll="10m"), intake):
        shared_dovecot.deliver(mail("nova"), user=box)
        began = time.monotonic()
        await until(lambda: intake.raws)

    assert intake.subjects() == ["nova"]
    assert time.monotonic() - began < 60
    assert intake.ledger.of().upto == 2


async def test_the_bytes_are_those_of_the_mailbox_and_the_envelope_says_where_it_was(shared_dovecot, box, tmp_path):
    intake, content = Kept(), mail(body="acentuação \xff\r\n")

    async with receiving(reader(shared_dovecot, tmp_path, box), intake):
        shared_dovecot.deliver(content, user=box)
        await until(lambda: intake.raws)

    raw = next(iter(intake.raws.values()))
    assert raw.payload == content
    assert (raw.channel, raw.envelope["folder"], raw.envelope["uid"]) == ("canal", "INBOX", 1)
    assert raw.envelope["uid_validity"] == intake.ledger.of().uid_validity


async def test_nothing_is_changed_in_the_mailbox_unless_it_is_asked_for(shared_dovecot, box, tmp_path):
    intake = Kept()

    async with receiving(reader(shared_dovecot, tmp_path, box), intake):
        shared_dovecot.deliver(mail(), user=box)
        await until(lambda: intake.ledger.mails)

    assert [name.endswith(":2,S") for name in shared_dovecot.files(box)] == [False]


@pytest.mark.parametrize(("flag", "shown"), [("seen", b"\\Seen"), ("Balcao", b"Balcao")])
async def test_a_mail_that_is_ours_is_flagged(flag, shown, shared_dovecot, box, tmp_path):
    intake = Kept()

    async with receiving(reader(shared_dovecot, tmp_path, box, flag=flag), intake):
        shared_dovecot.deliver(mail(), user=box)
        await until(lambda: intake.ledger.settled)

    with IMAPClient("127.0.0.1", shared_dovecot.port, ssl=False) as client:
        client.login(box, "segredo")
        client.select_folder("INBOX", readonly=True)
        assert shown in client.get_flags([1])[1]


async def test_a_mail_that_is_ours_is_moved_to_a_folder_that_is_made_for_it(shared_dovecot, box, tmp_path):
    intake = Kept()

    async with receiving(reader(shared_dovecot, tmp_path, box, flag="Seen", move_to="Atendidos & Cia"), intake):
        for _ in range(3):
            shared_dovecot.deliver(mail(), user=box)
        await until(lambda: len(intake.ledger.settled) == 3)

    assert shared_dovecot.files(box) == []
    with IMAPClient("127.0.0.1", shared_dovecot.port, ssl=False) as client:
        client.login(box, "segredo")
        client.select_folder("Atendidos & Cia", readonly=True)
        assert all(b"\\Seen" in flags for flags in client.get_flags(client.search()).values())
        assert len(client.search()) == 3


async def test_several_folders_are_read_and_one_that_is_not_there_holds_up_none(shared_dovecot, box, tmp_path):
    shared_dovecot.maildir(box, "Suporte")
    intake = Kept()
    folders = ["INBOX", "Suporte", "Sumida"]

    async with receiving(reader(shared_dovecot, tmp_path, box, folders=folders), intake):
        shared_dovecot.deliver(mail("um"), user=box)
        shared_dovecot.deliver(mail("dois"), user=box, folder="Suporte")
        await until(lambda: len(intake.raws) == 2)
        assert "the server does not open the folder" in intake.ledger.of("Sumida").trouble
        shared_dovecot.maildir(box, "Sumida")
        await until(lambda: intake.ledger.of("Sumida").trouble is None)

    assert sorted(intake.subjects()) == ["dois", "um"]


async def test_a_mail_thrown_away_or_not_finished_is_not_taken_until_that_changes(shared_dovecot, box, tmp_path):
    intake = Kept()

    def flagged(change, *flags):
        with IMAPClient("127.0.0.1", shared_dovecot.port, ssl=False) as client:
            client.login(box, "segredo")
            client.select_folder("INBOX")
            if change == "append":
                client.append("INBOX", mail("rascunho"), flags)
            else:
                client.remove_flags([1], flags)

    async with receiving(reader(shared_dovecot, tmp_path, box, reconcile="1s"), intake):
        await asyncio.to_thread(flagged, "append", b"\\Draft", b"\\Deleted")
        shared_dovecot.deliver(mail("inteira"), user=box)
        await until(lambda: intake.raws)
        assert intake.subjects() == ["inteira"]
        await asyncio.to_thread(flagged, "remove", b"\\Draft", b"\\Deleted")
        await until(lambda: len(intake.raws) == 2)


async def test_five_thousand_mails_are_left_alone_and_taken_all_when_asked_for(shared_dovecot, box, tmp_path):
    """None of the older ones is acknowledged; what arrives meanwhile is."""
    for number in range(5000):
        shared_dovecot.deliver(mail(f"antiga {number}"), user=box, age=3600)
    shared_dovecot.deliver(mail("velha demais"), user=box, age=40 * 86400)
    intake = Kept()

    async with receiving(reader(shared_dovecot, tmp_path, box), intake):
        shared_dovecot.deliver(mail("nova"), user=box)
        await until(lambda: intake.raws)
        assert intake.subjects() == ["nova"]
    async with receiving(reader(shared_dovecot, tmp_path, box, backfill=timedelta(days=30)), intake):
        await until(lambda: intake.ledger.of().backfill is None and len(intake.raws) == 5001)
        shared_dovecot.deliver(mail("novíssima"), user=box)
        await until(lambda: len(intake.raws) == 5002)

    assert len(intake.silent()) == 5000
    assert "velha demais" not in intake.subjects()
    assert intake.repeated == 0


async def test_a_backfill_that_is_interrupted_is_taken_up_again(shared_dovecot, box, tmp_path):
    for number in range(300):
        shared_dovecot.deliver(mail(f"antiga {number}"), user=box, age=3600)
    intake = Kept()
    async with receiving(reader(shared_dovecot, tmp_path, box, backfill=timedelta(days=1)), intake):
        await until(lambda: intake.raws)
    half = len(intake.raws)

    async with receiving(reader(shared_dovecot, tmp_path, box), intake):
        await until(lambda: len(intake.raws) == 300)

    assert 0 < half <= 300
    assert len(intake.silent()) == 300


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_tls_is_verified(tls, shared_dovecot, box, tmp_path):
    port = shared_dovecot.tls_port if tls == "implicit" else shared_dovecot.port
    options = {"tls": tls, "port": port, "ca": str(shared_dovecot.ca)}
    intake = Kept()

    async with receiving(reader(shared_dovecot, tmp_path, box, **options), intake):
        shared_dovecot.deliver(mail(), user=box)
        await until(lambda: intake.raws)
    with pytest.raises(ConnectionLost, match="certificate verify failed"):
        async with receiving(reader(shared_dovecot, tmp_path, box, **(options | {"ca": None})), intake):
            pass


async def test_a_wrong_password_is_a_persons_business(shared_dovecot, box, tmp_path):
    wrong = receiver_of(shared_dovecot, tmp_path, username=box, secrets={"env:IMAP_PASSWORD": "errado"})

    with pytest.raises(CredentialsRejected, match="refuses our credentials") as refused:
        await wrong.run(Kept(), lambda: None)
    assert "errado" not in repr(refused.value) + refused.value.detail


async def test_passwords_need_not_be_ascii(shared_dovecot, tmp_path):
    intake, secrets = Kept(), {"env:IMAP_PASSWORD": ACCENTED_PASSWORD}
    receiver = receiver_of(shared_dovecot, tmp_path, username=ACCENTED, secrets=secrets)

    async with receiving(receiver, intake):
        assert intake.ledger.of().uid_validity


async def test_cancelling_stops_it_soon_and_closes_the_connection(shared_dovecot, box, tmp_path):
    async with receiving(reader(shared_dovecot, tmp_path, box), Kept()) as running:
        await asyncio.sleep(0.2)
        began = time.monotonic()
        running.cancel()
        await asyncio.wait([running], timeout=PATIENCE)
        assert running.cancelled()

    assert time.monotonic() - began < 10
