"""Ports of 127.0.0.1 for servers that a test starts.

A server binds its port seconds after it was chosen, and again after each restart. Meanwhile the kernel may give a port
of its own range (`net.ipv4.ip_local_port_range`, above 32,768) to anybody who connects to anything, and another
worker of the run may choose the same one. So ours lie below that range, each worker has its own, and none comes twice.
"""

import contextlib
import itertools
import os
import random
import re
import socket

FIRST, WORKERS, EACH = 10_000, 5, 4_500


def _mine():
    """This worker's ports, from anywhere among them: another run may be going on beside this one."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0) % WORKERS
    begin = random.SystemRandom().randrange(EACH)
    return (FIRST + worker * EACH + (begin + step) % EACH for step in itertools.count())


_candidates = _mine()


def free_port():
    """One at which nobody listens."""
    for port in _candidates:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("counts without end")


def greets(port, greeting):
    """Whether a server there begins with `greeting`."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as greeted:
        return greeted.recv(100).startswith(greeting)
    return False


def free_ports(count):
    return [free_port() for _ in range(count)]
