"""A real Postfix of a test's own: its own folder and queue, a free port, 127.0.0.1 only. Postfix needs root.

    with running(main="relay_domains = …") as postfix:
        postfix.port                          what it takes mail on; anything from this machine is relayed
        postfix.delivered("ana@cliente.example")    the mails that reached this address
        postfix.queue(), postfix.lines("status=deferred")
        postfix.stop(), postfix.start()       queue and port stay the same

Mail to the domains of `ENDS` ends in a Maildir. A server further on refuses what is for `devolve.example` (so that it
comes back after it was taken) and puts off what is for `adia.example`. Deferred mail is tried again every second, and
so is a program of Postfix that ended badly (it would wait a minute, and no test does).
"""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.patience import wait_for
from tests.ports import free_ports, greets
from tests.processes import kill_session

ENDS = ("cliente.example", "outro.example")
DEADLINE = 60.0
_NOBODY = 65534

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
smtp_dns_support_level = disabled
smtputf8_enable = no
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
service_throttle_time = 1s
transport_maps = inline:{{ devolve.example=smtp:[127.0.0.1]:{far}, adia.example=smtp:[127.0.0.1]:{far} }}
virtual_mailbox_domains = {ends}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{far} inet n - n - - smtpd
  -o myhostname=longe.example -o smtpd_relay_restrictions=
  -o {{ smtpd_recipient_restrictions = check_recipient_access inline:{{
    {{ devolve.example = 550 5.1.1 there is nobody of this name }}
    {{ adia.example = 450 4.2.0 come back later }} }}, reject }}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def tool(name="postfix"):
    """A program of the package; skips the test where it cannot be run."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("Postfix is not installed (Debian: postfix, see tests/set_up.sh)")
    if os.getuid() != 0:
        pytest.skip("Postfix starts as root only, and these tests do not run as root")
    return found


class Postfix:
    """`main` stands below the settings above, and outweighs them; `files` lie beside main.cf.

    `{folder}` in either is the folder of the configuration; a `transport_maps` is asked before the one above.
    """

    def __init__(self, folder, *, main="", files=None):
        self.folder, self.etc = folder, folder / "etc"
        self.port, far = free_ports(2)
        for name in ("etc", "spool", "data", "mail"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        os.chown(folder / "mail", _NOBODY, _NOBODY)
        for name, content in (files or {}).items():
            (self.etc / name).write_text(content.replace("{folder}", str(self.etc)), encoding="utf-8")
        settings = _settings(_MAIN.format(folder=folder, far=far, ends=", ".join(ENDS), nobody=_NOBODY))
        given = _settings(main.replace("{folder}", str(self.etc)))
        if "transport_maps" in given:
            given["transport_maps"] += f", {settings['transport_maps']}"
        lines = "".join(f"{name} = {value}\n" for name, value in (settings | given).items())
        (self.etc / "main.cf").write_text(lines, encoding="utf-8")
        (self.etc / "master.cf").write_text(_MASTER.format(port=self.port, far=far), encoding="utf-8")
        subprocess.run([tool(), "-c", str(self.etc), "check"], capture_output=True, text=True, check=True)
        asked = [tool("postconf"), "-c", str(self.etc), "-h", "daemon_directory"]
        where = subprocess.run(asked, capture_output=True, text=True, check=True)
        self.master = str(Path(where.stdout.strip()) / "master")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.master, "-d", "-c", str(self.etc)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        return self.wait_for(self._greets, "its greeting") and self

    def _greets(self):
        if self.process.poll() is not None:
            raise AssertionError(self.process.stderr.read().decode() + self.log())
        return greets(self.port, b"220")

    def wait_for(self, condition, what):
        """The first true value of `condition()`; with Postfix's log if there is none."""
        return wait_for(condition, within=DEADLINE, what=lambda: f"{what} ({self.log()[-3000:]})")

    def stop(self):
        """All its processes at once; what it has queued is on disk."""
        if self.process is not None:
            kill_session(self.process)
            self.process.stderr.close()
            self.process = None
            (self.folder / "spool" / "pid" / "master.pid").unlink(missing_ok=True)

    def log(self):
        path = self.folder / "maillog"
        return path.read_text(encoding="utf-8", errors="replace")[-20_000:] if path.exists() else ""

    def lines(self, *words):
        """The lines of the log with all of these in them."""
        return [line for line in self.log().splitlines() if all(word in line for word in words)]

    def queue(self):
        """What waits, as postqueue tells it."""
        command = [tool("postqueue"), "-c", str(self.etc), "-j"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def delivered(self, address):
        """The mails that reached `address`, as they lie there."""
        box = self.folder / "mail" / "all"
        found = [path.read_bytes() for part in ("new", "cur") for path in (box / part).glob("*")]
        return [content for content in found if f"\nDelivered-To: {address}\n".encode() in b"\n" + content]


@contextlib.contextmanager
def running(**options):
    tool()
    folder = Path(tempfile.mkdtemp(prefix="balcao-postfix-"))
    folder.chmod(0o755)
    postfix = Postfix(folder, **options)
    try:
        yield postfix.start()
    finally:
        postfix.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _settings(text):
    return dict(map(str.strip, line.split("=", 1)) for line in text.splitlines() if "=" in line)
