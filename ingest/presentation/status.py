"""How everything is, on one screen of 80 columns and 24 lines.

● ATENÇÃO  email/sending fora do ar: …            the worst reason beside it, the others below
Canal …    when it last brought something, what waits and for how long, against the time that is too long
Diário …   one line each

Narrower terminals lose the kinds, then the bars; what is all right takes no room. Of many channels those are shown that
are down or have something waiting, and as many others as fit.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from ingest.health import FAR_TOO_LATE, LATE, NOTHING_TOLD, SCARCE, Reason
from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, table
from ingest.presentation.labels import FATES, FILES, PARTS, REPORTING, SENDING, STYLES, counted_rules, label
from ingest.presentation.moments import ago, duration
from ingest.presentation.quantities import size_words
from ingest.presentation.reasons import why
from ingest.translations import N_, _, ngettext

Document = Mapping[str, Any]

BAR = 8
WIDE, BROAD = 76, 56
"""Columns from which there is room for kinds, and for bars."""
MOST_REASONS = 6
MOST_CHANNELS = 15
TROUBLED = frozenset({"starting", "down", "failed"})
LEFT_BEHIND = {
    True: N_("%(name)s, of %(holder)s, who is gone: this node takes it when it starts, another after %(seconds)d s"),
    False: N_("%(name)s, of %(holder)s, who is gone: another node takes it after %(seconds)d s"),
}
"""A lease that is not renewed, by whether this node had it."""
VERDICTS = {
    "ok": (N_("ALL IS WELL"), "bold green"),
    "attention": (N_("ATTENTION"), "bold yellow"),
    "stopped": (N_("STANDSTILL"), "bold red"),
}


def in_words(reason: Reason) -> str:
    """In the reader's language."""
    values = dict(reason.values)
    if "age" in values:
        values["duration"] = duration(values["age"])
    if values.get("why", NOTHING_TOLD) != NOTHING_TOLD:
        values["why"] = why(values["why"])
    if "fate" in values:
        values["fate"] = label(FATES, values["fate"])
    return line(_(reason.text) % values)


def show_status(status: Document, zone: tzinfo, out: Console | None = None) -> None:
    """`status` is the document of `balcao status --json`."""
    out = out or console()
    now = datetime.now(UTC)
    out.print(*_verdict(status["verdict"]), sep="\n")
    shown, left_out = _worth_a_look([one for one in status["channels"] if one["state"] != "disabled"])
    out.print("", _channels(shown, out.width, zone, now), *_left_out(left_out), "", sep="\n")
    out.print(_lines(_about(status, zone, now)))


def _verdict(verdict: Document) -> Iterator[Text]:
    words, style = VERDICTS[verdict["state"]]
    reasons = verdict["reasons"]
    first = reasons[0]["text"] if reasons else _("every part is up, nothing waits for a person")
    yield Text.assemble((f"● {_(words)}", style), "  ", line(first))
    for reason in reasons[1:MOST_REASONS]:
        yield Text.assemble("  ", ("•", VERDICTS[reason["state"]][1]), f" {line(reason['text'])}")
    if (more := len(reasons) - MOST_REASONS) > 0:
        yield cell(ngettext("  … and %(count)d more", "  … and %(count)d more", more) % {"count": more}, "dim")


def _worth_a_look(channels: Sequence[Document]) -> tuple[Sequence[Document], Sequence[Document]]:
    """Those of which a person should know, and as many others as fit, in their order; and the rest."""
    quiet = [one for one in channels if one["state"] not in TROUBLED and not one["waiting"]]
    room = max(MOST_CHANNELS - (len(channels) - len(quiet)), 0)
    hidden = {one["name"] for one in quiet[room:]}
    return (
        [one for one in channels if one["name"] not in hidden],
        [one for one in channels if one["name"] in hidden],
    )


def _left_out(channels: Sequence[Document]) -> Iterator[Text]:
    if count := len(channels):
        yield cell(_("… and %(count)s more; --json has them all") % {"count": count}, "dim")


def _channels(channels: Sequence[Document], width: int, zone: tzinfo, now: datetime) -> Table:
    kinds, bars = width >= WIDE, width >= BROAD
    rows = table(_("Channel"), *([_("Kind")] if kinds else []), _("State"), _("Last success"), _("Waiting"))
    rows.columns[-1].justify = "right"
    if bars:
        rows.add_column(_("The oldest"))
    for column in rows.columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    for one in channels:
        rows.add_row(
            cell(one["name"], limit=30),
            *([cell(one["kind"])] if kinds else []),
            cell(label(PARTS, one["state"]), STYLES.get(one["state"], "dim")),
            cell(ago(one["last_success"], zone, now)),
            cell(one["waiting"] or None, "bold" if one["waiting"] else "dim"),
            *([_age(one["oldest_waiting_s"])] if bars else []),
        )
    return rows


def _age(seconds: float | None) -> Text:
    """A bar that is full when it is far too long."""
    if seconds is None:
        return cell(None, "dim")
    style = "green" if seconds <= LATE else "yellow" if seconds <= FAR_TOO_LATE else "bold red"
    return Text.assemble(_bar(seconds / FAR_TOO_LATE, style), f" {duration(seconds)}")


