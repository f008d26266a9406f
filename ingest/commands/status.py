"""`balcao status`: what runs, what waits, which rules are in force, and the verdict on it all (ingest/health.py).

daemon's private /readyz ──▶ parts        nobody answers: the signs of life in var/run; none: "not running"
journal ──▶ counts by fate, what each channel brought last and has waiting, mailboxes and what is missing, leases
ticket store ──▶ outbox by state, files that lie elsewhere, systems that must report
rule file, disk ──▶ hash, what is left
"""

import http.client
import json
import shutil
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import orjson

from config.settings import Settings
from domain.errors import BalcaoError
from domain.units import Listen, called_here
from ingest import health, signs
from ingest.commands import installation
from ingest.commands.databases import with_journal, with_store
from ingest.commands.failures import UNUSABLE, WRONG, lines_of
from ingest.commands.shape import command
from ingest.commands.shell import Shell, nearby, warn
from ingest.presentation.status import in_words, show_status
from ingest.roles import ROLES, run_folder
from ingest.rulesets import read_rules
from ingest.supervise import Part, PartState
from ingest.translations import N_, _

T = TypeVar("T")

PATIENCE = 3.0
MOST_BYTES = 1_000_000
MOST_PROBLEMS = 6
NOT_RUNNING = "not running"
PRIVATE_SITE, SILENT = "private site", "it does not answer"


@command(
    None,
    "status",
    help=N_("Show how everything is, on one screen; works with and without a running daemon."),
    example="balcao status --json",
)
def status(shell: Shell) -> int:
    """Exit 1 when nothing is accepted or filed, 2 when a database or the rule file cannot be read.

    What can be read is shown all the same.
    """
    problems: list[str] = []
    document = _gathered(shell.settings, problems)
    found = health.reasons(document)
    verdict = {
        "state": health.verdict(found).value,
        "reasons": [{"state": one.health.value, "code": one.code, "text": in_words(one)} for one in found],
    }
    document = {"verdict": verdict, **document}
    shell.answer(document, lambda: show_status(document, ZoneInfo(shell.settings.timezone)))
    warn(_first_of(problems))
    if problems:
        return UNUSABLE
    return WRONG if health.verdict(found) is health.Health.STOPPED else 0


def _first_of(problems: list[str]) -> list[str]:
    """One wrong word of a rule file may be dozens of mistakes, below which nobody sees the verdict."""
    left = len(problems) - MOST_PROBLEMS
    more = [_("… and %(count)s more; --json has them all") % {"count": left}] if left > 0 else []
    return [*problems[:MOST_PROBLEMS], *more]


def _gathered(settings: Settings, problems: list[str]) -> dict[str, Any]:
    unreadable: list[str] = []

    def tried(part: str, look: Callable[[], T]) -> T | None:
        try:
            return look()
        except BalcaoError as error:
            unreadable.append(part)
            problems.extend(line for line in lines_of(error) if line not in problems)
            return None

    now = datetime.now(UTC)
    answer = ask(settings.web.private) or overheard(settings, now)
    parts = (answer or {}).get("parts", {})
    living = frozenset(role for role in ROLES if answer and parts.get(f"role {role}", {}).get("state") != "down")
    journal = tried(
        "journal", lambda: with_journal(settings, lambda one: installation.of_journal(settings, one, now, living))
    )
    store = tried("store", lambda: with_store(settings, lambda one: installation.of_store(settings, one, now)))
    journal, store = journal or {}, store or {}
    return {
        "running": answer is not None,
        "ready": bool(answer and answer.get("ready")),
        "channels": _channels(settings, parts, journal.get("channels", {}), running=answer is not None),
        "parts": parts,
        "journal": journal.get("journal"),
        "sources": journal.get("sources"),
        "leases": journal.get("leases"),
        "outbox": store.get("outbox"),
        "outbox_oldest_s": store.get("outbox_oldest_s"),
        "files": store.get("files"),
        "heartbeats": store.get("heartbeats"),
        "disk": _disk(settings),
        "databases": {"journal": journal.get("database"), "store": store.get("database")},
        "rules": tried("rules", lambda: _rules(settings)),
        "unreadable": unreadable,
        "problems": problems,
    }


def ask(private: Listen) -> Mapping[str, Any] | None:
    """What the daemon says of itself at /readyz; None when nobody (or somebody else) answers there."""
    connection = http.client.HTTPConnection(called_here(private.host), private.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        answer = json.loads(connection.getresponse().read(MOST_BYTES))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) and isinstance(answer.get("parts"), dict) else None


def overheard(settings: Settings, now: datetime) -> Mapping[str, Any] | None:
    """The same from what the processes write below `var`: the role that answers at /readyz may be down alone.

    Where it is there and does not answer, its last sign is no proof that it still moves.
    """
    heard = signs.heard(run_folder(settings.var_path), now)
    if not heard:
        return None
    ready, parts = signs.together(heard, ROLES)
    here = socket.gethostname()
    if any("web" in sign.roles and sign.opened and sign.host == here for sign in heard):
        ready, parts[PRIVATE_SITE] = False, Part(state=PartState.DOWN, since=now, detail=SILENT)
    return {"ready": ready, "parts": json.loads(orjson.dumps(parts))}


def _channels(
    settings: Settings, parts: Mapping[str, Any], queues: Mapping[str, Any], *, running: bool
) -> list[dict[str, Any]]:
    """A channel with a receiver is a part of its own; one that is called lives on the public site.

    `last_success`: when it last brought something, or else when its receiver last was well.
    """
    found = []
    for name, block in settings.channels.items():
        part = (parts.get(name) or parts.get("web") or {}) if block.enabled and running else {}
        queue = queues.get(name) or {"last_accepted": None, "waiting": 0, "oldest_waiting_s": None}
        found.append(
            {
                "name": name,
                "kind": block.kind,
                "state": part.get("state", NOT_RUNNING) if block.enabled else "disabled",
                "since": part.get("since"),
                "last_success": queue["last_accepted"] or part.get("last_success"),
                "detail": part.get("detail"),
                **queue,
            }
        )
    return found


def _disk(settings: Settings) -> dict[str, int] | None:
    """Of the file system where the journal lies; None before there is one."""
    try:
        found = shutil.disk_usage(settings.var_path)
    except OSError:
        return None
    reserve = 0 if settings.broker else settings.journal.disk_reserve
    return {"total": found.total, "free": found.free, "reserve": reserve}


def _rules(settings: Settings) -> dict[str, Any]:
    """The file as it is now; which rules the daemon has in force is said by its part `rules`."""
    path = nearby(settings.rules_path)
    ruleset = read_rules(path)
    return {"file": str(path), "hash": ruleset.hash, "rules": len(ruleset.rules)}
