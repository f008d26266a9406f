"""A real Dovecot that is killed, restarted and renumbered, and tokens that expire: nothing is lost, nothing twice."""

import asyncio
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from domain.errors import ConnectionLost, CredentialsRejected, IntakeUnavailable, ReceiverError
from ingest import supervise
from ingest.supervise import Liveness, PartState, keep_running, spawn
from tests import dovecot as dovecots
from tests.channels.imap.mailbox import Kept, mail, reader
from tests.channels.imap.transport import receiver_of, receiving
from tests.dovecot import SUPPORT
from tests.patience import PATIENCE, until


async def broken(running):
    """The error that ends `running`, soon."""
    await asyncio.wait([running], timeout=PATIENCE)
    assert running.done(), "the death of the server was not noticed"
    return running.exception()


async def test_a_server_killed_during_idle_is_noticed_at_once(dovecot, tmp_path):
    """imapclient alone takes its end of file for silence, some 80,000 times a second."""
    async with receiving(reader(dovecot, tmp_path, SUPPORT, idle="20m"), Kept()) as running:
        await asyncio.sleep(0.3)
        dovecot.kill()

        assert isinstance(await broken(running), ConnectionLost)


async def test_after_an_outage_it_catches_up_with_everything(dovecot, tmp_path):
    intake, receiver = Kept(), reader(dovecot, tmp_path, SUPPORT)
    async with receiving(receiver, intake) as running:
        dovecot.deliver(mail("antes"))
        await until(lambda: intake.raws)
        dovecot.kill()
        await broken(running)
    for number in range(250):
        dovecot.deliver(mail(f"durante {number}"), age=number * 1000)
    with pytest.raises(ConnectionLost, match="could not connect"):
        await receiver.run(intake, lambda: None)
    dovecot.start()

    async with receiving(receiver, intake):
        await until(lambda: len(intake.raws) == 251)

    assert (intake.repeated, intake.silent()) == (0, [])
    assert intake.ledger.missing == {}


class Unhurried(Kept):
    """Takes its time over each batch, so that there is a moment between them."""

    async def accept(self, raw):
        await asyncio.sleep(0.05)
        return await super().accept(raw)


async def test_killed_again_and_again_while_it_fetches_nothing_is_lost_or_doubled(dovecot, tmp_path):
    intake, receiver = Unhurried(), reader(dovecot, tmp_path, SUPPORT)
    async with receiving(receiver, intake):
        pass
    for number in range(600):
        dovecot.deliver(mail(f"carta {number}"))
    deaths, had = 0, -1
    while len(intake.raws) < 600:
        running = asyncio.ensure_future(receiver.run(intake, lambda: None))
        await until(lambda before=had: len(intake.raws) > before)
        had = len(intake.raws)
        dovecot.kill()
        deaths += 1
        await broken(running)
        dovecot.start()

    assert deaths > 1
    async with receiving(receiver, intake):
        await until(lambda: len(intake.raws) == 600)
    assert sorted(intake.subjects()) == sorted(f"carta {number}" for number in range(600))


async def test_another_uidvalidity_is_looked_through_and_known_mail_is_known(dovecot, tmp_path):
    """Mail from before our time stays untaken; what came during the renumbering is new and will be acknowledged."""
    dovecot.deliver(mail("antes de nós"), age=7200)
    intake, receiver = Kept(), reader(dovecot, tmp_path, SUPPORT)
    async with receiving(receiver, intake):
        for number in range(5):
            dovecot.deliver(mail(f"nossa {number}"))
        await until(lambda: len(intake.raws) == 5)
    before = intake.ledger.of().uid_validity
    dovecot.stop()
    dovecot.renumber()
    dovecot.deliver(mail("no meio"))
    await asyncio.sleep(1.1)  # the new UIDVALIDITY is the second of its making
    dovecot.start()

    async with receiving(receiver, intake):
        await until(lambda: len(intake.raws) == 6)
        await until(lambda: intake.ledger.of().backfill is None)
        dovecot.deliver(mail("depois"))
        await until(lambda: len(intake.raws) == 7)

    assert intake.ledger.of().uid_validity != before
    assert intake.subjects()[5:] == ["no meio", "depois"]
    assert (intake.repeated, intake.silent()) == (5, [])


