"""`balcao contacts …`: who writes, and a person's word on which addresses are one person's."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from ingest.commands.databases import read_store, write_store
from ingest.commands.failures import Wrong
from ingest.commands.finding import contact_called, nobody, spellings
from ingest.commands.privacy import erase, export
from ingest.commands.shape import command, group, limit_option
from ingest.commands.shell import Shell, say
from ingest.commands.who import person
from ingest.presentation.contacts import show_contact, show_contacts
from ingest.translations import N_, _
from store import contacts as store_contacts
from store import merging
from store.documents import Document

contacts = group("contacts", help=N_("List, show, merge, split, export and erase contacts."))


@command(contacts, "list", help=N_("List contacts, newest first."), example="balcao contacts list --limit 20")
@limit_option
def list_contacts(shell: Shell, limit: int) -> None:
    found = read_store(shell.settings, lambda connection: store_contacts.list_contacts(connection, limit))
    shell.answer(found, lambda: show_contacts(found))


@command(
    contacts,
    "show",
    help=N_("Show one contact: addresses, tickets, merges. WHO is its number or one of its addresses."),
    example="balcao contacts show 12\nbalcao contacts show ana@exemplo.com.br\nbalcao contacts show '(11) 91234-5678'",
)
@click.argument("who", metavar="WHO")
def show(shell: Shell, who: str) -> None:
    def unit(connection: Connection) -> Document | None:
        return store_contacts.contact(connection, contact_called(connection, who))

    found = read_store(shell.settings, unit)
    if found is None:
        raise nobody(who)
    shell.answer(found, lambda: show_contact(found, ZoneInfo(shell.settings.timezone)))


@command(
    contacts,
    "merge",
    help=N_("Two contacts are one person: addresses and tickets of B go to A. `contacts split A` undoes it."),
    example="balcao contacts merge 12 31\nbalcao contacts merge ana@exemplo.com.br '(11) 91234-5678'",
)
@click.argument("kept", metavar="A")
@click.argument("merged", metavar="B")
def merge(shell: Shell, kept: str, merged: str) -> None:
    who, now = person(), datetime.now(UTC)

    def unit(connection: Connection) -> tuple[int, int]:
        one, other = _whole(connection, kept), _whole(connection, merged)
        if one == other:
            raise Wrong(_("both are contact %(contact)s already") % {"contact": one})
        merging.merge(connection, one, other, who=who, reason=None, now=now)
        return one, other

    one, other = write_store(shell.settings, unit)
    text = _("Contact %(merged)s is now part of contact %(kept)s. To undo: balcao contacts split %(kept)s")
    shell.answer({"kept": one, "merged": other, "who": who}, lambda: say(text % {"kept": one, "merged": other}))


@command(
    contacts,
    "split",
    help=N_("Undo the last merge into a contact, or make a contact of their own of some of its addresses."),
    example="balcao contacts split 12\nbalcao contacts split 12 ana@exemplo.com.br",
)
@click.argument("contact", metavar="A")
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
def split(shell: Shell, contact: str, addresses: tuple[str, ...]) -> None:
    who, now = person(), datetime.now(UTC)

    def unit(connection: Connection) -> tuple[int, int, tuple[int, ...]]:
        kept = _whole(connection, contact)
        if addresses:
            return kept, *_without(connection, kept, addresses, who, now)
        done = merging.last_merge(connection, kept)
        if done is None:
            raise Wrong(_("nothing was merged into contact %(contact)s; name the addresses") % {"contact": kept})
        return kept, done.merged, merging.undo(connection, done, who=who, now=now)

    kept, apart, tickets = write_store(shell.settings, unit)
    text = _("Contact %(apart)s stands apart from contact %(kept)s. Tickets that went with it: %(tickets)s")
    numbers = ", ".join(f"#{number}" for number in tickets) or "-"
    document = {"kept": kept, "apart": apart, "tickets": list(tickets), "who": who}
    shell.answer(document, lambda: say(text % {"apart": apart, "kept": kept, "tickets": numbers}))


def _without(
    connection: Connection, kept: int, named: tuple[str, ...], who: str, now: datetime
) -> tuple[int, tuple[int, ...]]:
    held = store_contacts.addresses_of(connection, kept)
    wanted = {spelling for name in named for spelling in spellings(name)}
    leaving = [one for one in held if one[1] in wanted]
    for name in named:
        if not any(one[1] in spellings(name) for one in leaving):
            text = _("contact %(contact)s has no address %(address)s")
            raise Wrong(text % {"contact": kept, "address": name})
    if len(leaving) == len(held):
        raise Wrong(_("contact %(contact)s has no other address: nothing would be left of it") % {"contact": kept})
    return merging.split(connection, kept, leaving, who=who, now=now)


def _whole(connection: Connection, who: str) -> int:
    """The contact that `who` is part of now. Raises Wrong."""
    found = merging.current(connection, contact_called(connection, who))
    if found is None:
        raise nobody(who)
    return found


contacts.add_command(export)
contacts.add_command(erase)
