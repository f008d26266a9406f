"""`balcao status`: what runs, what waits, which rules are in force.

daemon's private /readyz ──▶ parts        nobody answers: the signs of life in var/run; none: "not running"
journal ──▶ counts by fate, oldest waiting; how far mailboxes were read, and what is missing
ticket store ──▶ outbox by state, files that lie elsewhere by state
rule file ──▶ hash
"""

import http.client
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import orjson

from config.settings import Settings
from domain.errors import BalcaoError
from domain.raw import Fate
from domain.source import FolderReport
from domain.units import Listen
from ingest import signs
from ingest.commands.databases import read_store, with_journal
from ingest.commands.failures import UNUSABLE, lines_of
from ingest.commands.shape import command
from ingest.commands.shell import Shell, nearby, warn
from ingest.presentation.moments import iso
from ingest.presentation.status import show_status
from ingest.roles import ROLES, run_folder
from ingest.rulebook import read_rules
from ingest.translations import N_
from store import outbox, remote_files
from store.journal import WholeJournal
from store.ledger import JournalLedger

T = TypeVar("T")

PATIENCE = 3.0
MOST_BYTES = 1_000_000
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, not what we bind
NOT_RUNNING = "not running"


@command(
    None,
    "status",
    help=N_("Show channels, journal, outbox and rules; works with and without a running daemon."),
    example="balcao status --json",
)
def status(shell: Shell) -> int:
    """Exit 2 when a database or the rule file cannot be read; what can be read is shown all the same."""
    settings = shell.settings
    problems: list[str] = []

    def tried(look: Callable[[], T]) -> T | None:
        try:
            return look()
        except BalcaoError as error:
            problems.extend(line for line in lines_of(error) if line not in problems)
            return None

    answer = ask(settings.web.private) or overheard(settings)
    document = {
        "running": answer is not None,
        "ready": bool(answer and answer.get("ready")),
        "channels": _channels(settings, answer),
        "parts": (answer or {}).get("parts", {}),
        "journal": tried(lambda: with_journal(settings, _journal)),
        "sources": tried(lambda: with_journal(settings, _sources)),
        "outbox": tried(lambda: _outbox(settings)),
        "files": tried(lambda: _files(settings)),
        "rules": tried(lambda: _rules(settings)),
        "problems": problems,
    }
    shell.answer(document, lambda: show_status(document, ZoneInfo(settings.timezone)))
    warn(problems)
    return UNUSABLE if problems else 0


def ask(private: Listen) -> Mapping[str, Any] | None:
    """What the daemon says of itself at /readyz; None when nobody (or somebody else) answers there."""
    connection = http.client.HTTPConnection(WILDCARDS.get(private.host, private.host), private.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        answer = json.loads(connection.getresponse().read(MOST_BYTES))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) and isinstance(answer.get("parts"), dict) else None


def overheard(settings: Settings) -> Mapping[str, Any] | None:
    """The same from what the processes write below `var`: the role that answers at /readyz may be down alone."""
    heard = signs.heard(run_folder(settings.var_path), datetime.now(UTC))
    if not heard:
        return None
    ready, parts = signs.together(heard, ROLES)
    return {"ready": ready, "parts": json.loads(orjson.dumps(parts))}


def _channels(settings: Settings, answer: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """A channel with a receiver is a part of its own; one that is called lives on the public site."""
    parts = (answer or {}).get("parts", {})
    found = []
    for name, block in settings.channels.items():
        part = (parts.get(name) or parts.get("web") or {}) if block.enabled else {}
        state = part.get("state", NOT_RUNNING) if block.enabled else "disabled"
        about = {key: part.get(key) for key in ("since", "last_success", "detail")}
        found.append({"name": name, "kind": block.kind, "state": state, **about})
    return found


async def _journal(journal: WholeJournal) -> dict[str, Any]:
    counts = await journal.counts()
    waiting: timedelta | None = await journal.oldest_waiting(datetime.now(UTC))
    return {
        "counts": {fate.value: counts.get(fate, 0) for fate in Fate},
        "oldest_waiting_s": None if waiting is None else round(waiting.total_seconds(), 3),
    }


async def _sources(journal: WholeJournal) -> list[dict[str, Any]]:
    """The folders we fetch from, and what is in them and not in the journal."""
    ledger = JournalLedger(journal)
    accepted = await ledger.accepted_counts()
    return [_source(report, accepted.get(report.folder.key, 0)) for report in await ledger.reports()]


def _source(report: FolderReport, accepted: int) -> dict[str, Any]:
    folder = report.folder
    gaps = [{"uid": gap.uid, "reason": gap.reason, "attempts": gap.attempts, "retry_at": iso(gap.retry_at)}
            for gap in report.gaps]  # fmt: skip
    return {
        "channel": folder.channel,
        "folder": folder.name,
        "uid_validity": folder.uid_validity,
        "upto": folder.upto,
        "accepted": accepted,
        "looked_at": iso(folder.looked_at),
        "backfill_since": iso(folder.backfill.since if folder.backfill else None),
        "trouble": folder.trouble,
        "missing": report.missing,
        "gaps": gaps,
    }


def _outbox(settings: Settings) -> dict[str, int]:
    return {state.value: count for state, count in read_store(settings, outbox.counts).items()}


def _files(settings: Settings) -> dict[str, int]:
    return {state.value: count for state, count in read_store(settings, remote_files.counts).items()}


def _rules(settings: Settings) -> dict[str, Any]:
    """The file as it is now; which rules the daemon has in force is said by its part `rules`."""
    path = nearby(settings.rules_path)
    ruleset = read_rules(path)
    return {"file": str(path), "hash": ruleset.hash, "rules": len(ruleset.rules)}
