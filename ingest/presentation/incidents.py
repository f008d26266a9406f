"""Incidents on a terminal: the one of a ticket with what may help, and a list of all. Shapes: contracts.md."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, table
from ingest.presentation.moments import moment
from ingest.translations import _, ngettext

Incident = Mapping[str, Any]
LONGEST_SUMMARY = 60
MOST_SHOWN = 10
"""Children of a storm on a terminal; --json has more of them."""
STYLES = {"firing": "bold red", "resolved": "green", "silenced": "yellow"}


def state_of(one: Incident) -> str:
    return "silenced" if one.get("silenced_by") and one["state"] == "firing" else str(one["state"])


def state_cell(one: Incident) -> Text:
    words = {"firing": _("firing"), "resolved": _("resolved"), "silenced": _("silenced")}
    return cell(words[state_of(one)], STYLES[state_of(one)])


def span(seconds: int | None) -> str | None:
    """42 s · 12 min 05 s · 3 h 05 min"""
    if seconds is None:
        return None
    minutes, rest = divmod(seconds, 60)
    hours, over = divmod(minutes, 60)
    if hours:
        return f"{hours} h {over:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def in_brief(one: Incident | None) -> str | None:
    """For the queue, how many alerts of a storm or how often it was told: `12x, 3 min 10 s`."""
    if one is None:
        return None
    children = one.get("children")
    many = f"{children or one['times']}x"
    return ", ".join(filter(None, [many, span(one.get("duration_s"))]))


def summary(one: Incident, zone: tzinfo) -> Table:
    grid = Table.grid(padding=(0, 2))
    labels = ", ".join(f"{name}={value}" for name, value in one["labels"].items())
    rows: list[tuple[str, Text]] = [
        (_("State"), state_cell(one)),
        (_("Source"), cell(f"{one['source']}, {one['fingerprint']}")),
        (_("Severity"), cell(one["severity"])),
        (_("Labels"), cell(labels or None)),
        (_("Told"), cell(_told(one))),
        (_("Began"), cell(moment(one["started_at"], zone))),
        (_("Last seen"), cell(moment(one["last_at"], zone))),
        (_("Over"), cell(moment(one["ended_at"], zone))),
        (_("Lasted"), cell(span(one["duration_s"]))),
    ]
    for name, value in rows:
        grid.add_row(cell(name, "dim"), value)
    return grid


def _told(one: Incident) -> str:
    told = ngettext("%(count)d time", "%(count)d times", one["times"]) % {"count": one["times"]}
    back = ngettext("came back %(count)d time", "came back %(count)d times", one["returns"]) % {"count": one["returns"]}
    return f"{told}; {back}" if one["returns"] else told


def children(one: Incident, zone: tzinfo) -> Iterator[RenderableType]:
    brood = one.get("children")
    if not brood:
        return
    yield cell(_("%(count)s alerts, %(firing)s of them firing") % brood)
    yield _rows(brood["listed"][:MOST_SHOWN], zone, tickets=False)
    more = brood["count"] - min(len(brood["listed"]), MOST_SHOWN)
    if more > 0:
        yield cell(_("… and %(count)s more") % {"count": more}, "dim")


def solutions(one: Incident | None, verdict: Mapping[str, Any]) -> Iterator[Text]:
    """What may help: the procedure that the alert names first, then what rules propose."""
    if one is not None and one["runbook"]:
        yield cell(_("Runbook: %(url)s") % {"url": line(one["runbook"])}, "bold")
    for proposal in verdict.get("solutions") or ():
        words = " ".join(filter(None, [proposal.get("text"), proposal.get("link")]))
        yield cell(_("%(words)s (rule %(rule)s)") % {"words": line(words), "rule": line(proposal["rule"])})


def show_incidents(incidents: Sequence[Incident], zone: tzinfo) -> None:
    if not incidents:
        console().print(cell(_("No incidents.")))
        return
    console().print(_rows(incidents, zone, tickets=True))


def _rows(incidents: Sequence[Incident], zone: tzinfo, *, tickets: bool) -> Table:
    names = [_("State"), _("Alert"), _("Times"), _("Last seen"), _("Lasted")]
    rows = table(*([_("Ticket")] if tickets else []), *names, *([_("Silenced by")] if tickets else []))
    for one in incidents:
        about = line(one["name"] if one["summary"] in {"", one["name"]} else f"{one['name']}: {one['summary']}")
        cells = [
            state_cell(one), cell(about, limit=LONGEST_SUMMARY), cell(one["times"]),
            cell(moment(one["last_at"], zone)), cell(span(one["duration_s"])),
        ]  # fmt: skip
        rows.add_row(
            *([cell(one["ticket"])] if tickets else []), *cells, *([cell(one["silenced_by"])] if tickets else [])
        )
    return rows
