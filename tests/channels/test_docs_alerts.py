"""What docs/alerts.md shows works when it is pasted."""

import asyncio
import email
import json
import re
import shutil
import subprocess
from email import policy
from pathlib import Path

import dukpy
import pytest
import yaml

import channels.alerts as kind
from channels.base import BuildContext
from channels.heartbeat import Options as BeatOptions
from channels.heartbeat import build as build_beats
from channels.mail.decode import decoder
from channels.mail.monitoring import Monitors
from config.alerts import incident_desk
from config.settings import load
from domain.mailbox import Mailbox
from domain.raw import RawInteraction
from tests.channels.cases import RECEIVED_AT, SECRET, build_channel
from tests.channels.site import FakeIntake, calling
from tests.triage.samples import rules_of
from triage.incidents import Course
from triage.vocabulary import ALERT_TRAITS

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
MAILBOX = Mailbox(
    address="suporte@exemplo.com.br", name="S", recipients=frozenset(), plus_addressing=True, bounces=None
)


def snippet(name):
    return re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)[1]


def decoded(tmp_path, payload):
    raw = RawInteraction(channel="alertas", dedup_key="1", received_at=RECEIVED_AT, payload=payload.encode())
    return build_channel("alerts", tmp_path).decode(raw)


async def ran(text, tmp_path, routes, path):
    """The shell lines of the page, at a door of ours."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    async with calling(routes) as caller:
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{caller.port}")
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(SECRET.replace(" ", "").replace(",", ""))
        return await asyncio.to_thread(
            subprocess.run, ["sh", "-c", text], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
        )


def context(tmp_path, name):
    token = SECRET.replace(" ", "").replace(",", "")
    return BuildContext(name=name, base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: token)


def test_the_signed_example_is_read_whole(tmp_path):
    (told,) = decoded(tmp_path, snippet("generic"))

    assert "payload.problems" not in told.traits
    assert (told.alert.runbook, told.traits["label.cliente"]) == ("https://wiki.exemplo.com.br/nfe", "padaria")


async def test_the_line_of_shell_is_accepted(tmp_path):
    channel, intake = kind.build(kind.Options(bearer="env:A"), context(tmp_path, "alertas")), FakeIntake()
    done = await ran(snippet("shell"), tmp_path, list(channel.routes(intake)), "var/secrets/alertas")

    assert '"duplicate":false' in done.stdout, done.stderr
    assert channel.decode(intake.accepted[0])[0].alert.summary == "312 notas esperam"


async def test_the_line_of_cron_reports(tmp_path):
    options = BeatOptions.model_validate({"systems": {"backup-padaria": {"every": "1d", "token": "env:A"}}})
    channel, intake = build_beats(options, context(tmp_path, "sinais")), FakeIntake()
    done = await ran(snippet("crontab"), tmp_path, list(channel.routes(intake)), "var/secrets/backup-padaria")

    assert done.returncode == 0, done.stderr
    assert [one.envelope["system"] for one in intake.accepted] == ["backup-padaria"]


def test_alertmanager_is_told_where_to_post_and_to_tell_the_end():
    told = yaml.safe_load(snippet("alertmanager"))
    (receiver,) = told["receivers"]
    (hook,) = receiver["webhook_configs"]

    assert told["route"]["receiver"] == receiver["name"]
    assert hook["url"].endswith("/hooks/alertas")
    assert hook["send_resolved"] is True


# What Zabbix gives a media type's script: `value`, and a client that tells the status of its last answer.
ZABBIX = """
var heard = [];
function HttpRequest() { this.headers = []; }
HttpRequest.prototype.addHeader = function (line) { this.headers.push(line); };
HttpRequest.prototype.setProxy = function (url) { this.proxy = url; };
HttpRequest.prototype.post = function (url, body) {
    heard.push({url: url, headers: this.headers, proxy: this.proxy || null, body: body});
    return 'the answer';
};
HttpRequest.prototype.getStatus = function () { return dukpy.status; };
var said;
try { said = (function (value) { %s })(dukpy.value); } catch (error) { said = 'thrown: ' + error; }
({heard: heard, said: said});
"""
FILLED = {"EVENT.ID": "7", "TRIGGER.ID": "9", "EVENT.VALUE": "1", "EVENT.UPDATE.STATUS": "0", "EVENT.NAME": "Fora",
          "EVENT.SEVERITY": "High", "EVENT.DATE": "2026.03.02", "EVENT.TIME": "08:00:00", "HOST.NAME": "db-1",
          "EVENT.TAGSJSON": '[{"tag":"cliente","value":"padaria"}]'}  # fmt: skip


def zabbix(status=202, **more):
    """The page's script with the page's parameters, run by the engine that Zabbix runs it with (Duktape)."""
    table = PAGE.partition("<!-- tested: zabbix parameters -->")[2].partition("\n\nScript")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| `\{([A-Z.]+)\}` \|", table, re.MULTILINE))
    value = {"url": "https://b.example/hooks/alertas", "token": "t0k3n", "To": "plantao", "Subject": "x"}
    value |= {name: FILLED.get(macro, f"{{{macro}}}") for name, macro in rows.items()} | more
    return dukpy.evaljs(ZABBIX % snippet("zabbix script"), value=json.dumps(value), status=status)


def test_the_zabbix_media_type_posts_an_alert(tmp_path):
    ran = zabbix()
    (posted,) = ran["heard"]
    (told,) = decoded(tmp_path, posted["body"])

    assert ran["said"] == "OK"
    assert (posted["url"], posted["proxy"]) == ("https://b.example/hooks/alertas", None)
    assert posted["headers"] == ["Content-Type: application/json", "Authorization: Bearer t0k3n"]
    assert "t0k3n" not in posted["body"]
    assert (told.alert.fingerprint, told.alert.severity) == ("trigger:9", "high")
    assert dict(told.alert.labels) == {"host": "db-1", "cliente": "padaria"}
    assert told.alert.started_at.isoformat() == "2026-03-02T11:00:00+00:00"


def test_zabbix_is_told_of_a_refusal_and_goes_through_its_proxy():
    """Thrown, the answer stands in Zabbix' action log, and Zabbix tries again."""
    ran = zabbix(status=503, HTTPProxy="http://proxy.example:3128")

    assert ran["said"] == "thrown: Balcão answered 503: the answer"
    assert ran["heard"][0]["proxy"] == "http://proxy.example:3128"


