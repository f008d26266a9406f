"""Attack 40 for our own calls (replies, providers' APIs, tokens): a name that leads inside [no request leaves].

The real callers are run; names are resolved by the test, and whatever would be connected to is a server that listens.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from channels import outward
from channels.api_call import ApiCaller
from channels.fields import Url
from channels.http_posting import Poster
from channels.imap.options import OAuth
from channels.outward import PUBLIC, Outward
from channels.voice.transcribe import ByService
from config.attachments import S3
from config.fields import CollectorUrl
from domain.errors import SendFailed, TranscriptionFailed
from tests.files_server import Names, files_server

ROOT = Path(__file__).parents[2]
INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0", "::1",
    "fd00:ec2::254", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1",
    "::127.0.0.1", "fe80::1", "::ffff:0:7f00:1",
]  # fmt: skip


@pytest.fixture(autouse=True)
def names(monkeypatch):
    """Resolves for every caller."""
    made = Names()
    monkeypatch.setattr(outward, "ThreadedResolver", lambda: made)
    return made


async def posted(url, allowed=()):
    poster = Poster(seconds=2, outward=Outward.allowing(allowed))
    try:
        return await poster.post(url, b"{}", {"Content-Type": "application/json", "webhook-signature": "s3cret"})
    finally:
        await poster.close()


async def called(url):
    caller = ApiCaller(who="Slack", seconds=2, outward=PUBLIC)
    try:
        return await caller.call("POST", url, "s3cret", {})
    finally:
        await caller.close()


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("call", [posted, called])
async def test_a_name_that_leads_inside_is_not_called(names, address, call):
    names.known["chat.example"] = [address]
    with pytest.raises(SendFailed, match="not public") as raised:
        await call("https://chat.example/balcao")
    assert not raised.value.permanent, "who mends the name or the settings loses nothing"
    assert "web.inside" in str(raised.value)
    assert "s3cret" not in str(raised.value) + raised.value.detail


async def test_one_address_inside_among_public_ones_is_enough(names):
    names.known["chat.example"] = ["93.184.216.34", "127.0.0.1"]
    with pytest.raises(SendFailed, match=r"127\.0\.0\.1"):
        await posted("https://chat.example/balcao")


async def test_a_name_is_resolved_once_so_that_it_cannot_change_its_mind(names):
    """192.0.2.1 is in nobody's network, and allowed for this: it is asked, and nothing else is."""
    names.known["chat.example"] = ["192.0.2.1"]
    with pytest.raises(SendFailed):
        await posted("http://chat.example/balcao", ["192.0.2.0/24"])
    assert names.asked == ["chat.example"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
async def test_an_address_in_other_numbers_is_none(names, host):
    names.known[host] = ["127.0.0.1"]
    with pytest.raises(SendFailed):
        await posted(f"http://{host}/balcao")


async def test_what_the_settings_allow_is_called_and_its_redirects_are_not_followed(names):
    async with files_server() as peer, files_server() as inside:
        inside.answers["/x"] = b"secret"
        peer.answers["/ok"] = b"{}"
        peer.answers["/away"] = (302, {"Location": f"{inside.origin}/x"}, None)
        port = peer.origin.rpartition(":")[2]
        names.known["chat.example"] = ["127.0.0.1"]
        allowed = ["127.0.0.0/8"]
        assert await posted(f"http://chat.example:{port}/ok", allowed) == b"{}"
        with pytest.raises(SendFailed, match="302"):
            await posted(f"http://chat.example:{port}/away", allowed)
        assert inside.asked == []


async def test_a_transcription_service_behind_a_name_that_leads_inside_is_not_called(names):
    names.known["fala.example"] = ["10.0.0.1"]
    service = ByService(url="http://fala.example/", token="s3cret", seconds=timedelta(seconds=2).total_seconds(),
                        largest=10, outward=PUBLIC)  # fmt: skip
    with pytest.raises(TranscriptionFailed) as raised:
        await service.transcribe(b"x", "audio/wav")
    assert "s3cret" not in str(raised.value)


class Settings(BaseModel):
    url: Url


class Tracing(BaseModel):
    traces: CollectorUrl


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "http://[fe80::1]/", "http://0.0.0.0/", "http://[::]/", "http://2130706433/",
     "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/", "http://[::ffff:169.254.169.254]/", "file:///etc/passwd",
     "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/", "http://[::ffff:0:a9fe:a9fe]/",
     "gopher://a.example/", "http://a@b.example/", "http://a.example\\@127.0.0.1/"],
)  # fmt: skip
def test_the_settings_take_no_address_that_no_peer_has_and_none_in_disguise(url):
    with pytest.raises(ValidationError):
        Settings(url=url)
    with pytest.raises(ValidationError):
        OAuth(token_url=url, client_id="x")
    with pytest.raises(ValidationError):
        S3(bucket="balcao", endpoint=url, insecure=True)
    with pytest.raises(ValidationError):
        Tracing(traces=url)
    assert Settings(url="http://10.0.0.5:8080/balcao").url == "http://10.0.0.5:8080/balcao"


CALLERS = re.compile(
    r"ClientSession\(|TCPConnector\(|aiohttp\.request|httpx\.|HTTPXRequest|botocore\.|urlopen|urllib3|http\.client"
    r"|requests\.(get|post)|open_connection\(|create_connection\(|IMAPClient\(|aiosmtplib|SMTP\(|aio_pika\.connect"
)
GUARDED = {
    "channels/http_session.py": "_outward.connector()",
    "channels/outward.py": "_Outside(",
    "channels/imap/tokens.py": "_outward.connector()",
    "channels/voice/transcribe.py": "outward.connector()",
    "ingest/download.py": "_PublicOnly(",
}
ELSEWHERE = {
    "channels/imap/client.py": "a mailbox: host and port are the settings' own",
    "channels/mail/pool.py": "connections that relay.py has opened, kept",
    "channels/mail/relay.py": "a relay: host and port are the settings' own",
    "channels/voice/ami.py": "Asterisk's manager: host and port are the settings' own",
    "ingest/commands/status.py": "the private site of this very daemon",
    "store/broker.py": "RabbitMQ: its hosts are the settings' own",
    "channels/telegram/client.py": "httpx of python-telegram-bot: base_url is the settings' own; https proves the host",
    "store/bucket.py": "botocore: the endpoint is the settings' own, and how AWS's metadata is found is botocore's",
}


def test_whoever_calls_out_stands_behind_a_guard_or_has_its_reason():
    """A new one must choose: a session of http_session.py, a connector of outward.py, or a line above."""
    found = {}
    for folder in ("channels", "config", "domain", "ingest", "store", "triage", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if CALLERS.search(text):
                found[path.relative_to(ROOT).as_posix()] = text
    assert set(found) == set(GUARDED) | set(ELSEWHERE)
    assert [path for path, guard in GUARDED.items() if guard not in found[path]] == []
