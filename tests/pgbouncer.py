"""A PgBouncer of the tests' own before their PostgreSQL: free port, no files outside its folder."""

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

from tests.patience import wait_for
from tests.ports import free_port

CONFIGURATION = """\
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 40
max_client_conn = 200
{more}
"""
IGNORED = "ignore_startup_parameters = synchronous_commit,lock_timeout,idle_in_transaction_session_timeout"
"""As docs/clusters.md says."""


def program():
    """Where it is, or None: Debian keeps it where only root looks."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def pooling(server, folder, mode, more=IGNORED):
    """The URL of a database `{name}` of `server` behind a PgBouncer in this `mode`."""
    url = make_url(server)
    host = url.query.get("host") or url.host
    written, log, own = folder / "pgbouncer.ini", folder / "pgbouncer.log", free_port()
    settings = {"host": host, "port": url.port or 5432, "user": url.username, "own": own, "mode": mode, "more": more}
    written.write_text(CONFIGURATION.format(**settings))
    command = [program(), str(written)]
    if os.geteuid() == 0:  # it refuses to be root; the server's own user may use the server's socket
        user = Path(host).owner() if host.startswith("/") else "nobody"
        command[1:1] = ["-u", user]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            _answering(own, process, log)
            yield f"postgresql://{url.username}@127.0.0.1:{own}/{{name}}"
        finally:
            process.terminate()


def _answering(port, process, log):
    def answers():
        assert process.poll() is None, log.read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    wait_for(answers, what=lambda: f"an answer of PgBouncer ({log.read_text()})")
