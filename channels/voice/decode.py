"""Signed call events become call interactions; all events of one call share a conversation, so one call is one ticket.

    {"event": "missed", "call_id": "c-1", "direction": "inbound", "from": "+5511912345678", "to": "+551140001000",
     "started_at": "…", "ended_at": "…", "waited_s": 42, "queue": "Suporte"}
    {"events": [{…}, {…}]}                                several in one body

    new               ignored: the call still rings, one of the others will follow
    answered          opens the ticket while the customer is on the line
    ended, missed     join it, or open it
    another event     ignored, by name

A broken element of a list costs only itself, and not silently: it becomes an interaction of its own, with what was
wrong with it. Caller id is forgeable, so the sender is never `authentic`; the call id is vouched for by the signature.
"""

from collections.abc import Sequence

from channels.cleaning import clean_line
from channels.json_reading import believable, problem_traits, read_payload
from channels.json_text import as_written, kind_of
from channels.voice.call import EVENTS, Call, event_of, read_call
from channels.voice.numbers import ANONYMOUS
from channels.voice.wording import headline, summary
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium, Party
from domain.raw import RawInteraction

NO_RETURN_PATH = "a call has no return path"
MOST_EVENTS = 5000
_LONGEST_EXCERPT = 2000


def decode(raw: RawInteraction) -> Sequence[Interaction] | Ignored:
    """Raises Undecodable when nothing in the body can be read."""
    payload = read_payload(raw)
    if "events" not in payload.value:
        found = _read(raw, payload)
        return found if isinstance(found, Ignored) else [found]
    return _read_all(raw, payload.value["events"])


def _read_all(raw: RawInteraction, elements: object) -> Sequence[Interaction] | Ignored:
    if not isinstance(elements, list):
        raise Undecodable(f"events: an array expected, got {kind_of(elements)}")
    if len(elements) > MOST_EVENTS:
        raise Undecodable(f"events: at most {MOST_EVENTS} in one body, got {len(elements)}")
    found: list[Interaction | Ignored] = []
    broken: list[str] = []
    for index, element in enumerate(elements):
        try:
            found.append(_read(raw, _event(element, index)))
        except Undecodable as error:
            broken.append(str(error))
            found.append(_unreadable(raw, index, element, str(error)))
    if broken and len(broken) == len(elements):
        raise Undecodable("; ".join(broken[:10]))
    read = [item for item in found if isinstance(item, Interaction)]
    return read or Ignored(reason=_reasons([item for item in found if isinstance(item, Ignored)]))


def _event(element: object, index: int) -> Wild:
    if not isinstance(element, dict):
        raise Undecodable(f"events[{index}]: an object expected, got {kind_of(element)}")
    return Wild(element, f"events[{index}]")


def _read(raw: RawInteraction, fields: Wild) -> Interaction | Ignored:
    event = event_of(fields)
    if event == "new":
        return Ignored(reason="call still ringing")
    if event not in EVENTS:
        return Ignored(reason=f"call event {event[:40]!r} is not filed")
    return _interaction(raw, read_call(fields), fields.problems)


def _interaction(raw: RawInteraction, call: Call, problems: list[str]) -> Interaction:
    other = call.caller if call.direction == "outbound" else call.called
    return Interaction(
        channel=raw.channel,
        identity=f"{raw.channel}:call:{call.id}:{call.event}",
        medium=Medium.CALL,
        sender=Party(address=call.contact, name=call.name),
        recipients=() if other == ANONYMOUS else (other,),
        occurred_at=believable(call.happened_at, raw.received_at),
        subject=headline(call),
        text=summary(call),
        text_full=summary(call),
        conversation_key=f"call:{call.id}",
        provider_id=call.id,
        traits=call.traits() | problem_traits(problems),
        no_return_path=NO_RETURN_PATH,
    )


def _unreadable(raw: RawInteraction, index: int, element: object, reason: str) -> Interaction:
    text = f"{reason}\n{clean_line(as_written(element), _LONGEST_EXCERPT)}"
    return Interaction(
        channel=raw.channel,
        identity=f"{raw.dedup_key}:unreadable:{index}",
        medium=Medium.CALL,
        sender=Party(address=ANONYMOUS),
        occurred_at=raw.received_at,
        subject="Evento de chamada ilegível",
        text=text,
        text_full=text,
        traits=problem_traits([reason]),
        no_return_path=NO_RETURN_PATH,
    )


def _reasons(ignored: Sequence[Ignored]) -> str:
    return "; ".join(dict.fromkeys(item.reason for item in ignored)) or "no events"
