"""What every JSON channel does with a raw payload before it looks at a field."""

from datetime import UTC, datetime, timedelta

from channels.json_text import MalformedJson, read_object
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import TraitValue
from domain.raw import RawInteraction

CLOCK_SKEW = timedelta(minutes=5)
_MOST_PROBLEMS = 10
LONGEST_MOMENT = 14
LAST_SECOND = 10**11
"""In the year 5138; what is larger is milliseconds."""


def read_payload(raw: RawInteraction) -> Wild:
    """Raises Undecodable."""
    try:
        return Wild(read_object(raw.payload))
    except MalformedJson as error:
        raise Undecodable(str(error)) from None


def believable(moment: datetime | None, received_at: datetime) -> datetime:
    """When it happened: as claimed, but never after it was received (a wrong clock would upset the queue)."""
    if moment is None or moment > received_at + CLOCK_SKEW:
        return received_at
    return min(moment, received_at)


def unix_moment(given: object) -> datetime | None:
    """Unix time in seconds, or in milliseconds where it is too large for them, as a number or as digits."""
    text = given if isinstance(given, str) else str(given) if isinstance(given, int) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_MOMENT):
        return None
    number = int(text)
    return datetime.fromtimestamp(number / 1000 if number > LAST_SECOND else number, UTC)


def sender_traits(sender: Wild) -> dict[str, TraitValue]:
    """What a system says of its user; never proof (vouching.py)."""
    known = {"sender.email": sender.line("email"), "sender.phone": sender.line("phone")}
    return {name: value for name, value in known.items() if value is not None}


def problem_traits(problems: list[str]) -> dict[str, TraitValue]:
    """What was left out, as a trait that agents see and rules may match."""
    return {"payload.problems": "; ".join(problems[:_MOST_PROBLEMS])[:1000]} if problems else {}
