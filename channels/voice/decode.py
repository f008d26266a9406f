"""What telephone systems post becomes calls: one interaction for each call, whatever was told of it.

    body ──▶ elements ──▶ each by its dialect ──▶ call events ──▶ those of one call together ──▶ interactions
                                 └─▶ SMS, which are interactions already

A call that still rings is not filed yet: its interaction is `pending`, and a body of nothing else is ignored. A broken
element of a list costs only itself, and not silently: it becomes an interaction of its own, with what was wrong with
it. The dialect is the one of the settings, or the first that knows the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.unreadable import unreadable
from channels.voice.dialects import DIALECTS, ours
from channels.voice.elements import Broken, Element, elements_of
from channels.voice.plan import ANONYMOUS, USUAL, Found, Habits, Plan, Skipped
from channels.voice.telling import NO_RETURN_PATH, PLAIN, Manners, told_by
from domain.afterwards import Afterword
from domain.call import CallEvent
from domain.call_merging import grouped
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium
from domain.raw import RawInteraction

BY_US, US = "by", "balcao"
"""Key and value in the envelope of what the daemon itself journals; no transport writes them."""


@dataclass(slots=True)
class _Heap:
    """What the elements of one body came to; the others by the place of their element."""

    places: dict[CallEvent, int] = field(default_factory=dict)
    others: list[tuple[int, Interaction | Afterword]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def take(self, found: Found, index: int) -> None:
        if isinstance(found, Skipped):
            self.skipped.append(found.reason)
            return
        for one in found:
            if isinstance(one, CallEvent):
                self.places.setdefault(one, index)
            else:
                self.others.append((index, one))


def decode(
    raw: RawInteraction, habits: Habits = USUAL, manners: Manners = PLAIN
) -> Sequence[Interaction | Afterword] | Ignored:
    """Raises Undecodable when nothing in the body can be read."""
    heap, elements = _Heap(), elements_of(raw.payload)
    plan = Plan(channel=raw.channel, received_at=raw.received_at, habits=habits)
    for index, element in enumerate(elements):
        try:
            heap.take(_read(raw, element, plan, habits.source), index)
        except Undecodable as error:
            heap.broken.append(str(error))
            heap.others.append((index, _unreadable(raw, index, element, str(error))))
    if heap.broken and len(heap.broken) == len(elements):
        raise Undecodable("; ".join(heap.broken[:10]))
    found = _in_order(raw, heap, manners)
    pending = [one for one in found if isinstance(one, Interaction) and one.pending]
    if len(pending) == len(found):
        reasons = [*(str(one.pending) for one in pending), *heap.skipped]
        return Ignored(reason="; ".join(dict.fromkeys(reasons)) or "no events", noted=tuple(pending))
    return found


def _in_order(raw: RawInteraction, heap: _Heap, manners: Manners) -> list[Interaction | Afterword]:
    """Each call where its first event stands."""
    calls: list[tuple[int, Interaction | Afterword]] = [
        (min(heap.places[event] for event in events), told_by(events, raw.received_at, raw.channel, manners))
        for events in grouped(heap.places)
    ]
    return [interaction for _, interaction in sorted([*calls, *heap.others], key=lambda placed: placed[0])]


def _read(raw: RawInteraction, element: Element, plan: Plan, source: str) -> Found:
    if isinstance(element, Broken):
        raise Undecodable(element.reason)
    if raw.envelope.get(BY_US) == US:
        return ours.read(element, plan)
    if source in DIALECTS:
        return DIALECTS[source].read(element, plan)
    return next(dialect for dialect in DIALECTS.values() if dialect.recognises(element)).read(element, plan)


def _unreadable(raw: RawInteraction, index: int, element: Element, reason: str) -> Interaction:
    written = element.element if isinstance(element, Broken) else element.value
    return unreadable(
        raw, index, written, reason,
        medium=Medium.CALL, subject="Evento de chamada ilegível", sender=ANONYMOUS, no_return_path=NO_RETURN_PATH,
    )  # fmt: skip
