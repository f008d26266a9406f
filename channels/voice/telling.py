"""A call as an interaction: the one message that it is, whatever of it is known by now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from channels.json_reading import believable, problem_traits
from channels.voice.numbers import ANONYMOUS
from channels.voice.wording import headline, summary
from domain.call import Call, CallEvent, Outcome
from domain.call_merging import merged
from domain.interaction import Interaction, Medium, Party

NO_RETURN_PATH = "a call has no return path"
STILL_RINGING = "call still ringing"


def tell(call: Call, tries: int, received_at: datetime, *, channel: str) -> Interaction:
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
        no_return_path=NO_RETURN_PATH,
    )


def told_by(events: Sequence[CallEvent], received_at: datetime, channel: str) -> Interaction:
    """What the events of one call, and they alone, come to; `pending` while nobody took it and it goes on."""
    call = merged(events)
    interaction = tell(call, int(call.missed), received_at, channel=channel)
    pending = STILL_RINGING if call.outcome is Outcome.RINGING else None
    return replace(interaction, call_events=tuple(events), pending=pending)
