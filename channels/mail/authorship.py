"""The names a mail gives its sender beside the one identity that counts (`addresses.sender_of`).

A mail may have several From, several authors in one, another Sender, or a stranger's address for a display name.
The identity does not change with them; whoever reads the ticket and the rules are shown them.

    mail.other_from           further addresses in From
    mail.name_shows_address   an address other than the sender's stands in the display name
    mail.sender_differs       Sender names somebody else (RFC 5322 §3.6.2: who sent it for the author)
"""

import re
from collections.abc import Iterator

from channels.mail.addresses import addresses
from channels.mail.fields import Headers
from domain.interaction import Party, TraitValue
from domain.mailbox import fold_address

MOST_SHOWN = 10
_LOOKS_LIKE_AN_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}[@\uff20\ufe6b][\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def other_names(headers: Headers, sender: Party) -> Iterator[tuple[str, TraitValue]]:
    own = fold_address(sender.address)
    others = [address for address in addresses(headers, "from") if fold_address(address) != own]
    if others:
        yield "mail.other_from", ", ".join(others[:MOST_SHOWN])
    shown = [found for found in _LOOKS_LIKE_AN_ADDRESS.findall(sender.name or "") if fold_address(found) != own]
    if shown:
        yield "mail.name_shows_address", ", ".join(shown[:MOST_SHOWN])
    on_behalf = [address for address in addresses(headers, "sender") if fold_address(address) != own]
    if on_behalf:
        yield "mail.sender_differs", on_behalf[0]
