"""A body of many events becomes what each of them is; a broken one costs only itself, and not silently.

{"object": "…", "entry": [{"id": …, "changes" or "messaging": [{…}, {…}]}, …]}

What is broken becomes an interaction of its own that says what was wrong with it, so that a person sees it; when
nothing at all can be read, the body is undecodable.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from channels.json_text import kind_of
from channels.unreadable import unreadable
from channels.wild import Wild
from domain.afterwards import Afterword
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction
from domain.raw import RawInteraction

MOST_EVENTS = 5000
UNKNOWN_SENDER = "desconhecido"

Found = Interaction | Afterword | Ignored
Event = tuple[Wild, Callable[[Wild], Found]]
"""One element, and how it is read."""


def elements(fields: Wild, name: str) -> Iterator[Wild]:
    """The objects in the optional list under `name`; anything else in it is an object that says so."""
    given = fields.value.get(name)
    if given is None:
        return
    if not isinstance(given, list):
        yield Wild({"": given}, f"{fields.path}.{name}".lstrip("."))
        return
    for index, item in enumerate(given):
        path = f"{fields.path}.{name}[{index}]".lstrip(".")
        yield Wild(item if isinstance(item, dict) else {"": item}, path)


def read_all(raw: RawInteraction, events: Iterable[Event]) -> Sequence[Interaction | Afterword] | Ignored:
    """Raises Undecodable."""
    found: list[Found] = []
    broken: list[str] = []
    for number, (fields, read) in enumerate(events):
        if number >= MOST_EVENTS:
            raise Undecodable(f"at most {MOST_EVENTS} events in one body")
        try:
            found.append(read(_whole(fields)))
        except Undecodable as error:
            broken.append(str(error))
            found.append(
                unreadable(
                    raw, number, fields.value, str(error), sender=UNKNOWN_SENDER, no_return_path="no_return_path"
                )
            )
    if broken and len(broken) == len(found):
        raise Undecodable("; ".join(broken[:10]))
    read_ones = [one for one in found if not isinstance(one, Ignored)]
    return read_ones or Ignored(reason=_reasons(one for one in found if isinstance(one, Ignored)))


def _whole(fields: Wild) -> Wild:
    if set(fields.value) == {""}:
        raise Undecodable(f"{fields.path}: an object expected, got {kind_of(fields.value[''])}")
    return fields


def _reasons(ignored: Iterable[Ignored]) -> str:
    return "; ".join(dict.fromkeys(item.reason for item in ignored)) or "no events"
