"""The verdict on a whole installation, for a person's first glance: pure, over what `balcao status` has gathered.

    STOPPED    nothing is accepted, or nothing becomes a ticket
    ATTENTION  all of that goes on, and a person should look today
    OK

The worst reason decides; all of them are told, the worst first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ingest.translations import N_

LATE, FAR_TOO_LATE = 300.0, 900.0
"""Seconds that the oldest entry may wait until a person should look, and until nothing moves any more."""
OUTBOX_LATE = 3600.0
SCARCE = 0.1
"""Part of the disk that should stay free."""
NOTHING_TOLD = "—"
DOWN = frozenset({"down", "failed", "not running"})
NOTHING_ACCEPTED = frozenset({"journal", "role receive", "role web", "web"})
NOTHING_FILED = frozenset({"store", "worker", "rules", "role work"})


class Health(StrEnum):
    OK = "ok"
    ATTENTION = "attention"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: `text` is a msgid with `values`; `code` is for scripts."""

    health: Health
    code: str
    text: str
    values: Mapping[str, Any]


def reasons(facts: Mapping[str, Any]) -> list[Reason]:
    """The worst first. `facts`: the document of `balcao status --json`, but for its verdict."""
    return sorted(_reasons(facts), key=lambda reason: reason.health is not Health.STOPPED)


def verdict(found: Sequence[Reason]) -> Health:
    return found[0].health if found else Health.OK


def _reasons(facts: Mapping[str, Any]) -> Iterator[Reason]:
    if not facts["running"]:
        yield _stopped("not_running", N_("no daemon runs here"))
    for name in facts["unreadable"]:
        if name == "rules" and facts["parts"].get("rules", {}).get("state") == "up":
            yield _attention("unreadable", N_("the rule file is refused; the rules from before it stay in force"))
        else:
            yield _attention("unreadable", N_("%(part)s cannot be read"), part=name)
    yield from _of_parts(facts["parts"])
    yield from _of_journal(facts["journal"], facts["running"])
    yield from _of_the_rest(facts)


def _of_parts(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[Reason]:
    starting = [name for name, part in parts.items() if part["state"] == "starting"]
    if starting:
        yield _attention("starting", N_("still starting: %(parts)s"), parts=", ".join(starting))
    for name, part in parts.items():
        if part["state"] not in DOWN or (starting and name in NOTHING_FILED):
            continue
        if name in NOTHING_ACCEPTED:
            yield _stopped("part_down", N_("%(part)s is down, nothing is accepted there: %(why)s"), **_why(name, part))
        elif name in NOTHING_FILED:
            text = N_("%(part)s is down, what comes waits for its ticket: %(why)s")
            yield _stopped("part_down", text, **_why(name, part))
        else:
            yield _attention("part_down", N_("%(part)s is down: %(why)s"), **_why(name, part))


def _why(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    return {"part": name, "why": part.get("detail") or NOTHING_TOLD}


def _of_journal(journal: Mapping[str, Any] | None, running: bool) -> Iterator[Reason]:  # noqa: FBT001 - a fact
    if journal is None:
        return
    age = journal["oldest_waiting_s"] or 0.0
    if age > FAR_TOO_LATE and running:
        yield _stopped("waits_too_long", N_("the oldest interaction has waited %(duration)s for its ticket"), age=age)
    elif age > LATE:
        yield _attention("waits_long", N_("the oldest interaction has waited %(duration)s for its ticket"), age=age)
    for fate in ("quarantined", "failed"):
        if count := journal["counts"][fate]:
            text = N_("%(count)s %(fate)s: balcao journal list --fate %(word)s")
            yield _attention(fate, text, count=count, fate=fate, word=fate)


def _of_the_rest(facts: Mapping[str, Any]) -> Iterator[Reason]:
    if missing := sum(source["missing"] for source in facts["sources"] or ()):
        yield _attention("gaps", N_("%(count)s mails are in a mailbox and not here"), count=missing)
    if (age := facts["outbox_oldest_s"] or 0.0) > OUTBOX_LATE:
        yield _attention("outbox_late", N_("a message has waited %(duration)s to be sent"), age=age)
    disk = facts["disk"]
    if disk and disk["free"] <= disk["reserve"]:
        yield _stopped("disk_full", N_("the disk is full: senders are told to try again"))
    elif disk and disk["free"] < SCARCE * disk["total"]:
        yield _attention("disk", N_("%(part)s %% of the disk is left"), part=round(100 * disk["free"] / disk["total"]))
    for database in filter(None, (facts["databases"] or {}).values()):
        if database["revision"] != database["expected"]:
            yield _attention("schema", N_("%(part)s is at another schema: balcao db upgrade"), part=database["at"])
    for one in facts["heartbeats"] or ():
        if one["state"] == "late":
            yield _attention("heartbeat", N_("%(part)s has not reported"), part=one["title"])


def _stopped(code: str, text: str, **values: Any) -> Reason:
    return Reason(health=Health.STOPPED, code=code, text=text, values=values)


def _attention(code: str, text: str, **values: Any) -> Reason:
    return Reason(health=Health.ATTENTION, code=code, text=text, values=values)
