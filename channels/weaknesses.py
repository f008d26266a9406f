"""What settings may leave open, by name; it is told at every start and by `balcao check`."""

from domain.errors import N_
from domain.units import is_this_machine

UNSIGNED = N_(
    "anybody may post here: `unsigned` switches the proof off. Give it a secret as soon as its caller can sign"
)
REPLAYABLE = N_(
    "whoever catches a post can send it again under another id: `trust_delivery` believes an id that is not signed"
)
UNPROVED = N_("anybody may raise an alert by a forged From: `monitoring.unproved` switches the proof off")
OPEN_PASSWORD = N_("user and password go over the network in the open: `tls` is off, and the server is another machine")


def in_the_open(*, host: str, encrypted: bool, password: object) -> tuple[str, ...]:
    """Of a server that we log in to."""
    return (OPEN_PASSWORD,) if not encrypted and password is not None and not is_this_machine(host) else ()
