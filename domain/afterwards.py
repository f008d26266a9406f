"""What a channel reports about something earlier. It is no message of its own and opens no ticket.

DeliveryReceipt   what became of a message of ours
Retraction        its sender took a message back
AddressChange     a person is known under another address from now on

They come in any order, also before what they speak of, and more than once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class Progress(IntEnum):
    """A greater one is never undone by a smaller one. Arrival on another device overrules a failure."""

    SENT = 1
    FAILED = 2
    DELIVERED = 3
    READ = 4

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """`remote_id` names the message as the provider does; None: all that was sent to `recipient` until `at`.

    Of a failure, `code` and `reason` are the provider's own; `again` is the pause after which another try may help,
    None when it is in vain.
    """

    channel: str
    remote_id: str | None
    progress: Progress
    at: datetime
    recipient: str | None = None
    code: str | None = None
    reason: str = ""
    again: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """`identity` is that of the interaction that was taken back."""

    channel: str
    identity: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChange:
    """`old` and `new` are addresses of a person, `old_way` and `new_way` where answers go, `talks` pairs of old and
    new conversation key."""

    channel: str
    old: str
    new: str
    old_way: str
    new_way: str
    talks: tuple[tuple[str, str], ...]
    at: datetime


Afterword = DeliveryReceipt | Retraction | AddressChange


def in_words(afterword: Afterword) -> str:
    """For the journal and `balcao decode`."""
    match afterword:
        case DeliveryReceipt(progress=progress, remote_id=remote_id, recipient=recipient):
            return f"{progress.word} {remote_id or f'everything to {recipient}'}"
        case Retraction(identity=identity):
            return f"taken back {identity}"
        case AddressChange(old=old, new=new):
            return f"{old} is now {new}"
