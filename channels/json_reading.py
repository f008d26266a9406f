"""What every JSON channel does with a raw payload before it looks at a field."""

from datetime import datetime, timedelta

from channels.json_text import MalformedJson, read_object
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import TraitValue
from domain.raw import RawInteraction

CLOCK_SKEW = timedelta(minutes=5)
_MOST_PROBLEMS = 10


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


def problem_traits(problems: list[str]) -> dict[str, TraitValue]:
    """What was left out, as a trait that agents see and rules may match."""
    return {"payload.problems": "; ".join(problems[:_MOST_PROBLEMS])[:1000]} if problems else {}
