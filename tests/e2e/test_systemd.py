"""The units as shipped: systemd finds nothing wrong with them, lets the daemon do little, and hands it its ports."""

import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.e2e.daemon import BALCAO, Daemon, wait_for
from tests.e2e.looking import filed
from tests.e2e.senders import chat_body, post, send_mail

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
ANALYZE, ACTIVATE = shutil.which("systemd-analyze"), shutil.which("systemd-socket-activate")
MOST_EXPOSED = 20
"""Tenths, as systemd-analyze counts: 2.0 is what it calls OK."""
pytestmark = pytest.mark.e2e
needs_systemd = pytest.mark.skipif(
    ANALYZE is None or ACTIVATE is None, reason="systemd is not installed (see tests/set_up.sh)"
)


@pytest.fixture
def units(tmp_path):
    """The units with a program that exists here."""
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/opt/balcao/.venv/bin/balcao", str(BALCAO))
        (tmp_path / unit.name).write_text(text)
    return sorted(tmp_path.iterdir())


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(units):
    done = subprocess.run([ANALYZE, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "balcao" in line] == []
    assert done.returncode == 0


@needs_systemd
def test_the_service_may_do_little(units):
    service = next(unit for unit in units if unit.name == "balcao.service")
    words = [ANALYZE, "security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", service]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "exposure level" in done.stdout, done.stderr
    assert done.returncode == 0, done.stdout[-200:]


@pytest.fixture
def handed(tmp_path):
    """A daemon whose doors are opened by systemd-socket-activate, with an ear for what it tells systemd."""
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(os.fspath(tmp_path / "notify"))
    ear.settimeout(60)
    daemon = Daemon(tmp_path / "d")
    smtp, public = daemon.ports["smtp"], daemon.ports["public"]
    text = daemon.config.read_text().replace(f'listen: ["127.0.0.1:{smtp}"]', 'listen: ["systemd:smtp"]')
    daemon.config.write_text(text.replace(f'public: "127.0.0.1:{public}"', 'public: "systemd:http"'))
    daemon.wrapper = (
        ACTIVATE, "-l", f"127.0.0.1:{smtp}", "-l", f"127.0.0.1:{public}", "--fdname=smtp:http",
        f"--setenv=NOTIFY_SOCKET={tmp_path / 'notify'}", "--setenv=WATCHDOG_USEC=60000000",
        "--setenv=BALCAO_LANG=pt-BR",
    )  # fmt: skip
    yield daemon, ear
    ear.close()
    if daemon.process is not None and daemon.process.poll() is None:
        daemon.process.kill()
        daemon.process.wait(10)


def heard(ear, wanted):
    for _ in range(1000):
        told = ear.recv(500).decode()
        if wanted in told:
            return told
    raise AssertionError(f"never heard {wanted}")


@needs_systemd
def test_a_daemon_takes_its_ports_from_systemd_and_tells_it_how_it_is(handed):
    """The first connection starts it, as ListenStream= does; nothing that came before it was ready is lost."""
    daemon, ear = handed
    daemon.start(ready=False)
    wait_for(lambda: _listens(daemon.ports["smtp"]), what="the socket")
    with socket.create_connection(("127.0.0.1", daemon.ports["smtp"]), timeout=60) as first:
        assert first.recv(100).startswith(b"220 "), "it waits in the socket until the daemon is there"
        assert "READY=1" in heard(ear, "READY=1")
    heard(ear, "WATCHDOG=1")
    send_mail(daemon.ports["smtp"], "pela-porta-25")
    assert post(daemon.ports["public"], "site", daemon.secret(), chat_body("pela-443"), "id-1")[0] == 202
    assert len(filed(daemon, "pela-porta-25")["messages"]) == 1
    wait_for(lambda: len(daemon.tickets()) == 2, what="the chat's ticket")
    assert "LISTEN_FDS" not in _environments(daemon.process.pid)

    daemon.process.send_signal(signal.SIGTERM)
    heard(ear, "STOPPING=1")
    assert daemon.process.wait(60) == 0
    assert not re.search("Traceback", daemon.tail())


def _listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _environments(pid):
    """Of its children: what was handed over is nobody's but its own."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    found = [Path(f"/proc/{child}/environ").read_bytes() for child in children.stdout.split()]
    return b"".join(found).decode(errors="replace")


def test_what_was_not_handed_over_is_told_with_both_ways_to_mend_it(tmp_path):
    daemon = Daemon(tmp_path)
    smtp = f'listen: ["127.0.0.1:{daemon.ports["smtp"]}"]'
    daemon.config.write_text(daemon.config.read_text().replace(smtp, 'listen: ["systemd:smtp"]'))
    daemon.start(ready=False)
    assert daemon.process.wait(60) == 2
    assert "cannot listen on systemd:smtp" in daemon.tail()
    assert "FileDescriptorName=smtp" in daemon.tail()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not")
def test_a_low_port_without_the_right_to_it_is_told_with_both_ways_to_it(tmp_path):
    """As an ordinary user, where the kernel keeps low ports for those who may."""
    daemon = Daemon(tmp_path)
    smtp = f"127.0.0.1:{daemon.ports['smtp']}"
    daemon.config.write_text(daemon.config.read_text().replace(smtp, "127.0.0.1:587"))
    drop = shutil.which("setpriv")
    if drop is None or int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 587:
        pytest.skip("low ports are everybody's here")
    daemon.wrapper = (drop, "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service")
    daemon.start(ready=False)
    assert daemon.process.wait(60) == 2
    assert "127.0.0.1:587" in daemon.tail()
    assert "CAP_NET_BIND_SERVICE" in daemon.tail()
    assert "systemd:NAME" in daemon.tail()
