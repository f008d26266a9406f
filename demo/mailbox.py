"""A mailbox on a real Dovecot, where one is installed: the other side of the channel `caixa`."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 20.0
USER, PASSWORD = "caixa@exemplo.com.br", "demonstracao"
MAILBOX = """\
  caixa:
    kind: imap
    host: 127.0.0.1
    port: {port}
    tls: none
    username: {user}
    password: file:caixa.password
    address: {user}
    recipients: ["@exemplo.com.br"]
    flag: Seen
    relay: {{host: 127.0.0.1, port: {mail_sink}, tls: none}}
"""
CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Mailbox:
    """A Maildir that the server shows as the INBOX of USER."""

    def __init__(self, folder: Path, port: int, owner: tuple[int, int]) -> None:
        self.port = port
        self._owner = owner
        self._box = folder / "mail" / USER
        for part in ("cur", "new", "tmp"):
            (self._box / part).mkdir(parents=True, exist_ok=True)
        for path in (self._box.parent, self._box, *self._box.iterdir()):
            os.chown(path, *owner)

    def settings(self, mail_sink: int) -> str:
        """The channel's block."""
        return MAILBOX.format(port=self.port, user=USER, mail_sink=mail_sink)

    def deliver(self, content: bytes) -> None:
        """As a delivery agent does: written aside, then renamed."""
        name = f"{time.time():.6f}.{os.getpid()}.demo"
        aside = self._box / "tmp" / name
        aside.write_bytes(content)
        os.chown(aside, *self._owner)
        aside.rename(self._box / "new" / name)


def program() -> str | None:
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox | None]:
    """The running server; None where Dovecot is not installed."""
    command = program()
    if command is None:
        yield None
        return
    folder = _folder()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "dovecot.conf").write_text(_config(folder, port), encoding="utf-8")
    box = Mailbox(folder, port, _owner())
    process = await asyncio.create_subprocess_exec(
        command, "-F", "-c", folder / "dovecot.conf", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        await _answering(port, process)
        yield box
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    """Open to Dovecot's own users, who may not look into ours."""
    folder = Path(tempfile.mkdtemp(prefix="balcao-demo-mailbox-"))
    folder.chmod(0o755)
    return folder


async def _answering(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE):
        while process.returncode is None:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                greeting = await reader.readline()
                writer.close()
                if greeting.startswith(b"* OK"):
                    return
            await asyncio.sleep(0.1)
    assert process.stderr is not None
    raise OSError(f"Dovecot does not start: {(await process.stderr.read()).decode(errors='replace')}")


def _owner() -> tuple[int, int]:
    """Whose mail it is: Dovecot serves nobody's as root."""
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid
    return os.getuid(), os.getgid()


def _config(folder: Path, port: int) -> str:
    import grp  # noqa: PLC0415 - not on every system, like Dovecot

    root = os.getuid() == 0
    me, my_group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    uid, gid = _owner()
    return CONFIG.format(
        folder=folder,
        port=port,
        password=PASSWORD,
        internal="dovecot" if root else me,
        group="dovecot" if root else my_group,
        login="dovenull" if root else me,
        uid=uid,
        gid=gid,
    )