@pytest.mark.parametrize(("service", "fingerprint"), [(True, "loja-12/HTTP"), (False, "loja-12")])
def test_the_nagios_commands_write_mail_that_is_an_alert(service, fingerprint):
    commands = re.findall(
        r"command_line\s+/usr/bin/printf \"%b\" \"(.*?)\" \| /usr/bin/mail -s \"(.*?)\"", snippet("nagios")
    )
    body, subject = commands[0 if service else 1]
    macros = {"NOTIFICATIONTYPE": "PROBLEM", "SERVICEDESC": "HTTP", "HOSTALIAS": "loja-12", "HOSTNAME": "loja-12",
              "SERVICESTATE": "CRITICAL", "HOSTSTATE": "DOWN", "SERVICEOUTPUT": "CRITICAL - timeout",
              "HOSTOUTPUT": "PING CRITICAL", "SERVICENOTESURL": "https://wiki.exemplo.com.br/http"}  # fmt: skip

    def filled(text):
        return re.sub(r"\$(\w+)\$", lambda found: macros.get(found[1], "x"), text)

    written = subprocess.run(["printf", "%b", filled(body)], capture_output=True, text=True, check=True).stdout
    mail = email.message.EmailMessage(policy=policy.SMTP)
    mail["From"], mail["Subject"], mail["Date"] = (
        "nagios@monitor.example",
        filled(subject),
        "Mon, 02 Mar 2026 08:00:00 -0300",
    )
    mail.set_content(written)
    raw = RawInteraction(channel="email", dedup_key="1", received_at=RECEIVED_AT, payload=mail.as_bytes())
    (told,) = decoder(MAILBOX, monitors=Monitors(senders=frozenset({"nagios@monitor.example"})))(raw)

    assert (told.alert.fingerprint, told.alert.sign) == (fingerprint, "firing")
    assert told.alert.runbook == ("https://wiki.exemplo.com.br/http" if service else None)


def test_the_settings_are_read(tmp_path):
    (tmp_path / "balcao.yaml").write_text(f"version: 1\n{snippet('settings')}{MAIL}", encoding="utf-8")
    settings = load(tmp_path / "balcao.yaml")
    desk = incident_desk(settings.alerts, settings.timezone)

    assert [window.name for window in desk.windows] == ["Troca de discos", "Backup"]
    assert desk.notice.clients == {"padaria": ("ti@padaria.example",)}


MAIL = "channels:\n  email: {kind: smtp}\n  alertas: {kind: alerts, secrets: [env:A]}\n"


def test_the_rules_are_read():
    head = "version: 1\ndepartments: {suporte: Suporte}\ndefault: {department: suporte, priority: Baixa}\n"

    assert [rule.name for rule in rules_of(head + snippet("rules")).rules] == ["disco cheio no banco"]


def test_every_course_and_every_trait_is_told():
    assert [one for one in Course if f"`{one.value}`" not in PAGE] == []
    assert [one for one in ALERT_TRAITS if f"`{one}`" not in PAGE] == []
