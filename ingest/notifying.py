"""What systemd is told (sd_notify(3)): that the doors are open, that we stop, and that the loop still turns.

    READY=1 ─▶ WATCHDOG=1, WATCHDOG=1, … ─▶ STOPPING=1          nothing where nobody asked (NOTIFY_SOCKET)

A watchdog that hears nothing for WatchdogSec= kills the process and starts it again: what hangs serves nobody.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from ingest.supervise import ended, spawn

_MICROSECONDS = 1_000_000


def tell(*lines: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody was told."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.setblocking(False)
        told.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        told.send("\n".join(lines).encode())
        return True
    return False


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float | None:
    """How often we must say that we live, at the least; None: nobody watches this process."""
    patience, whom = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(os.getpid()))
    if not patience.isdigit() or int(patience) == 0 or whom != str(os.getpid()):
        return None
    return int(patience) / _MICROSECONDS


@asynccontextmanager
async def watchdog(_daemon: object) -> AsyncIterator[None]:
    """The part: while the loop turns, systemd hears of it, twice within its patience."""
    patience = watchdog_seconds()
    if patience is None:
        yield
        return
    async with ended(spawn(_beat(patience / 2), name="watchdog of systemd")):
        yield


async def _beat(every: float) -> None:
    while True:
        tell("WATCHDOG=1")
        await asyncio.sleep(every)