async def test_what_is_missing_in_the_journal_is_found_and_fetched(dovecot, tmp_path):
    intake = Kept()
    async with receiving(reader(dovecot, tmp_path, SUPPORT), intake):
        for number in range(3):
            dovecot.deliver(mail(f"carta {number}"))
        await until(lambda: len(intake.ledger.mails) == 3)
    lost = next(key for key, raw in intake.raws.items() if raw.envelope["uid"] == 2)
    del intake.raws[lost], intake.ledger.mails[1, 2]

    async with receiving(reader(dovecot, tmp_path, SUPPORT, reconcile="1s"), intake):
        await until(lambda: len(intake.raws) == 3)
        await until(lambda: not intake.ledger.missing)

    assert intake.silent() == []


async def test_a_mail_that_the_server_cannot_read_holds_up_no_other(dovecot, tmp_path):
    """It is remembered with the server's words, and comes in once the server can read it."""
    intake, receiver = Kept(), reader(dovecot, tmp_path, SUPPORT, reconcile="1s")
    async with receiving(receiver, intake):
        pass
    dovecot.stop()
    names = [dovecot.deliver(mail(f"carta {number}")) for number in range(5)]
    unreadable = dovecot.maildir() / "new" / names[2]
    unreadable.chmod(0)
    dovecot.start()

    async with receiving(receiver, intake) as running:
        await until(lambda: len(intake.raws) == 4 and intake.ledger.missing)
        gap = next(iter(intake.ledger.missing.values()))
        assert gap.uid == 3
        assert gap.reason
        dovecot.deliver(mail("carta 5"))
        await until(lambda: len(intake.raws) == 5)
        next((dovecot.maildir() / part).glob(f"{names[2]}*") for part in ("cur", "new"))
        for path in [path for part in ("cur", "new") for path in (dovecot.maildir() / part).glob(f"{names[2]}*")]:
            path.chmod(0o644)
        intake.ledger.missing[1, 3] = gap.__class__(**{name: getattr(gap, name) for name in gap.__slots__}
                                                    | {"retry_at": gap.noted_at})  # fmt: skip
        await until(lambda: len(intake.raws) == 6)
        await until(lambda: not intake.ledger.missing)
        assert not running.done(), "the channel went on without a restart"


async def test_a_mail_that_breaks_the_connection_of_its_folder_leaves_the_other_folders_alone(dovecot, tmp_path):
    dovecot.maildir(folder="Suporte")
    intake, receiver = Kept(), reader(dovecot, tmp_path, SUPPORT, folders=["INBOX", "Suporte"])
    troubles = []
    intake.ledger.trouble = noting(troubles, intake.ledger.trouble)
    async with receiving(receiver, intake) as running:
        unreadable = dovecot.maildir(folder="Suporte") / "new" / dovecot.deliver(mail("ilegível"), folder="Suporte")
        unreadable.chmod(0)
        dovecot.deliver(mail("vizinha"), folder="Suporte")
        dovecot.deliver(mail("outra pasta"))
        await until(lambda: len(intake.raws) == 2 and intake.ledger.missing)
        assert not running.done()

    assert sorted(intake.subjects()) == ["outra pasta", "vizinha"]
    suporte = intake.ledger.of("Suporte").key
    assert {key for key, trouble in troubles if trouble} <= {suporte}
    assert intake.ledger.of("Suporte").trouble is None


def noting(seen, call):
    """`call`, and what it was called with."""

    async def noted(*given):
        seen.append(given)
        return await call(*given)

    return noted


async def test_mail_stays_in_its_folder_while_the_journal_is_away(dovecot, tmp_path):
    intake = Kept(broken=IntakeUnavailable("disk full"))
    receiver = reader(dovecot, tmp_path, SUPPORT, flag="Seen")
    async with receiving(receiver, intake) as running:
        dovecot.deliver(mail())
        error = await broken(running)
    assert isinstance(error, ReceiverError)
    assert "mail stays in its folder" in str(error)
    assert intake.ledger.of().upto == 0
    assert not dovecot.files()[0].endswith("S")

    intake.broken = None
    async with receiving(receiver, intake):
        await until(lambda: intake.ledger.settled)
    assert dovecot.files()[0].endswith("S")


