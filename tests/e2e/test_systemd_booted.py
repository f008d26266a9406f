"""The units as shipped, on a machine that systemd boots, installed by the words of docs/operations.md.

Everything here types what a person would: lines of the document, systemctl, journalctl, and a customer's mail.
"""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.e2e.booted import OPT, booted
from tests.e2e.daemon import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(900)]

BALCAO = f"cd {OPT} && runuser -u balcao -- .venv/bin/balcao"
SETTINGS = {
    '^    listen: .*8025"\\]': '    listen: ["systemd:smtp"]',
    "^  public: 127.0.0.1:8080 ": '  public: "systemd:http" ',
    "- suporte@localhost": "- suporte@exemplo.com.br",
    "^  tls: null ": "  tls: {certificate: fullchain.pem, key: privkey.pem} ",
}
"""Of balcao.yaml as `balcao init` writes it: what stands there, and what the document says to write."""
DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
CERTIFICATE = (
    "cd /etc/balcao && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    " -addext subjectAltName=DNS:localhost -keyout new.pem -out fullchain.pem 2>&1 && cat new.pem > privkey.pem"
)
"""The key keeps the group that the document gives it."""
GREETING = "curl -sS --cacert /etc/balcao/fullchain.pem --json {} https://localhost/hooks/site -w ' %{http_code}'"
CUSTOMERS = """
import sys
from tests.e2e.senders import History, Sender, send_mail
import threading, time
history, stop = History(), threading.Event()
senders = [Sender(f"{sys.argv[1]}-{n}", lambda mark: send_mail(25, mark, timeout=30), history, stop) for n in range(2)]
for sender in senders: sender.start()
time.sleep(float(sys.argv[2]))
stop.set()
for sender in senders: sender.join()
print(*sorted(history.answered))
"""
"""Two customers who write for so many seconds; what was promised to them."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    with booted(tmp_path_factory.mktemp("machine")) as machine:
        install(machine)
        yield machine


@pytest.fixture
def machine(installed):
    """With its daemon at work, whatever the test before did to it."""
    installed.run("systemctl reset-failed 'balcao*'; systemctl start balcao-smtp.socket balcao-http.socket balcao")
    return installed


def install(machine):
    """Line by line as the document says; certificate and settings after the line that writes the settings."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("### Under systemd")[2]
    for line in section.split("```")[1].strip().splitlines():
        machine.run(f"cd {OPT}; PATH={OPT}/.venv/bin:$PATH; {line}")
        if line.startswith("balcao init"):
            machine.run(CERTIFICATE)
            for old, new in SETTINGS.items():
                machine.run(f"grep -qe {shlex.quote(old)} /etc/balcao/balcao.yaml")
                machine.run(f"sed -i {shlex.quote(f's#{old}#{new}#')} /etc/balcao/balcao.yaml")


def write_for(name, seconds):
    """A line for the shell: customers who write in the background, their promises in /tmp/`name`."""
    return f"cd {OPT} && .venv/bin/python -c {shlex.quote(CUSTOMERS)} {name} {seconds} > /tmp/{name} 2>&1"


def subjects(machine):
    exported = machine.run(f"{BALCAO} tickets export -c /etc/balcao/balcao.yaml")
    return [json.loads(line)["subject"] for line in exported.splitlines()]


def is_kept_once(machine, name):
    """What was promised to these customers is filed, once each."""
    promised = {f"Pedido {mark}" for mark in machine.run(f"cat /tmp/{name}").split()}
    assert promised, "they were promised something"
    wait_for(lambda: promised <= set(subjects(machine)), what=f"every mail of {name}")
    filed = subjects(machine)
    assert {filed.count(subject) for subject in promised} == {1}


def main_pid(machine):
    return int(machine.run("systemctl show -P MainPID balcao"))


def is_ready(machine):
    """Doors are open, and the unit counts as started, before the rest is there."""
    return json.loads(machine.run(f"{BALCAO} status --json -c /etc/balcao/balcao.yaml", check=False))["ready"]


def journal(machine):
    return machine.run("journalctl --no-pager -o cat -u balcao")


def restarts(machine):
    return int(machine.run("systemctl show -P NRestarts balcao"))


def test_as_documented_it_is_installed_and_takes_mail_and_webhooks(machine):
    assert machine.state("balcao") == "active"
    machine.run(write_for("primeiro", 1))
    is_kept_once(machine, "primeiro")
    assert machine.run(GREETING).endswith(" 401"), "unsigned"
    assert "Traceback" not in journal(machine)
    assert '"level": "error"' not in journal(machine)


def test_it_runs_as_somebody_who_may_nothing(machine):
    status = machine.run(f"cat /proc/{main_pid(machine)}/status")
    uid = machine.run("id -u balcao").strip()

    assert re.search(rf"^Uid:\t{uid}\t{uid}\t", status, re.MULTILINE)
    assert re.search("^CapBnd:\t0+$", status, re.MULTILINE)
    assert re.search("^NoNewPrivs:\t1$", status, re.MULTILINE)
    assert re.search("^Seccomp:\t2$", status, re.MULTILINE)


