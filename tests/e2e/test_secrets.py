"""A secret in every setting that takes one, each recognisable; good and failing things done to each: none is shown.

Looked at: the log at debug level, what a start tells, the arguments of every process, the environment of programs that
we start, /readyz, /metrics, every answer, `check` and `status` in both forms, and what is on disk below var but for
the secrets themselves.
"""

import base64
import http.client
import http.server
import json
import os
import re
import smtplib
import stat
import subprocess
import threading
import time
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs

import pytest

from channels.signing import SigningKey, sign
from channels.voice.transcribe import ByCommand
from tests.e2e.daemon import BALCAO, Daemon, wait_for
from tests.e2e.looking import part
from tests.e2e.senders import chat_body, post, send_mail

pytestmark = pytest.mark.e2e

NAMES = (
    "SITE", "REPLY", "VOICE_PASSWORD", "VOICE_BEARER", "TWILIO", "RECORDINGS", "RELAY", "IMAP", "BOT", "BOT_HOOK",
    "APP", "APP_REPLY", "CHAT", "ALERTS", "SENTRY", "GRAFANA", "BEAT", "WHATSAPP_APP", "WHATSAPP_VERIFY", "WHATSAPP",
    "SLACK_SIGN", "SLACK", "META_APP", "META_VERIFY", "META_PAGE", "MAPPED", "MAPPED_HEADER", "TOKEN_KEY", "APP_SIGN",
    "S3_ACCESS", "S3_SECRET", "OAUTH_CLIENT", "OAUTH_REFRESH",
)  # fmt: skip
SECRETS = {f"S_{name}": f"geheim{index:02}{name.lower().replace('_', '')}x0123456789abcdef0123456789" for index, name in
           enumerate(NAMES)}  # fmt: skip
SECRETS["S_BOT"] = "123456789:geheimbotAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
MARK = re.compile(rb"geheim[0-9a-z]{4,}", re.IGNORECASE)
DEAD = "http://127.0.0.1:1"
CHANNELS = f"""\
  fone:
    kind: voice
    basic: {{user: pabx, password: env:S_VOICE_PASSWORD}}
    bearer: env:S_VOICE_BEARER
    twilio: {{account: AC1, token: env:S_TWILIO, public_url: "https://x.example/hooks/fone", api: "{DEAD}"}}
    recordings: {{url: "{DEAD}/", user: balcao, password: env:S_RECORDINGS}}
  caixa: {{kind: imap, host: 127.0.0.1, port: 1, tls: none, username: ana, password: env:S_IMAP}}
  moderna:
    kind: imap
    host: 127.0.0.1
    port: 1
    tls: none
    username: ana
    oauth:
      token_url: "ECHO"
      client_id: balcao
      client_secret: env:S_OAUTH_CLIENT
      refresh_token: env:S_OAUTH_REFRESH
  bot: {{kind: telegram, token: env:S_BOT, base_url: "{DEAD}"}}
  assinado:
    kind: webhook
    secrets: [env:S_SITE]
    reply: {{url: "{DEAD}/r", secret: env:S_REPLY, timeout: 1s}}
  aberto: {{kind: webhook, unsigned: true}}
  app:
    kind: app
    applications:
      portal:
        keys: [env:S_APP]
        secrets: [env:S_APP_SIGN]
        reply: {{url: "{DEAD}/a", secret: env:S_APP_REPLY}}
  chat: {{kind: chat, origins: ["https://x.example"], secrets: [env:S_CHAT]}}
  alertas: {{kind: alerts, bearer: env:S_ALERTS, sentry: env:S_SENTRY, grafana: env:S_GRAFANA}}
  sinais: {{kind: heartbeat, systems: {{backup: {{every: 1d, token: env:S_BEAT}}}}}}
  whatsapp:
    kind: whatsapp
    secrets: [env:S_WHATSAPP_APP]
    verify_token: env:S_WHATSAPP_VERIFY
    token: env:S_WHATSAPP
    api: "{DEAD}"
  slack: {{kind: slack, secrets: [env:S_SLACK_SIGN], token: env:S_SLACK, api: "{DEAD}"}}
  meta:
    kind: messenger
    secrets: [env:S_META_APP]
    verify_token: env:S_META_VERIFY
    accounts: [{{id: "1048300000", token: env:S_META_PAGE}}]
    api: "{DEAD}"
  mapeado:
    kind: mapped
    proof: {{scheme: bearer, secrets: [env:S_MAPPED]}}
    mapping: {{sender: from, text: text}}
    reply: {{url: "{DEAD}/m", headers: {{x-key: env:S_MAPPED_HEADER}}, body: {{text: "{{{{ text }}}}"}}}}
"""


