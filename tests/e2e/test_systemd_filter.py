"""Under the shipped unit the kernel refuses calls, sockets and memory: a working daemon asks for none of them."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import chat_body, post, send_mail
from tests.e2e.test_fsync import can_trace
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

UNIT = (Path(__file__).parents[2] / "deploy" / "systemd" / "balcao.service").read_text(encoding="utf-8")
CALL = re.compile(r"\d+ +(\w+)\((.*)")
FOR_ROOT_ALONE = {"fchown"}
"""SQLite gives what it creates to the owner of the database, where it runs as root; the unit runs as balcao."""
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        shutil.which("systemd-analyze") is None or not can_trace(), reason="needs systemd and strace (tests/set_up.sh)"
    ),
]


def members(group):
    """The system calls of `@group`, as systemd knows them."""
    told = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True)
    words = [line.strip() for line in told.stdout.splitlines()[1:]]
    calls = {word for word in words if word and word[0] not in "#@"}
    return calls.union(*(members(word) for word in words if word.startswith("@")))


def allowed_calls():
    lines = re.findall(r"^SystemCallFilter=(~?)(.*)$", UNIT, re.MULTILINE)
    good, bad = (
        set().union(*(members(group) for sign, groups in lines if (sign == "~") is bad for group in groups.split()))
        for bad in (False, True)
    )
    return good - bad


def refused(trace, allowed, families):
    """Every call of this trace that the unit forbids."""
    for line in trace.splitlines():
        call = CALL.match(line)
        if call is None:
            continue
        name, arguments = call.groups()
        if (
            name not in allowed
            or (name == "socket" and arguments.partition(",")[0] not in families)
            or ("PROT_EXEC" in arguments and (name.endswith("mprotect") or "PROT_WRITE" in arguments))
        ):
            yield line


def test_what_a_unit_forbids_is_seen_in_a_trace():
    assert {"openat", "socket", "fdatasync"} <= allowed_calls()
    assert not allowed_calls() & {"mount", "ptrace", "reboot", "setpriority", "chroot", "bpf"}
    bad = [
        "9 mount(NULL) = 0",
        "9 socket(AF_PACKET, SOCK_RAW, 0) = 3",
        "9 mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE) = 0x1",
        "9 mprotect(0x1, 4096, PROT_READ|PROT_EXEC) = 0",
    ]
    good = [
        "9 socket(AF_INET, SOCK_STREAM, 0) = 3",
        "9 mmap(NULL, 1, PROT_READ|PROT_EXEC, 0) = 0x1",
        "9 +++ exited +++",
    ]

    assert list(refused("\n".join(bad + good), allowed_calls(), {"AF_INET"})) == bad


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """The setting of one."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres_server")
    asyncio.run(run_sql(server, "CREATE DATABASE balcao_filter"))
    yield f'database: "{on_server(server, "balcao_filter")}"'
    asyncio.run(run_sql(server, "DROP DATABASE balcao_filter WITH (FORCE)"))


def test_a_daemon_that_works_asks_the_kernel_for_nothing_that_is_refused(database, tmp_path):
    log = tmp_path / "strace.log"
    daemon = Daemon(tmp_path / "desk", extra=database, wrapper=("strace", "-f", "-o", str(log)))
    daemon.start()
    try:
        for number in range(5):
            send_mail(daemon.ports["smtp"], f"carta-{number}")
            status, _ = post(daemon.ports["public"], "site", daemon.secret(), chat_body("oi"), f"id{number}")
            assert status == 202
        wait_for(daemon.drained, what="an empty journal")
    finally:
        daemon.stop()

    allowed = allowed_calls() | FOR_ROOT_ALONE
    families = set(re.search(r"^RestrictAddressFamilies=(.*)$", UNIT, re.MULTILINE)[1].split())
    trace = log.read_text(errors="replace")
    assert "accept4(" in trace
    assert list(refused(trace, allowed, families)) == []