def test_what_it_keeps_is_its_own_alone(machine):
    assert machine.run("find /var/lib/balcao -perm /077 -not -type s").split() == []
    assert machine.run("find /var/lib/balcao -not -user balcao").split() == []
    assert machine.run("find /etc/balcao -user balcao -or -perm /007").split() == []


def test_status_says_all_is_well(machine):
    wait_for(lambda: is_ready(machine), what="a status that says so")


def test_a_restart_turns_no_customer_away(machine):
    """The sockets are systemd's: who calls while nobody is there waits."""
    machine.run(f"({write_for('reinicio', 12)}) & sleep 2; systemctl restart balcao; wait")

    assert machine.state("balcao") == "active"
    is_kept_once(machine, "reinicio")


def test_a_killed_daemon_is_there_again_with_what_it_promised(machine):
    before = restarts(machine)
    machine.run(f"({write_for('morte', 12)}) & sleep 3; kill -9 {main_pid(machine)}; wait")

    wait_for(lambda: machine.state("balcao") == "active", what="a daemon")
    assert restarts(machine) == before + 1
    is_kept_once(machine, "morte")


def test_a_daemon_that_stands_still_is_killed_and_started_again(machine):
    """With a shorter watch than the unit's minute, for the sake of whoever waits for this test."""
    machine.run(
        "mkdir -p /etc/systemd/system/balcao.service.d && cd /etc/systemd/system/balcao.service.d"
        " && printf '[Service]\\nWatchdogSec=8\\n' > watch.conf && systemctl daemon-reload && systemctl restart balcao"
    )
    before = restarts(machine)
    machine.run(f"kill -STOP {main_pid(machine)}")

    wait_for(lambda: restarts(machine) > before and machine.state("balcao") == "active", what="another daemon")
    assert "watchdog" in machine.run("journalctl --no-pager -u balcao").lower()


def test_a_reload_takes_the_new_certificate(machine):
    machine.run(CERTIFICATE)
    assert "verify" in machine.run(GREETING, check=False), "the old one is still shown"
    machine.run("systemctl reload balcao")

    wait_for(lambda: machine.run(GREETING, check=False).endswith(" 401"), what="the new certificate")
    assert machine.state("balcao") == "active"


def test_what_a_person_must_mend_is_told_and_not_tried_again(machine):
    machine.run("cd /etc/balcao && cp -a balcao.yaml good && sed -i 's/^language: .*/langauge: pt-BR/' balcao.yaml")
    machine.run("systemctl restart balcao", check=False)

    wait_for(lambda: machine.state("balcao") == "failed", what="a unit that has given up")
    assert "langauge" in journal(machine)
    before = restarts(machine)
    machine.run("sleep 5; mv /etc/balcao/good /etc/balcao/balcao.yaml")
    assert (machine.state("balcao"), restarts(machine)) == ("failed", before)


def test_whoever_writes_to_a_stopped_daemon_starts_it(machine):
    machine.run("systemctl reset-failed balcao; systemctl stop balcao; systemctl restart balcao-smtp.socket")
    assert machine.state("balcao") == "inactive"

    machine.run(write_for("aurora", 1))

    wait_for(lambda: machine.state("balcao") == "active", what="a daemon")
    is_kept_once(machine, "aurora")


def test_each_role_may_be_a_unit_of_its_own(machine):
    """As the head of balcao.service says; a customer does not see the difference."""
    sockets = {"receive": "balcao-smtp.socket", "web": "balcao-http.socket", "work": "", "dispatch": ""}
    machine.run("systemctl stop balcao-smtp.socket balcao-http.socket balcao")
    for role, socket in sockets.items():
        words = f"-e 's/balcao run /balcao run --role {role} /' -e 's/^Sockets=.*/Sockets={socket}/'"
        machine.run(f"cd /etc/systemd/system && sed {words} balcao.service > balcao-{role}.service")
    units = " ".join(f"balcao-{role}.service" for role in sockets)
    machine.run(
        "cd /etc/systemd/system && sed -i 's/^Service=.*/Service=balcao-receive.service/' balcao-smtp.socket"
        " && sed -i 's/^Service=.*/Service=balcao-web.service/' balcao-http.socket && systemctl daemon-reload"
        f" && systemctl start balcao-smtp.socket balcao-http.socket {units}"
    )

    machine.run(write_for("papeis", 1))
    is_kept_once(machine, "papeis")
    assert machine.run(GREETING).endswith(" 401")
    wait_for(lambda: is_ready(machine), what="a status that says so")

    machine.run(f"systemctl stop balcao-smtp.socket balcao-http.socket {units}")
    machine.run(f"cp {OPT}/deploy/systemd/*.socket /etc/systemd/system/ && systemctl daemon-reload")


def test_a_stop_is_clean(machine):
    machine.run("systemctl stop balcao-smtp.socket balcao-http.socket balcao")

    assert machine.state("balcao") == "inactive"
    assert machine.run("systemctl show -P Result balcao").strip() == "success"
