"""Tickets on a terminal: the queue as a table, one ticket as a page. Shapes: contracts.md."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ingest.presentation import incidents
from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, heading, paragraph, priority_cell, table
from ingest.presentation.files import file_words
from ingest.presentation.labels import (
    DELIVERY,
    DIRECTIONS,
    EVENTS,
    FIELDS,
    FILES,
    MEDIA,
    POINTING,
    SENDING,
    STATES,
    STYLES,
    counted_tickets,
    label,
)
from ingest.presentation.moments import moment
from ingest.presentation.reasons import why, why_perhaps
from ingest.translations import _

Ticket = Mapping[str, Any]
LONGEST_SUBJECT = 60
ROOMY = 80
"""Columns of a terminal below which the queue leaves out what `tickets show` tells as well."""


def show_queue(tickets: Sequence[Ticket], zone: tzinfo) -> None:
    if not tickets:
        console().print(cell(_("No tickets.")))
        return
    columns: dict[str, Callable[[Ticket], Text]] = {
        _("No."): lambda ticket: cell(ticket["number"]),
        _("Priority"): lambda ticket: priority_cell(ticket["priority"]),
        _("Department"): lambda ticket: cell(ticket["department"]),
        _("State"): lambda ticket: cell(label(STATES, ticket["state"])),
        _("Opened"): lambda ticket: cell(moment(ticket["opened_at"], zone)),
        _("Contact"): lambda ticket: cell(_contact(ticket), limit=40),
        _("Subject"): lambda ticket: cell(ticket["subject"], limit=LONGEST_SUBJECT),
    }
    if any(ticket.get("incident") for ticket in tickets):
        columns[_("Incident")] = lambda ticket: cell(incidents.in_brief(ticket.get("incident")))
    if console().width < ROOMY:
        for heading in (_("State"), _("Contact")):
            del columns[heading]
    queue = table(*columns)
    for ticket in tickets:
        queue.add_row(*(column(ticket) for column in columns.values()))
    console().print(queue)
    console().print(cell(counted_tickets(len(tickets))))


def show_ticket(ticket: Ticket, zone: tzinfo) -> None:
    console().print(
        Group(
            Text(_("Ticket %(number)s") % {"number": ticket["number"]}, style="bold"),
            _summary(ticket, zone),
            *_incident(ticket, zone),
            heading(_("Why")),
            verdict_table(ticket["verdict"] or {}, ticket.get("tags", ())),
            heading(_("Messages")),
            *(_message(message, zone) for message in ticket["messages"]),
            heading(_("Acknowledgements")),
            _acknowledgements(ticket["acknowledgements"]),
            heading(_("History")),
            history_table(ticket["history"], zone),
        )
    )


def _incident(ticket: Ticket, zone: tzinfo) -> Iterator[RenderableType]:
    """What monitoring tells, and what may help."""
    one = ticket.get("incident")
    if one is not None:
        yield heading(_("Incident"))
        yield incidents.summary(one, zone)
        yield from incidents.children(one, zone)
    if helping := list(incidents.solutions(one, ticket["verdict"] or {})):
        yield heading(_("What may help"))
        yield from helping


def verdict_table(verdict: Mapping[str, Any], tags: Iterable[Any] = (), *, others: bool = False) -> RenderableType:
    """Every field with the rule that set it and the words that decided; with `others`, who came after it."""
    fields = verdict.get("fields") or {}
    decided = table(_("Field"), _("Value"), _("Rule"), _("Words that matched"))
    for name, decision in fields.items():
        value = decision.get("value")
        decided.add_row(
            cell(label(FIELDS, name)),
            priority_cell(str(value)) if name == "priority" else cell(value),
            cell(decision.get("rule")),
            cell(matched_words(decision.get("matched") or ())),
        )
        for other in (verdict.get("runners_up") or ()) if others else ():
            if other.get("field") == name:
                texts = ("  " + _("else"), other.get("value"), other.get("rule"), None)
                decided.add_row(*(cell(text, "dim") for text in texts))
    if shown := ", ".join(line(tag) for tag in tags):
        decided.add_row(cell(_("Tags")), cell(shown), cell(None), cell(None))
    return decided


def matched_words(matches: Iterable[Mapping[str, Any]]) -> str | None:
    """`subject: fora do ar; text: urgente`, or None when no words decided."""
    found = [f"{match['where']}: {', '.join(map(str, match['words']))}" for match in matches]
    return "; ".join(found) or None


def _contact(ticket: Ticket) -> str | None:
    contact = ticket.get("contact") or {}
    addresses = contact.get("addresses") or []
    return contact.get("name") or (addresses[0] if addresses else None)


def _summary(ticket: Ticket, zone: tzinfo) -> Table:
    grid = Table.grid(padding=(0, 2))
    contact = ticket.get("contact") or {}
    known = [contact.get("name"), *(contact.get("addresses") or [])]
    rows: list[tuple[str, Text]] = [
        (_("Subject"), cell(ticket["subject"])),
        (_("State"), cell(label(STATES, ticket["state"]))),
        (_("Department"), cell(ticket["department"])),
        (_("Priority"), priority_cell(ticket["priority"])),
        (_("Contact"), cell(" · ".join(filter(None, known)) or None)),
        (_("Assignee"), cell(ticket.get("assignee"))),
        (_("Opened"), cell(moment(ticket["opened_at"], zone))),
        (_("Solved"), cell(moment(ticket.get("solved_at"), zone))),
    ]
    rows += [(_("Failing address"), cell(_failing(one, zone), "bold red")) for one in ticket.get("failing") or ()]
    if ticket.get("flagged"):
        rows.append((_("Flag"), cell(_("yes"), "bold red")))
    for name, value in rows:
        grid.add_row(cell(name, "dim"), value)
    return grid


def _message(message: Mapping[str, Any], zone: tzinfo) -> RenderableType:
    about = [
        moment(message["received_at"], zone),
        label(DIRECTIONS, message["direction"]),
        label(MEDIA, message["medium"]),
        message.get("channel"),
        message.get("sender"),
    ]
    head = cell(" · ".join(filter(None, (line(_person(part)) for part in about if part))), "bold")
    if sending := message.get("sending"):
        state = sending["state"]
        words = " ".join(filter(None, [_how_far(sending), line(why(sending["reason"] or ""))]))
        head.append(f"  {words}", style=STYLES.get(state, "yellow"))
    if message.get("direction") == "in" and message.get("verified") is False:
        head.append("  " + _("UNVERIFIED"), style="bold yellow")
    files = [_file(file) for file in message.get("attachments") or ()]
    attached = [cell(_("Attachments: %(files)s") % {"files": ", ".join(files)}, "dim")] if files else []
    text = Padding(paragraph(message.get("text") or ""), (0, 0, 0, 2))
    return Padding(Group(head, text, *attached, *map(_absent, message.get("remote_files") or ())), (0, 0, 1, 0))


def _file(file: Mapping[str, Any]) -> str:
    """One that went apart from the words has its own fate."""
    sending = file.get("sending")
    if sending is None:
        return file_words(file)
    return f"{file_words(file)}: {' '.join(filter(None, [_how_far(sending), line(why(sending['reason'] or ''))]))}"


def _absent(file: Mapping[str, Any]) -> Text:
    """A file that is still elsewhere, or stays there."""
    words = [label(FILES, file["state"]), line(why(file["reason"] or ""))]
    shown = _("Not attached: %(file)s") % {"file": line(file["name"])}
    return cell(f"{shown} ({': '.join(filter(None, words))})", STYLES.get(file["state"], "yellow"))


def _person(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return " ".join(filter(None, [value.get("name"), f"<{value['address']}>" if value.get("address") else ""]))


def _failing(one: Mapping[str, Any], zone: tzinfo) -> str:
    values = {"address": line(one["address"]), "when": moment(one["last"], zone), "reason": line(why(one["reason"]))}
    return _("%(address)s: our mail came back on %(when)s (%(reason)s)") % values


def _acknowledgements(acknowledgements: Sequence[Mapping[str, Any]]) -> RenderableType:
    if not acknowledgements:
        return cell(_("none"), "dim")
    rows = table(_("Channel"), _("To"), _("State"), _("Reason"))
    for one in acknowledgements:
        state = one["state"]
        rows.add_row(
            cell(one["channel"]),
            cell(one["to"]),
            cell(_how_far(one), STYLES.get(state, "")),
            cell(why(one["reason"]) if one.get("reason") else None),
        )
    return rows


def _how_far(one: Mapping[str, Any]) -> str:
    """Whether it was sent, and what its provider says came of it."""
    state, delivery = one["state"], one.get("delivery")
    if state != "sent" or delivery is None:
        return label(SENDING, state)
    return f"{label(SENDING, state)}, {label(DELIVERY, delivery['state'])}"


def history_table(history: Sequence[Mapping[str, Any]], zone: tzinfo) -> RenderableType:
    rows = table(_("When"), _("Who"), _("What"), _("From"), _("To"), _("Reason"))
    for event in history:
        rows.add_row(
            cell(moment(event["at"], zone)),
            cell(event["who"]),
            cell(label(EVENTS, event["what"])),
            cell(_place(event, "from"), limit=LONGEST_SUBJECT),
            cell(_place(event, "to"), limit=LONGEST_SUBJECT),
            cell(_reason(event), limit=LONGEST_SUBJECT),
        )
    return rows


def _place(event: Mapping[str, Any], name: str) -> str | None:
    value = event.get(name)
    if value and event["what"] == "state":
        return label(STATES, value)
    return why_perhaps(value) if value and event["what"] in POINTING else value


def _reason(row: Mapping[str, Any]) -> str | None:
    reason = row.get("reason")
    return why_perhaps(reason) if reason else None