WITH_FILE = (
    b"From: ana@cliente.example\r\nTo: suporte@exemplo.com.br\r\nSubject: anexo\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: application/pdf; name="nota.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQ=\r\n'
)
BUCKET = f"""\
attachments:
  place: s3
  s3: {{bucket: balcao, endpoint: "{DEAD}", access_key: env:S_S3_ACCESS, secret_key: env:S_S3_SECRET, timeout: 1s}}"""


class Echo(http.server.BaseHTTPRequestHandler):
    """A token endpoint that refuses, and repeats in its reason what it was sent."""

    heard: ClassVar[list] = []

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.heard.append(form)
        told = f"{form['client_secret'][0]} {form['refresh_token'][0]} are wrong"
        body = json.dumps({"error": "invalid_client", "error_description": told}).encode()
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told):
        pass


@pytest.fixture(scope="module")
def endpoint():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/token"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, endpoint):
    folder = tmp_path_factory.mktemp("secrets")
    relay = '    relay: {host: 127.0.0.1, port: 1, tls: none, username: ana, password: "env:S_RELAY"}'
    made = Daemon(folder, email=relay, extra=BUCKET)
    text = made.config.read_text().replace("level: info", "level: debug")
    text = text.replace("file:var/secrets/token.key", "env:S_TOKEN_KEY")
    made.config.write_text(text + CHANNELS.replace("ECHO", endpoint))
    previous = {name: os.environ.get(name) for name in SECRETS}
    os.environ.update(SECRETS)
    try:
        made.start(ready=False)
        wait_for(lambda: _answers(made), what="the sites")
        yield made
    finally:
        assert made.stop() == 0
        for name, value in previous.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def _answers(daemon):
    assert daemon.process.poll() is None, daemon.tail()
    try:
        return "web" in daemon.get("/readyz")["parts"]
    except OSError:
        return False


def patiently(daemon, path):
    """What a page says; None while a busy machine keeps it waiting."""
    try:
        return daemon.get(path)
    except OSError:
        return None


def asked(daemon, method, path, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["public"], timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read() + str(answer.headers).encode()
    finally:
        connection.close()


def basic(user, password):
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def visits(daemon):
    """Right and wrong ones at every door."""
    call = json.dumps({"uniqueid": "1", "src": "11987654321", "dst": "1133334444", "disposition": "NO ANSWER"}).encode()
    alert = json.dumps({"fingerprint": "a", "state": "firing", "name": "Disco"}).encode()
    right, wrong = SECRETS, {name: f"{value}y" for name, value in SECRETS.items()}
    for given in (right, wrong):
        yield asked(daemon, "POST", "/hooks/fone", call, Authorization=basic("pabx", given["S_VOICE_PASSWORD"]))
        yield asked(daemon, "POST", "/hooks/fone", call, Authorization=f"Bearer {given['S_VOICE_BEARER']}")
        yield asked(daemon, "POST", "/hooks/fone", b"CallSid=1", **{"X-Twilio-Signature": given["S_TWILIO"]})
        yield asked(daemon, "POST", "/hooks/alertas", alert, Authorization=f"Bearer {given['S_ALERTS']}")
        yield asked(daemon, "POST", "/hooks/alertas", alert, **{"Sentry-Hook-Signature": given["S_SENTRY"]})
        yield asked(daemon, "POST", f"/hooks/sinais/{given['S_BEAT']}")
        yield asked(daemon, "GET", f"/hooks/sinais/{given['S_BEAT']}")
        message = json.dumps({"text": "oi", "contact": {"id": "u-1"}}).encode()
        yield asked(daemon, "POST", "/v1/messages", message, Authorization=f"Bearer {given['S_APP']}")
        signed = sign(SigningKey.from_text(given["S_APP_SIGN"]), message_id="a-1", body=message, now=time.time())
        yield asked(daemon, "POST", "/v1/messages", message, **signed)
        mapped = json.dumps({"from": "u-2", "text": "oi"}).encode()
        yield asked(daemon, "POST", "/hooks/mapeado", mapped, Authorization=f"Bearer {given['S_MAPPED']}")
        for name in ("whatsapp", "meta"):
            word = given[f"S_{name.upper()}_VERIFY"]
            yield asked(daemon, "GET", f"/hooks/{name}?hub.mode=subscribe&hub.challenge=1&hub.verify_token={word}")
            yield asked(daemon, "POST", f"/hooks/{name}", b"{}", **{"X-Hub-Signature-256": f"sha256={word}"})
        yield asked(daemon, "POST", "/hooks/slack", b"{}", **{"X-Slack-Signature": given["S_SLACK_SIGN"]})
        yield post(daemon.ports["public"], "assinado", given["S_SITE"], chat_body(f"s{len(given['S_SITE'])}"), "id-1")
    yield asked(daemon, "POST", "/hooks/aberto", json.dumps(chat_body("aberto")).encode())
    yield asked(daemon, "POST", "/chat/chat/session", b"{}", Origin="https://x.example")
    yield asked(daemon, "POST", "/chat/chat/messages", b"{}", Origin="https://x.example", Authorization="Bearer x.y.z")


def family(pid):
    found = [pid]
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found


def shown_in(content):
    """Secrets that are in it, by name."""
    found = MARK.findall(content)
    return sorted({name for name, value in SECRETS.items() if value.encode() in content}) + ([] if not found else
                  [one.decode() for one in found])  # fmt: skip


def test_whatever_is_done_to_a_secret_it_is_shown_nowhere(daemon):
    answers = list(visits(daemon))
    statuses = [status for status, _ in answers]
    assert {401, 202} <= set(statuses), statuses
    assert max(statuses) < 500
    send_mail(daemon.ports["smtp"], "segredo")
    wait_for(lambda: len(patiently(daemon, "/v1/tickets?limit=100") or ()) >= 5, what="the tickets")
    wait_for(lambda: len(daemon.logged("outgoing")) + len(daemon.logged("peer_away")) >= 1, what="tries to send")

    with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=30) as client:
        client.sendmail("ana@cliente.example", ["suporte@exemplo.com.br"], WITH_FILE)
    wait_for(lambda: "attachment" in part(daemon, "store")[1], what="a bucket that is away")
    wait_for(lambda: daemon.logged("credentials_rejected") and Echo.heard, what="a refusal of the token endpoint")
    (form, *_) = Echo.heard
    assert {SECRETS["S_OAUTH_CLIENT"], SECRETS["S_OAUTH_REFRESH"]} <= {form[name][0] for name in form}
    assert "are wrong" in daemon.logged("credentials_rejected")[0]["reason"]

    told = b"".join(body if isinstance(body, bytes) else json.dumps(body).encode() for _, body in answers)
    assert shown_in(told) == []
    assert shown_in(b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in family(daemon.process.pid))) == []
    pages = [
        wait_for(lambda one=page: patiently(daemon, one), what=page) for page in ("/readyz", "/v1/tickets?limit=100")
    ]
    assert shown_in(json.dumps(pages).encode()) == []
    assert shown_in("\n".join(daemon.metrics()).encode()) == []
    for words in (["check"], ["status"], ["check", "--json"], ["status", "--json"]):
        done = subprocess.run([BALCAO, *words, "-c", daemon.config], capture_output=True, check=False)
        assert shown_in(done.stdout + done.stderr) == [], words
    assert shown_in(daemon.log.read_bytes()) == []
    assert b"level: debug" in daemon.config.read_bytes()


