"""Address lists, message ids and dates out of raw header values. Never raises.

A list is split first, on the raw text, and only the display name is decoded afterwards: an encoded word can
therefore choose no sender and add no recipient (dangers.md §6.1). Each element stands for itself: one broken
address costs itself alone.

The one identity of a sender: the first well-formed address of the first From; without one, that of Sender; without
one, the envelope sender.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels.mail.fields import Headers
from channels.mail.words import header_text, mended
from domain.interaction import Party

MAX_ADDRESSES = 500
MAX_MESSAGE_IDS = 100
_LONGEST_LIST = 64_000
_LONGEST_NAME = 200
_LONGEST_ADDRESS = 320
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_FURTHEST_AHEAD = timedelta(days=1)

_ATOM = r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f\ud800-\udfff]+"
_ADDRESS = re.compile(rf"(?:{_ATOM}|\"[^\"\\\x00-\x1f\x7f]*\")@(?:{_ATOM}|\[[0-9A-Za-z:.]+\])")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?|\((?:[^()\\]|\\.)*\)|<[^<>]*>|[,;:]|=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=|(?:(?!=\?)[^",;:<>(])+|.',
    re.DOTALL,
)
_FOLDED_ID = re.compile(r"<([^<>]{1,400})>")
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f\ud800-\udfff]{1,400}>")


def parties(values: Iterable[str]) -> list[Party]:
    """Everyone named in these headers, in order, each with a well-formed address."""
    found: list[Party] = []
    for value in values:
        for element in _elements(mended(value[:_LONGEST_LIST])):
            party = _party(element)
            if party is not None:
                found.append(party)
            if len(found) >= MAX_ADDRESSES:
                return found
    return found


def addresses(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party.address for party in parties(headers.get(name, ()))))


def sender_of(headers: Headers, envelope_sender: str) -> Party:
    """The one documented identity (see above); the address is '' when nothing names anybody."""
    for name in ("from", "sender"):
        named = parties(headers.get(name, ())[:1])
        if named:
            return named[0]
    return Party(address=envelope_sender)


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """Ids with their angle brackets, oldest first; of very many the last ones, which are the nearest."""
    found = [match for value in values for match in _MESSAGE_ID.findall(value[-_LONGEST_LIST:])]
    return tuple(dict.fromkeys(found))[-MAX_MESSAGE_IDS:]


def message_id_of(headers: Headers) -> str | None:
    """The mail's own id; one without angle brackets gets them."""
    values = headers.get("message-id", [])
    found = message_ids(values[:1])
    if found:
        return found[0]
    written = header_text(values[0], 400) if values else ""
    within = _FOLDED_ID.search(written)
    bare = "".join(within[1].split()) if within else written.partition(" ")[0].strip("<>")
    return f"<{bare}>" if bare else None


def date_of(headers: Headers, received_at: datetime) -> datetime:
    """The Date in UTC; `received_at` when it is missing, unreadable, before 1990 or more than a day ahead."""
    values = headers.get("date")
    try:
        moment = parsedate_to_datetime(values[0][:200]) if values else None
        if moment is None:
            return received_at
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return received_at
    return moment if _EARLIEST <= moment <= received_at + _FURTHEST_AHEAD else received_at


def _elements(value: str) -> Iterator[list[str]]:
    """The list split at its commas, as tokens; a group's name is dropped, its members stay."""
    element: list[str] = []
    for token in _TOKEN.findall(value):
        if token in (",", ";"):
            yield element
            element = []
        elif token == ":":  # noqa: S105  # ends a group's name, no password
            element = []
        else:
            element.append(token)
    yield element


def _party(tokens: list[str]) -> Party | None:
    angles = [token for token in tokens if token[0] == "<" and len(token) > 1]
    comments = [token[1:-1] for token in tokens if token[0] == "(" and len(token) > 1]
    words = [token for token in tokens if token[0] not in "<("]
    if angles:
        address, name = angles[-1][1:-1].strip(), "".join(words).strip() or " ".join(comments)
    else:
        address, name = "".join(words).strip(), " ".join(comments)
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        return None
    return Party(address=address, name=header_text(_unquoted(name), _LONGEST_NAME) or None)


def _unquoted(name: str) -> str:
    if '"' not in name and "\\" not in name:
        return name
    return re.sub(r"\\(.)", r"\1", name.replace('\\"', "\0").replace('"', "").replace("\0", '"'))
