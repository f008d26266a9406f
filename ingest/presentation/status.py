"""The state of everything on one screen."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ingest.presentation.console import cell, console, table
from ingest.presentation.labels import FATES, FILES, PARTS, SENDING, STYLES, counted_rules, label
from ingest.presentation.moments import duration, moment
from ingest.translations import _


def show_status(status: Mapping[str, Any], zone: tzinfo) -> None:
    """`status` is the document of `balcao status --json`."""
    out = console()
    out.print(_headline(status), "")
    out.print(_channels(status["channels"], zone), "")
    if others := {name: part for name, part in status["parts"].items() if not _is_channel(name, status)}:
        out.print(_parts(others, zone), "")
    if status["journal"]:
        out.print(_line(_("Journal"), _counts(status["journal"]["counts"], FATES)))
        if (waiting := status["journal"]["oldest_waiting_s"]) is not None:
            out.print(_line(_("Waiting"), cell(_("the oldest for %(time)s") % {"time": duration(waiting)})))
    if status["sources"]:
        out.print(_sources(status["sources"], zone), "")
    if status["outbox"] is not None:
        out.print(_line(_("Outbox"), _counts(status["outbox"], SENDING)))
    if status["files"] and any(status["files"].values()):
        out.print(_line(_("Files"), _counts(status["files"], FILES)))
    if rules := status["rules"]:
        out.print(_line(_("Rules"), cell(f"{rules['file']}: {counted_rules(rules['rules'])}, {rules['hash']}")))


def _headline(status: Mapping[str, Any]) -> Text:
    if not status["running"]:
        return cell(_("The daemon is not running."), "bold yellow")
    if status["ready"]:
        return cell(_("The daemon is running; every part is up."), "bold green")
    return cell(_("The daemon is running, but not every part is up."), "bold yellow")


def _channels(channels: list[Mapping[str, Any]], zone: tzinfo) -> Table:
    rows = table(_("Channel"), _("Kind"), _("State"), _("Last success"), _("Detail"))
    for one in channels:
        rows.add_row(
            cell(one["name"]),
            cell(one["kind"]),
            cell(label(PARTS, one["state"]), STYLES.get(one["state"], "dim")),
            cell(moment(one["last_success"], zone)),
            cell(one["detail"] or None, limit=80),
        )
    return rows


def _parts(parts: Mapping[str, Mapping[str, Any]], zone: tzinfo) -> Table:
    rows = table(_("Part"), _("State"), _("Since"), _("Detail"))
    for name, part in parts.items():
        rows.add_row(
            cell(name),
            cell(label(PARTS, part.get("state")), STYLES.get(str(part.get("state")), "")),
            cell(moment(part.get("since"), zone)),
            cell(part.get("detail") or None, limit=100),
        )
    return rows


def _sources(sources: list[Mapping[str, Any]], zone: tzinfo) -> Table:
    """The folders of mailboxes; a gap is a mail that is there and not here."""
    rows = table(_("Channel"), _("Folder"), _("Mails"), _("Last looked at"), _("Missing"), _("Detail"))
    for one in sources:
        rows.add_row(
            cell(one["channel"]),
            cell(one["folder"]),
            cell(str(one["accepted"])),
            cell(moment(one["looked_at"], zone)),
            cell(str(one["missing"]), "bold red" if one["missing"] else ""),
            cell(_detail(one, zone), limit=120),
        )
    return rows


def _detail(source: Mapping[str, Any], zone: tzinfo) -> str | None:
    told = [source["trouble"]]
    if since := source["backfill_since"]:
        told.append(_("still taking older mail, back to %(moment)s") % {"moment": moment(since, zone)})
    told += [f"UID {gap['uid']}: {gap['reason']}" for gap in source["gaps"]]
    return "; ".join(filter(None, told)) or None


def _is_channel(name: str, status: Mapping[str, Any]) -> bool:
    return any(one["name"] == name for one in status["channels"])


def _counts(counts: Mapping[str, int], words: dict[str, str]) -> Text:
    shown = [cell(f"{label(words, name)} {count}", STYLES.get(name, "")) for name, count in counts.items() if count]
    return Text(" · ").join(shown) if shown else cell(_("empty"), "dim")


def _line(name: str, value: RenderableType) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=10)
    grid.add_row(Text(name, style="dim"), value)
    return grid
