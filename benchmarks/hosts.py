"""Simulated hosts: network namespaces, each with one address on a bridge that has a namespace of its own.

    hub ── bridge ─┬─ db    10.77.0.1   PostgreSQL
                   ├─ n1    10.77.0.11  a node
                   └─ n2 …

They share the cores and the disk of this machine: what they show is whether nodes get in each other's way, not what
more machines would give. Root only; everything is taken away again.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PREFIX = f"balcao{os.getpid()}"


def missing() -> str | None:
    """Why there can be no simulated hosts here."""
    if os.getuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "`ip` is not installed (Debian: iproute2)"
    made = subprocess.run(["ip", "netns", "add", f"{PREFIX}try"], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", f"{PREFIX}try"], capture_output=True, check=False)
    return f"namespaces cannot be made here: {made.stderr.strip()}" if made.returncode else None


def inside(host: str) -> tuple[str, ...]:
    """What stands before a command that is to run on `host`."""
    return ("ip", "netns", "exec", f"{PREFIX}{host}")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def hosts(addresses: dict[str, str]) -> Iterator[None]:
    """`addresses` by host; all can reach each other."""
    hub = f"{PREFIX}hub"
    try:
        _ip("netns", "add", hub)
        _ip("-n", hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", hub, "link", "set", "bridge", "up")
        for number, (host, address) in enumerate(addresses.items()):
            name = f"{PREFIX}{host}"
            _ip("netns", "add", name)
            _ip("-n", hub, "link", "add", f"p{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("-n", hub, "link", "set", f"p{number}", "master", "bridge", "up")
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            for link in ("eth0", "lo"):
                _ip("-n", name, "link", "set", link, "up")
        yield
    finally:
        for host in (*addresses, "hub"):
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "del", f"{PREFIX}{host}")
