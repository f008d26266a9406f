"""A call as an interaction: the one message that it is, whatever of it is known by now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, tzinfo
from typing import Any

from channels.json_reading import believable, problem_traits
from channels.voice.numbers import ANONYMOUS, is_mobile
from channels.voice.plan import HOME
from channels.voice.recordings import recording_of
from channels.voice.wording import headline, summary
from domain.call import Call, CallEvent, Outcome
from domain.call_merging import merged
from domain.interaction import Interaction, Medium, Party

NO_RETURN_PATH = "a call has no return path"
STILL_RINGING = "call still ringing"
DAY_BEGINS, DAY_ENDS = time(8), time(20)
"""Between them a caller may be told; outside only where a rule chooses a letter for any hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """`by`, `to`: how a caller is told, see options.Acknowledge. `recordings`: they are fetched."""

    by: str | None = None
    to: str = "{number}"
    zone: tzinfo = HOME
    recordings: bool = False


PLAIN = Manners()


def tell(call: Call, tries: int, received_at: datetime, *, channel: str, manners: Manners = PLAIN) -> Interaction:
    """Caller id is forgeable, so the sender is never `authentic`. `tries`: see domain.call_desk.Tell."""
    other = call.caller if call.direction == "outbound" else call.called
    text = summary(call, tries)
    whole = f"{text}\n\nTranscrição:\n{call.transcript}" if call.transcript else text
    return Interaction(
        channel=channel,
        identity=f"{channel}:call:{call.id}",
        medium=Medium.CALL,
        sender=Party(address=call.contact or ANONYMOUS, name=call.name),
        recipients=() if other in {None, ANONYMOUS} else (str(other),),
        occurred_at=believable(call.happened_at, received_at),
        subject=headline(call),
        text=whole,
        text_full=whole,
        conversation_key=f"call:{call.id}",
        provider_id=call.id,
        traits={
            **call.traits(),
            **({"call.tries_today": tries} if tries > 1 else {}),
            **problem_traits(list(call.problems)),
        },
        **_way_back(call, manners),
        at_night=not DAY_BEGINS <= received_at.astimezone(manners.zone).time() < DAY_ENDS,
        remote_files=(recording_of(call.recording),) if call.recording and manners.recordings else (),
    )


def _way_back(call: Call, manners: Manners) -> dict[str, Any]:
    """Who called from a mobile telephone can be told by a message, if a channel for that is set."""
    number = call.contact or ANONYMOUS
    if manners.by is None:
        return {"no_return_path": NO_RETURN_PATH}
    if call.direction != "inbound":
        return {"no_return_path": "we called"}
    if call.answered:
        return {"no_return_path": "the call was answered"}
    if number == ANONYMOUS:
        return {"no_return_path": "the number is withheld"}
    if not is_mobile(number):
        return {"no_return_path": "this telephone takes no messages"}
    way = manners.to.replace("{number}", number).replace("{digits}", number.lstrip("+"))
    return {"return_path": way, "answer_by": manners.by}


def told_by(events: Sequence[CallEvent], received_at: datetime, channel: str, manners: Manners) -> Interaction:
    """What the events of one call, and they alone, come to; `pending` while nobody took it and it goes on."""
    call = merged(events)
    interaction = tell(call, int(call.missed), received_at, channel=channel, manners=manners)
    pending = STILL_RINGING if call.outcome is Outcome.RINGING else None
    return replace(interaction, call_events=tuple(events), pending=pending)
