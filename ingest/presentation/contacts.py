"""Contacts on a terminal: the list as a table, one contact as a page."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, heading, priority_cell, table
from ingest.presentation.labels import STATES, label
from ingest.presentation.moments import moment
from ingest.presentation.reasons import why_perhaps
from ingest.translations import _

Contact = Mapping[str, Any]
REALMS = {"mail": "e-mail", "phone": "tel", "verified phone": "tel ✓"}
LONGEST = 60


def show_contacts(contacts: Sequence[Contact]) -> None:
    if not contacts:
        console().print(cell(_("No contacts.")))
        return
    rows = table(_("No."), _("Name"), _("Addresses"))
    for contact in contacts:
        addresses = " · ".join(_address(one) for one in contact["addresses"])
        rows.add_row(cell(contact["id"]), cell(contact["name"], limit=LONGEST), cell(addresses))
    console().print(rows)


def show_contact(contact: Contact, zone: tzinfo) -> None:
    name = line(contact["name"] or "")
    console().print(
        Group(
            Text(" ".join(filter(None, [_("Contact %(number)s") % {"number": contact["id"]}, name])), style="bold"),
            *_part_of(contact),
            heading(_("Addresses")),
            *(_held(one) for one in contact["addresses"]),
            heading(_("Tickets")),
            _tickets(contact["tickets"], zone),
            heading(_("Merges")),
            _merges(contact["merges"], zone),
        )
    )


def _part_of(contact: Contact) -> list[Text]:
    if contact["merged_into"] is None:
        return []
    return [cell(_("part of contact %(number)s") % {"number": contact["merged_into"]}, "yellow")]


def _address(one: Mapping[str, Any]) -> str:
    return f"{line(one['address'])} ({REALMS.get(one['realm'], line(one['realm']))})"


def _held(one: Mapping[str, Any]) -> Text:
    text = cell(_address(one))
    if one["vouched_by"]:
        text.append("  " + _("vouched for by %(channel)s") % {"channel": line(one["vouched_by"])}, style="green")
    return text


def _tickets(tickets: Sequence[Mapping[str, Any]], zone: tzinfo) -> RenderableType:
    if not tickets:
        return cell(_("none"), "dim")
    rows = table(_("No."), _("Priority"), _("Department"), _("State"), _("Opened"), _("Subject"))
    for one in tickets:
        rows.add_row(
            cell(one["number"]),
            priority_cell(one["priority"]),
            cell(one["department"]),
            cell(label(STATES, one["state"])),
            cell(moment(one["opened_at"], zone)),
            cell(one["subject"], limit=LONGEST),
        )
    return rows


def _merges(merges: Sequence[Mapping[str, Any]], zone: tzinfo) -> RenderableType:
    if not merges:
        return cell(_("none"), "dim")
    rows = table(_("When"), _("Who"), _("Contact"), _("Part of"), _("Reason"), _("Undone"))
    for one in merges:
        undone = {
            "when": moment(one["undone_at"], zone),
            "who": line(one["undone_by"] or ""),
        }
        rows.add_row(
            cell(moment(one["at"], zone)),
            cell(one["who"]),
            cell(one["merged"]),
            cell(one["kept"]),
            cell(one["reason"] and why_perhaps(one["reason"]), limit=LONGEST),
            cell(_("%(when)s by %(who)s") % undone if one["undone_at"] else None),
        )
    return rows
