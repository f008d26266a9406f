"""What the sender of a message is to this house. A From is anybody's to write; what it claims is not what he is.

OURS       one of our own mailboxes: takes part in no ticket, is answered by nobody
ROBOT      a third party's machine that wants an address confirmed (the ticket trick): never on somebody's ticket
AGENT      listed in `agents`, and proved: what he writes into a ticket is a note
IN_AGENTS_NAME   listed, and not proved: a customer or a stranger like anybody else
CUSTOMER   everybody else; a former agent too, once he is off the list
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto

from domain.interaction import Automated, Interaction, Medium, TraitValue
from domain.mailbox import Mailbox, domain_of, without_tag

VERIFICATION = "mail.verification"
VERIFICATION_TAG = "verification-mail"


class Standing(Enum):
    OURS = auto()
    ROBOT = auto()
    AGENT = auto()
    IN_AGENTS_NAME = auto()
    CUSTOMER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`own`: all mailboxes of this installation. `agents`: folded addresses, and domains as `@exemplo.com`.

    `quiet`: after so long a silence, what is said in a chat begins a new ticket; None: it never does.
    `burst`: what one person says in a chat, each message so soon after the last, is judged together; None: it is not.
    `call_windows`: as `quiet`, for calls of one number, by channel.
    """

    own: tuple[Mailbox, ...] = ()
    agents: frozenset[str] = frozenset()
    quiet: timedelta | None = None
    burst: timedelta | None = None
    call_windows: Mapping[str, timedelta] = field(default_factory=dict)

    def standing_of(self, interaction: Interaction) -> Standing:
        if interaction.medium is not Medium.MAIL:
            return Standing.CUSTOMER
        address = interaction.sender.address
        if interaction.automated is Automated.OWN or any(mailbox.names(address) for mailbox in self.own):
            return Standing.OURS
        if interaction.traits.get(VERIFICATION):
            return Standing.ROBOT
        if without_tag(address) in self.agents or f"@{domain_of(address)}" in self.agents:
            return Standing.AGENT if interaction.authentic else Standing.IN_AGENTS_NAME
        return Standing.OURS if any(mailbox.owns(address) for mailbox in self.own) else Standing.CUSTOMER


def takes_part(standing: Standing) -> bool:
    """Whether he becomes a participant of a ticket that he opens or joins."""
    return standing not in {Standing.OURS, Standing.ROBOT}


def traits_of(standing: Standing) -> Mapping[str, TraitValue]:
    """What rules may test of it, beside what the channel tells."""
    words = {Standing.AGENT: "proved", Standing.IN_AGENTS_NAME: "claimed"}
    return {"sender.agent": words[standing]} if standing in words else {}


def tags_of(standing: Standing) -> tuple[str, ...]:
    """Tags that a new ticket gets whatever the rules say; it is flagged, too."""
    return (VERIFICATION_TAG,) if standing is Standing.ROBOT else ()
