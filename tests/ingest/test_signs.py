"""Signs of life: what one process writes, the others read; what is old, dead or broken is not heard."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from ingest.roles import ROLES
from ingest.signs import Sign, heard, together, write
from ingest.supervise import Part, PartState

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
UP, DOWN = (
    Part(state=PartState.UP, since=NOON, last_success=NOON),
    Part(state=PartState.DOWN, since=NOON, detail="gone"),
)


def sign(*roles, at=NOON, process=None, host=None, opened=True, **parts):
    return Sign(
        roles=frozenset(roles),
        process=os.getpid() if process is None else process,
        host=host or os.uname().nodename,
        since=NOON - timedelta(hours=1),
        at=at,
        opened=opened,
        parts=parts,
        figures=[["balcao_x", "Text.", "counter", [["balcao_x_total", {"a": "b"}, 1.0]]]],
    )


def dead_process():
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    return ended.pid


def test_what_is_written_is_heard(tmp_path):
    said = sign("work", worker=UP, store=DOWN)
    write(tmp_path / "run" / "work.json", said)

    assert heard(tmp_path / "run", NOON) == [said]


def test_nothing_is_heard_where_nobody_ever_was(tmp_path):
    assert heard(tmp_path / "run", NOON) == []


@pytest.mark.parametrize(("seconds", "alive"), [(0, True), (59, True), (61, False), (-59, True), (-3600, False)])
def test_an_old_sign_is_not_believed(tmp_path, seconds, alive):
    """Nor one from the future: after the clock was set back it would be believed for ever."""
    write(tmp_path / "work.json", sign("work", at=NOON - timedelta(seconds=seconds)))

    assert bool(heard(tmp_path, NOON)) is alive


def test_a_process_that_is_gone_is_not_believed(tmp_path):
    write(tmp_path / "work.json", sign("work", process=dead_process()))

    assert heard(tmp_path, NOON) == []


def test_process_numbers_of_another_host_mean_nothing(tmp_path):
    write(tmp_path / "work.json", sign("work", process=dead_process(), host="another-container"))

    assert len(heard(tmp_path, NOON)) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"roles": 1}', b'{"roles": ["work"], "process": "x"}', b"\xff", b"[" * 9000],
)
def test_a_broken_file_is_nobodys_sign(tmp_path, content):
    (tmp_path / "work.json").write_bytes(content)
    write(tmp_path / "web.json", sign("web"))

    assert [set(one.roles) for one in heard(tmp_path, NOON)] == [{"web"}]


def test_of_two_signs_for_a_role_the_newer_counts(tmp_path):
    """Left over from a daemon with all roles that was killed a moment before the roles were split."""
    write(tmp_path / "all.json", sign(*ROLES, at=NOON - timedelta(seconds=9)))
    write(tmp_path / "web.json", sign("web"))

    assert [set(one.roles) for one in heard(tmp_path, NOON)] == [{"web"}]


def test_a_write_leaves_nothing_aside(tmp_path):
    write(tmp_path / "work.json", sign("work"))
    write(tmp_path / "work.json", sign("work"))

    assert [path.name for path in tmp_path.iterdir()] == ["work.json"]


def test_all_roles_up_is_ready():
    ready, parts = together([sign(role, journal=UP) for role in ROLES], ROLES)

    assert ready
    assert set(parts) == {"journal", *(f"role {role}" for role in ROLES)}
    assert parts["role work"].detail == f"process {os.getpid()}"


def test_a_missing_role_is_a_part_that_is_down():
    ready, parts = together([sign("web"), sign("receive"), sign("work")], ROLES)

    assert not ready
    assert (parts["role dispatch"].state, parts["role dispatch"].detail) == (PartState.DOWN, "no sign of life")


def test_a_role_that_still_opens_is_not_ready():
    ready, parts = together([sign("web", opened=False), sign("receive", "work", "dispatch")], ROLES)

    assert not ready
    assert parts["role web"].state is PartState.STARTING


@pytest.mark.parametrize("order", [(UP, DOWN), (DOWN, UP)])
def test_what_several_processes_have_is_as_well_as_the_worst(order):
    signs = [sign(role, store=part) for role, part in zip(("web", "work"), order, strict=True)]

    assert together(signs, ("web", "work"))[1]["store"] is DOWN
