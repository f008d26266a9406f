"""Addresses of a sender that a JSON channel answers for: only those that its settings say it has checked itself."""

from collections.abc import Iterator

from channels.telephone import e164
from channels.wild import Wild


def vouched_addresses(sender: Wild, vouches: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(realm, address) for Interaction.vouched. What is no address is left out: its trait still shows it."""
    email, phone = sender.line("email"), sender.line("phone")
    if email and "email" in vouches and email.count("@") == 1 and not email.startswith("@"):
        yield "mail", email
    if phone and "phone" in vouches and (number := e164(phone)):
        yield "phone", number
