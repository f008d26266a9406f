"""Nothing waits without a bound: what can pile up in memory is named in docs/operations.md, with its bound."""

import ast
import re

import pytest

from tests.house.test_docs_operations import PAGE, ROOT

TABLE = PAGE.partition("### Everything that waits, and its bound\n")[2].partition("\n## ")[0]
FILES = set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", TABLE))
PILES = frozenset(
    {"Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "deque", "OrderedDict", "Semaphore", "BoundedSemaphore",
     "ThreadPoolExecutor", "ProcessPool", "gather", "TaskGroup", "create_future"}
)  # fmt: skip
DAEMON = ("ingest", "store", "web", "channels")
WAITED_FOR = {
    "ingest/receiving.py": "one task for each receiver, all of them waited for",
    "ingest/sole.py": "two tasks, both waited for",
    "channels/voice/receivers.py": "one task for each receiver",
    "channels/imap/receive.py": "one task for each folder of the settings",
    "channels/smtp/receive.py": "waits for the end",
}
"""Files that make such a thing and let nothing pile up in it, and why."""


def makers():
    """file → what it makes that may pile up."""
    found = {}
    for path in (path for package in DAEMON for path in sorted((ROOT / package).rglob("*.py"))):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(("ingest/commands/", "ingest/presentation/")):
            continue
        calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        called = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
        spawned = {"spawn"} & called if name != "ingest/supervise.py" else set()
        if made := (called & PILES) | spawned:
            found[name] = made
    return found


def test_whatever_may_pile_up_is_told_with_its_bound():
    single = {"ingest/app.py", "ingest/daemon.py", "ingest/journals.py", "ingest/notifying.py"}  # one task each
    assert set(makers()) - FILES - WAITED_FOR.keys() - single == set()


def test_what_needs_no_bound_is_still_there():
    assert WAITED_FOR.keys() <= makers().keys()


@pytest.mark.parametrize("name", sorted(FILES))
def test_what_is_told_is_there(name):
    assert (ROOT / name).is_file()


def test_every_setting_that_is_named_exists():
    settings = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:\w+|channels\.\*)\.\w+)`", TABLE))
    assert named
    known = {name: name.removeprefix("channels.*.") if name.startswith("channels") else name for name in named}
    assert {name for name, key in known.items() if f"`{key}" not in settings and key not in settings} == set()


def test_no_queue_of_asyncio_is_without_a_bound():
    for path in (path for package in DAEMON for path in (ROOT / package).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in {"Queue", "LifoQueue", "PriorityQueue"}:
                assert call.args or call.keywords, f"{path}: a queue without a bound"