def test_what_is_kept_on_disk_holds_no_secret_but_where_secrets_are(daemon):
    for path in (daemon.folder / "var").rglob("*"):
        if stat.S_ISREG(path.stat().st_mode) and path.parent.name != "secrets":
            assert shown_in(path.read_bytes()) == [], path


def test_what_settings_leave_open_is_told_at_every_start(daemon):
    weak = daemon.logged("weak_setting")
    assert [one["channel"] for one in weak] == ["aberto"]
    assert weak[0]["level"] == "warning"
    wait_for(lambda: "AVISO: channels.aberto" in daemon.log.read_text(), what="a word to whoever started it")


@pytest.mark.parametrize(("where", "words"), [("store", ["status"]), ("journal", ["check"])])
def test_a_database_that_is_away_is_told_without_its_password(tmp_path, where, words):
    urls = {"store": "postgresql://balcao:geheim99datenbank@127.0.0.1:1/balcao",
            "journal": "amqp://balcao:geheim99datenbank@127.0.0.1:1/"}  # fmt: skip
    one = Daemon(tmp_path, extra=f"{where}: {{url: env:S_DATABASE}}")
    environment = os.environ | {"S_DATABASE": urls[where]}
    with subprocess.Popen([BALCAO, *words, "-c", one.config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=environment, cwd=tmp_path) as process:  # fmt: skip
        told, _ = process.communicate(timeout=60)
    assert told, "something is told"
    assert b"geheim99" not in told


async def test_a_program_that_we_start_is_given_no_secret_of_our_environment(monkeypatch):
    """Which names those are, the settings say: whatever stands there as env:NAME."""
    monkeypatch.setenv("S_SITE", SECRETS["S_SITE"])
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    program = ByCommand(command=("env",), seconds=20, largest=10, hidden=frozenset({"S_SITE"}))
    told = await program.transcribe(b"x", "audio/wav")
    assert "LANG=pt_BR.UTF-8" in told
    assert "S_SITE" not in told