async def test_a_wrong_password_is_an_alarm_and_no_hot_loop(dovecot, tmp_path, monkeypatch):
    """The part says so; five minutes later it is tried again (here sooner), with the right password it goes up."""
    monkeypatch.setattr(supervise, "CREDENTIALS_DELAY", 0.6)
    liveness, tries = Liveness(), []
    receivers = [receiver_of(dovecot, tmp_path, username=SUPPORT, secrets={"env:IMAP_PASSWORD": password})
                 for password in ("errado", "segredo")]  # fmt: skip

    async def run(ready):
        tries.append(time.monotonic())
        await receivers[min(len(tries), 2) - 1].run(Kept(), ready)

    task = spawn(keep_running("caixa", run, liveness), name="caixa")
    try:
        await until(lambda: "caixa" in liveness.parts and liveness.parts["caixa"].state is PartState.DOWN)
        assert "refuses our credentials" in liveness.parts["caixa"].detail
        await until(lambda: liveness.parts["caixa"].state is PartState.UP)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(tries) == 2
    assert tries[1] - tries[0] > 0.3


class Provider:
    """A token endpoint, and the introspection by which Dovecot asks it whether a token is good (RFC 7662)."""

    def __init__(self):
        self.good, self.asked, self.refuses = set(), [], None

    def answer(self, path, fields):
        if path == "/token":
            self.asked.append(fields)
            if self.refuses:
                return 400, {"error": self.refuses, "error_description": "Token has been expired or revoked."}
            token = f"token-{len(self.asked)}"
            self.good.add(token)
            return 200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
        active = fields.get("token") in self.good
        return 200, {"active": active, "username": SUPPORT} if active else {"active": False}


@contextmanager
def provider():
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            status, document = state.answer(self.path, fields)
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def by_token(state, dovecot, tmp_path, **more):
    grant = {"token_url": f"{state.url}/token", "client_id": "balcao", "client_secret": "env:CLIENT_SECRET", **more}
    secrets = {"env:CLIENT_SECRET": "cliente", "env:REFRESH": "renovável"}
    return receiver_of(dovecot, tmp_path, username=SUPPORT, password=None, oauth=grant, secrets=secrets)


async def test_a_token_that_has_expired_is_replaced_without_a_persons_help(tmp_path):
    with provider() as state, dovecots.running(introspect=f"{state.url}/introspect") as dovecot:
        intake, receiver = Kept(), by_token(state, dovecot, tmp_path, scope="imap/.default")
        async with receiving(receiver, intake) as running:
            dovecot.deliver(mail("um"))
            await until(lambda: intake.raws)
            state.good.clear()  # withdrawn before its time
            dovecot.kill()
            await broken(running)
        dovecot.start()
        async with receiving(receiver, intake):
            dovecot.deliver(mail("dois"))
            await until(lambda: len(intake.raws) == 2)

    assert [asked["grant_type"] for asked in state.asked] == ["client_credentials"] * 2
    assert state.asked[0]["scope"] == "imap/.default"


async def test_a_refresh_token_that_was_withdrawn_is_a_persons_business(tmp_path):
    with provider() as state, dovecots.running(introspect=f"{state.url}/introspect") as dovecot:
        receiver = by_token(state, dovecot, tmp_path, refresh_token="env:REFRESH")
        async with receiving(receiver, Kept()):
            assert state.asked[0]["refresh_token"] == "renovável"
        state.good.clear()
        state.refuses = "invalid_grant"

        with pytest.raises(CredentialsRejected, match="invalid_grant: Token has been expired or revoked"):
            await receiver.run(Kept(), lambda: None)


async def test_a_token_that_the_server_refuses_twice_is_a_persons_business(tmp_path):
    with provider() as state, dovecots.running(introspect=f"{state.url}/introspect") as dovecot:
        state.good = type("Nothing", (), {"add": lambda *_: None, "__contains__": lambda *_: False})()

        with pytest.raises(CredentialsRejected, match="refuses our credentials"):
            await by_token(state, dovecot, tmp_path).run(Kept(), lambda: None)
        assert len(state.asked) == 2