def _bar(part: float, style: str) -> Text:
    full = min(max(round(part * BAR), 1), BAR)
    return Text.assemble(("█" * full, style), ("░" * (BAR - full), "dim"))


def _about(status: Document, zone: tzinfo, now: datetime) -> Iterator[tuple[str, Text]]:
    if journal := status["journal"]:
        yield _("Journal"), _counts(journal["counts"], FATES)
        if (age := journal["oldest_waiting_s"]) is not None:
            yield _("Waiting"), Text.assemble(_("the oldest for %(time)s") % {"time": duration(age)})
    if status["outbox"] is not None:
        yield _("Outbox"), _outbox(status)
    if status["files"] and any(status["files"].values()):
        yield _("Files"), _counts(status["files"], FILES)
    if status["sources"]:
        yield from _mailboxes(status["sources"], zone, now)
    if status["heartbeats"]:
        yield _("Heartbeats"), _counted([one["state"] for one in status["heartbeats"]])
    yield from _leases(status["leases"] or ())
    if status["disk"]:
        yield _("Disk"), _disk(status["disk"])
    yield from _installed(status)


def _installed(status: Document) -> Iterator[tuple[str, Text]]:
    if rules := status["rules"]:
        yield _("Rules"), cell(f"{rules['file']}: {counted_rules(rules['rules'])}, {rules['hash']}")
    if known := [one for one in status["databases"].values() if one]:
        yield _("Databases"), cell(" · ".join(f"{one['at']} ({one['revision']})" for one in known))
    yield _("Parts"), _parts(status["parts"])
    if off := [line(one["name"]) for one in status["channels"] if one["state"] == "disabled"]:
        yield _("Switched off"), cell(", ".join(off), "dim")


def _outbox(status: Document) -> Text:
    shown = _counts(status["outbox"], SENDING)
    if (age := status["outbox_oldest_s"]) is not None:
        shown.append(f", {_('the oldest for %(time)s') % {'time': duration(age)}}")
    return shown


def _mailboxes(sources: Sequence[Document], zone: tzinfo, now: datetime) -> Iterator[tuple[str, Text]]:
    """A gap is a mail that is there and not here."""
    missing = sum(one["missing"] for one in sources)
    yield _("Gaps"), cell(missing or _("none"), "bold red" if missing else "green")
    for one in sources:
        told = [
            ngettext("%(count)d mail", "%(count)d mails", one["accepted"]) % {"count": one["accepted"]},
            _("looked at %(ago)s") % {"ago": ago(one["looked_at"], zone, now)} if one["looked_at"] else None,
            why(one["trouble"]) if one["trouble"] else None,
            _("%(count)s missing") % {"count": one["missing"]} if one["missing"] else None,
            _("still taking older mail, back to %(moment)s") % {"moment": ago(one["backfill_since"], zone, now)}
            if one["backfill_since"]
            else None,
            *(f"UID {gap['uid']}: {why(gap['reason'])}" for gap in one["gaps"][:2]),
        ]
        yield f"{one['channel']}/{one['folder']}", cell("; ".join(filter(None, told)), limit=160)


def _leases(leases: Sequence[Document]) -> Iterator[tuple[str, Text]]:
    """What one node does for all; another's is named, and what a killed one has left behind."""
    renewed = [one for one in leases if one["renewed"]]
    shown = [line(one["name"]) if one["here"] else f"{line(one['name'])} ({line(one['holder'])})" for one in renewed]
    if shown:
        yield _("Held here"), Text(" · ".join(shown))
    for one in leases:
        if not one["renewed"]:
            values = {"name": one["name"], "holder": one["holder"], "seconds": one["taken_over_after_s"]}
            yield _("Not renewed"), cell(_(LEFT_BEHIND[one["here"]]) % values, "yellow")


def _disk(disk: Mapping[str, int]) -> Text:
    left = disk["free"] / disk["total"] if disk["total"] else 0.0
    style = "green" if left >= SCARCE else "bold red"
    words = _("%(percent)d %% free, %(size)s") % {"percent": round(100 * left), "size": size_words(disk["free"])}
    return Text.assemble(_bar(left, style), f" {words}")


def _parts(parts: Mapping[str, Document]) -> Text:
    """Only what is not up is named; its reason stands with the verdict."""
    if not parts:
        return cell(label(PARTS, "not running"), "dim")
    other = [(name, part["state"]) for name, part in parts.items() if part["state"] != "up"]
    if not other:
        return cell(ngettext("%(count)d, up", "%(count)d, all up", len(parts)) % {"count": len(parts)}, "green")
    shown = [cell(f"{line(name)} {label(PARTS, state)}", STYLES.get(state, "")) for name, state in other]
    return Text(" · ").join(shown)


def _counted(states: Sequence[str]) -> Text:
    return _counts({state: states.count(state) for state in dict.fromkeys(states)}, REPORTING)


def _counts(counts: Mapping[str, int], words: dict[str, str]) -> Text:
    shown = [cell(f"{label(words, name)} {count}", STYLES.get(name, "")) for name, count in counts.items() if count]
    return Text(" · ").join(shown) if shown else cell(_("empty"), "dim")


def _lines(rows: Iterator[tuple[str, RenderableType]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in rows:
        grid.add_row(cell(name, "dim", limit=30), value)
    return grid
