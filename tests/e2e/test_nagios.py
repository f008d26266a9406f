"""What a real Nagios mails by the commands of docs/alerts.md is one incident, from down to up again."""

import getpass
import shutil
import subprocess
import sys
import time

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.house.readme import ROOT

NAGIOS = shutil.which("nagios4", path="/usr/sbin:/usr/bin")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(NAGIOS is None, reason="needs Debian's nagios4-core (tests/set_up.sh)"),
]

MONITORING = "    monitoring: {senders: [nagios@monitor.example], peers: [127.0.0.0/8]}\n"
MAIL = """\
import smtplib, sys
from email.message import EmailMessage
mail = EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "nagios@monitor.example", sys.argv[3], sys.argv[2]
mail.set_content(sys.stdin.read())
with smtplib.SMTP("127.0.0.1", {port}, timeout=60) as client:
    client.send_message(mail)
"""
MAIN = """\
log_file={folder}/nagios.log
cfg_file={folder}/objects.cfg
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status.dat
temp_file={folder}/nagios.tmp
temp_path={folder}
lock_file={folder}/nagios.lock
check_result_path={folder}/results
command_file={folder}/nagios.cmd
state_retention_file={folder}/retention.dat
query_socket={folder}/nagios.qh
check_external_commands=1
execute_service_checks=0
execute_host_checks=0
enable_notifications=1
interval_length=1
nagios_user={user}
nagios_group={user}
"""
OBJECTS = """
define timeperiod {
    timeperiod_name  always
    alias            always
    sunday           00:00-24:00
    monday           00:00-24:00
    tuesday          00:00-24:00
    wednesday        00:00-24:00
    thursday         00:00-24:00
    friday           00:00-24:00
    saturday         00:00-24:00
}
define contact {
    contact_name                   balcao
    email                          suporte@exemplo.com.br
    service_notification_period    always
    host_notification_period       always
    service_notification_options   w,u,c,r
    host_notification_options      d,u,r
    service_notification_commands  notify-service-by-email
    host_notification_commands     notify-host-by-email
}
define command {
    command_name  nothing
    command_line  /bin/true
}
define host {
    host_name               caixa01
    alias                   Caixa da padaria
    address                 127.0.0.1
    check_command           nothing
    max_check_attempts      1
    check_period            always
    contacts                balcao
    notification_interval   3600
    notification_period     always
    initial_state           o
}
define service {
    host_name               caixa01
    service_description     Emissão de NF-e
    check_command           nothing
    max_check_attempts      1
    check_interval          60
    retry_interval          60
    check_period            always
    contacts                balcao
    notification_interval   3600
    notification_period     always
    passive_checks_enabled  1
    initial_state           o
}
"""


class Nagios:
    """One that is told what its checks found, by its command file."""

    def __init__(self, folder, port):
        (folder / "results").mkdir(parents=True)
        mail = folder / "mail.py"
        mail.write_text(MAIL.format(port=port), encoding="utf-8")
        page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
        commands = page.split("<!-- tested: nagios -->\n```cfg\n")[1].split("```")[0]
        assert commands.count("/usr/bin/mail") == 2
        commands = commands.replace("/usr/bin/mail", f"{sys.executable} {mail}")
        (folder / "objects.cfg").write_text(OBJECTS + commands, encoding="utf-8")
        (folder / "nagios.cfg").write_text(MAIN.format(folder=folder, user=getpass.getuser()), encoding="utf-8")
        self.folder = folder
        command = [NAGIOS, folder / "nagios.cfg"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def finds(self, code, output):
        pipe = self.folder / "nagios.cmd"
        wait_for(pipe.exists, what=f"the command file in {self.folder}")
        told = f"PROCESS_SERVICE_CHECK_RESULT;caixa01;Emissão de NF-e;{code};{output}"
        with pipe.open("w", encoding="utf-8") as commands:
            commands.write(f"[{int(time.time())}] {told}\n")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    made = Daemon(tmp_path_factory.mktemp("watched"), email=MONITORING)
    yield made.start()
    made.stop()


@pytest.fixture(scope="module")
def nagios(daemon, tmp_path_factory):
    made = Nagios(tmp_path_factory.mktemp("nagios"), daemon.ports["smtp"])
    yield made
    made.stop()


def incidents(daemon, state):
    return daemon.json("incidents", "list", "--state", state)


def test_a_service_that_fails_and_comes_back_is_one_incident(daemon, nagios):
    nagios.finds(2, "CRITICAL - SEFAZ não responde há 30 s")
    (broken,) = wait_for(lambda: incidents(daemon, "firing"), what="the incident")
    nagios.finds(0, "OK - 0,2 s")
    (well,) = wait_for(lambda: incidents(daemon, "resolved"), what="its end")

    assert "Emissão de NF-e" in broken["name"]
    assert (well["ticket"], well["fingerprint"]) == (broken["ticket"], broken["fingerprint"])
    assert len(daemon.tickets()) == 1
