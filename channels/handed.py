"""Sockets that systemd opened for us before it started us (sd_listen_fds(3)): how an ordinary user listens on port 25.

    balcao-smtp.socket ─ ListenStream=25, FileDescriptorName=smtp ─▶ descriptor 3 ─▶ listen: ["systemd:smtp"]

A name may stand for several sockets. They stay open as long as the process lives; whoever serves one gets a duplicate,
so that a receiver that is started again finds it there.
"""

import os
import socket
from collections.abc import Mapping, MutableMapping
from functools import cache

FIRST = 3
NAMELESS = "unknown"
"""What systemd calls a socket without a name; it calls one that has no FileDescriptorName= after its unit."""

Handed = Mapping[str, tuple[socket.socket, ...]]


@cache
def sockets() -> Handed:
    """Name → sockets that were handed to this process; asked for the first time before children are started."""
    return taken_from(os.environ, os.getpid())


def taken_from(environment: MutableMapping[str, str], own: int, first: int = FIRST) -> Handed:
    """What the environment tells is removed from it, so that no child takes them for its own."""
    told = {name: environment.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")}
    if told["LISTEN_PID"] != str(own) or not told["LISTEN_FDS"].isdigit():
        return {}
    names = told["LISTEN_FDNAMES"].split(":") if told["LISTEN_FDNAMES"] else []
    found: dict[str, tuple[socket.socket, ...]] = {}
    for index in range(int(told["LISTEN_FDS"])):
        descriptor = first + index
        os.set_inheritable(descriptor, False)
        name = names[index] if index < len(names) else NAMELESS
        found[name] = (*found.get(name, ()), socket.socket(fileno=descriptor))
    return found
