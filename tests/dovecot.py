"""A real Dovecot of a test's own: free ports, its own folder, no privileges beyond the test's.

    with running(...) as dovecot:
        dovecot.deliver("ana", mail)          straight into the Maildir, as a delivery agent does
        dovecot.port, dovecot.tls_port, dovecot.ca
        dovecot.kill(), dovecot.start()

All users have PASSWORD but ACCENTED; `user()` gives one that nobody else has.
XOAUTH2 tokens are checked against `introspect`, a URL, when one is given.
"""

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.patience import wait_for
from tests.ports import free_ports, greets
from tests.processes import kill_session

SUPPORT = "suporte@exemplo.com.br"
PASSWORD = "segredo"
ACCENTED, ACCENTED_PASSWORD = "acentos@exemplo.com.br", "çenha-ção"
USERS = [SUPPORT, *(f"caixa{number}@exemplo.com.br" for number in range(100))]

CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
mail_location = {format}:{folder}/mail/%u
mail_plugins =
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_worker_max_count = 2
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_max_userip_connections = 100
imap_idle_notify_interval = 2 mins
imap_capability = {capability}
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
{oauth}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
OAUTH = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
INTROSPECTION = """\
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""
_numbers = itertools.count(1)


def tool():
    """The program; skips the test where it is not installed."""
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("Dovecot is not installed (Debian: dovecot-imapd, see tests/set_up.sh)")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (see tests/set_up.sh)")
    return found


class Dovecot:
    def __init__(self, folder, *, introspect=None, capability="", storage="maildir"):
        self.folder = folder
        self.port, self.tls_port = free_ports(2)
        self.ca = folder / "certificate.pem"
        self.process = None
        root = os.getuid() == 0
        self.uid, self.gid = (65534, 65534) if root else (os.getuid(), os.getgid())
        me = pwd.getpwuid(os.getuid()).pw_name
        (folder / "mail").mkdir()
        os.chown(folder / "mail", self.uid, self.gid)
        make_certificate(folder)
        (folder / "users").write_text("".join(f"{name}:{PASSWORD}::::::\n" for name in USERS), encoding="utf-8")
        with (folder / "users").open("a", encoding="utf-8") as users:
            users.write(f"{ACCENTED}:{ACCENTED_PASSWORD}::::::\n")
        self._unused = iter(USERS[1:])
        if introspect:
            (folder / "oauth2.conf").write_text(INTROSPECTION.format(url=introspect))
        (folder / "dovecot.conf").write_text(
            CONFIG.format(
                folder=folder,
                port=self.port,
                tls_port=self.tls_port,
                format=storage,
                capability=capability,
                oauth=OAUTH.format(folder=folder) if introspect else "",
                internal="dovecot" if root else me,
                internal_group="dovecot" if root else _group(),
                login="dovenull" if root else me,
                uid=self.uid,
                gid=self.gid,
            )
        )

    def start(self):
        self.process = subprocess.Popen(
            [tool(), "-F", "-c", str(self.folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        wait_for(self._greets, what=lambda: f"Dovecot's greeting ({self.log()})")
        return self

    def _greets(self):
        if self.process.poll() is not None:
            raise AssertionError(self.process.stderr.read().decode() + self.log())
        return greets(self.port, b"* OK")

    def kill(self):
        """As a power cut does. Locks that it leaves are taken away: its next start would wait two minutes for them."""
        if self.process is not None:
            kill_session(self.process)
            self.process.stderr.close()
            self.process = None
            for lock in (self.folder / "mail").rglob("*.lock"):
                lock.unlink()

    def stop(self):
        """As an administrator does; clients are told BYE."""
        if self.process is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            self.kill()

    def log(self):
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def user(self):
        """A mailbox that nobody else has, with the password PASSWORD."""
        name = next(self._unused)
        self.maildir(name)
        return name

    # The mailbox from behind

    def maildir(self, user=SUPPORT, folder=None):
        """Of `user`, made if it is not there."""
        path = self.folder / "mail" / user / (f".{folder}" if folder else "")
        if not path.exists():
            for part in ("cur", "new", "tmp"):
                (path / part).mkdir(parents=True, exist_ok=True)
            for made in (self.folder / "mail" / user, path, *path.iterdir()):
                os.chown(made, self.uid, self.gid)
        return path

    def deliver(self, content, *, user=SUPPORT, folder=None, age=0.0):
        """Write aside, then into `new`; `age` seconds ago by the file's clock, which is INTERNALDATE."""
        box = self.maildir(user, folder)
        name = f"{int(time.time())}.M{next(_numbers):09d}P{os.getpid()}.test"
        aside = box / "tmp" / name
        aside.write_bytes(content)
        os.chown(aside, self.uid, self.gid)
        moment = time.time() - age
        os.utime(aside, (moment, moment))
        aside.rename(box / "new" / name)
        return name

    def files(self, user=SUPPORT, folder=None):
        box = self.maildir(user, folder)
        return sorted(path.name for part in ("new", "cur") for path in (box / part).iterdir())

    def renumber(self, user=SUPPORT, folder=None):
        """Forget every UID, as a restored or rebuilt mailbox does: UIDVALIDITY changes. Only while it is stopped."""
        for path in self.maildir(user, folder).glob("dovecot*"):
            path.unlink()
        for path in (self.folder / "mail" / user).glob("dovecot-uidvalidity*"):
            path.unlink()


@contextlib.contextmanager
def running(**options):
    tool()
    folder = Path(tempfile.mkdtemp(prefix="balcao-dovecot-"))
    folder.chmod(0o755)
    dovecot = Dovecot(folder, **options)
    try:
        yield dovecot.start()
    finally:
        dovecot.kill()
        shutil.rmtree(folder, ignore_errors=True)


def make_certificate(folder):
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
    ]
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command, names, *files], check=True, capture_output=True)


def _group():
    import grp  # noqa: PLC0415 - only an ordinary user needs it

    return grp.getgrgid(os.getgid()).gr_name
