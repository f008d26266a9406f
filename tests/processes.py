"""Ending a server that a test started with all processes of its own.

Popen(..., start_new_session=True) ─▶ kill_session(it) ─▶ nobody of that session holds a port, a socket or a lock
"""

import contextlib
import os
import signal

import psutil

from tests.patience import wait_for


def kill_session(leader):
    """All at once, as a power cut does. Who dies is waited for: a server started again meets none of them alive."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()
    wait_for(lambda: not _living(leader.pid), what=f"the end of all processes of session {leader.pid}")


def _living(group):
    """Who is left of it, but for those whose parent has only not asked yet how they ended."""
    return [one.pid for one in psutil.process_iter() if _group(one) == group and _status(one) != psutil.STATUS_ZOMBIE]


def _group(process):
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(process.pid)
    return None


def _status(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status()
    return psutil.STATUS_ZOMBIE
