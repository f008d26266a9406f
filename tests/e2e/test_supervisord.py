"""supervisord.conf as it is shipped: four roles in four processes, one of them killed and back again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import chat_body, post, send_mail

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
ROLES = ("work", "dispatch", "web", "receive")
LONGEST_SOCKET_PATH = 107
pytestmark = pytest.mark.e2e


class Checkout(Daemon):
    """A folder laid out like a checkout, with a supervisord over it."""

    def lay_out(self):
        shutil.copy(ROOT / "supervisord.conf", self.folder)
        (self.folder / ".venv").symlink_to(BIN.parent)
        for name in ("log", "run"):
            (self.folder / "var" / name).mkdir(parents=True)
        return self

    def start(self, *, ready=True):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BIN / "supervisord", "-n", "-c", "supervisord.conf"], stdout=log, stderr=log, cwd=self.folder
            )
        if ready:
            wait_for(self.is_ready, what="all roles")
        return self

    def is_ready(self):
        """A role that exits with 2 is not started again: no use in waiting for it."""
        if super().is_ready():
            return True
        if ended := [role for role, state in self.states().items() if state in ("EXITED", "FATAL")]:
            raise AssertionError("".join(self.printed(role.rpartition(":")[2]) for role in ended))
        return False

    def printed(self, role):
        """What it told people, and its log."""
        files = [self.folder / "var" / "log" / f"{role}.{kind}" for kind in ("out", "log")]
        return "".join(f"\n{path.name}:\n{path.read_text(encoding='utf-8')[-2000:]}" for path in files)

    def supervisorctl(self, *words):
        return subprocess.run(
            [BIN / "supervisorctl", "-c", "supervisord.conf", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        ).stdout

    def states(self):
        return {line.split()[0]: line.split()[1] for line in self.supervisorctl("status").splitlines()}

    def pid_of(self, role):
        return int(self.supervisorctl("pid", f"balcao:{role}"))

    def stop(self):
        if self.process.poll() is not None:
            return self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture
def checkout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("s")  # short: supervisord's socket lies in it
    if len(os.fsencode(folder / "var/run/supervisor.sock.1234567")) > LONGEST_SOCKET_PATH:
        pytest.skip("the temporary folder's path is too long for a unix socket")
    made = Checkout(folder).lay_out()
    try:
        yield made.start()
    finally:
        made.stop()


def test_the_roles_work_together_and_each_is_restarted_by_itself(checkout):
    wait_for(lambda: list(checkout.states().values()).count("RUNNING") == len(ROLES), what="four running programs")

    send_mail(checkout.ports["smtp"], "m1", "ana@cliente.example")
    status, _ = post(checkout.ports["public"], "site", checkout.secret(), chat_body("c1"), "id-c1")
    wait_for(lambda: len(checkout.tickets()) == 2, what="two tickets")
    letters = checkout.folder / "var" / "outgoing"
    wait_for(lambda: list(letters.glob("*.eml")), what="the acknowledgement")

    assert status == 202
    assert {ticket["messages"][0]["channel"] for ticket in checkout.tickets()} == {"email", "site"}
    assert b"To: ana@cliente.example" in next(letters.glob("*.eml")).read_bytes().replace(b"<", b"").replace(b">", b"")

    parts = checkout.json("status")["parts"]
    assert {f"role {role}" for role in ROLES} <= parts.keys()
    assert {"email", "worker", "dispatcher", "store", "journal", "rules", "web"} <= parts.keys()

    before = checkout.pid_of("work")
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: not checkout.get("/readyz")["ready"], what="the loss to be told")
    send_mail(checkout.ports["smtp"], "m2", "rui@cliente.example")
    wait_for(lambda: checkout.get("/readyz")["ready"], what="the role to be back")
    wait_for(lambda: len(checkout.tickets()) == 3, what="the mail that came meanwhile")
    assert checkout.pid_of("work") != before

    series = checkout.metrics()
    assert series['balcao_accepted_total{channel="email",role="receive"}'] == 2
    assert series['balcao_accepted_total{channel="site",role="web"}'] == 1
    assert series['balcao_rules_last_reload_successful{role="work"}'] == 1

    assert checkout.stop() == 0
    assert list((checkout.folder / "var" / "run").glob("*.json")) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", checkout.ports["smtp"]), timeout=5)
    logs = "".join((checkout.folder / "var/log" / f"{role}.log").read_text(encoding="utf-8") for role in ROLES)
    assert "Traceback" not in logs
