"""Address lists and message ids out of raw header values. Never raises.

A list is split first, on the raw text, and only the display name is decoded afterwards: an encoded word can
therefore choose no sender and add no recipient (dangers.md §6.1). Each element stands for itself: one broken
address costs itself alone.

The one identity of a sender: the first address of the first From that says anything; without one, that of Sender;
without one, the envelope sender, under the name that From gives. An element in no form of the standard is read as a
person would (rescued.py).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice

from channels.mail.fields import Headers
from channels.mail.rescued import rescued, tidied
from channels.mail.words import header_text, mended
from domain.interaction import Party

MAX_ADDRESSES = 500
MAX_MESSAGE_IDS = 100
_LONGEST_LIST = 64_000
_USUAL = 500
_LONGEST_NAME = 200
_MOST_WORDS = 20
_LONGEST_ADDRESS = 320

_ATOM = r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f\ud800-\udfff]+"
_ADDRESS = re.compile(rf"(?:{_ATOM}|\"[^\"\\\x00-\x1f\x7f]*\")@(?:{_ATOM}|\[[0-9A-Za-z:.]+\])")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?|\((?:[^()\\]|\\.)*\)|<[^<>]*>|[,;:]|=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=|(?:(?!=\?)[^",;:<>(])+|.',
    re.DOTALL,
)
_ONLY_A_NAME = re.compile(r"\s*(\"[^\"<>]*\"|[^<>:;\"]*\w[^<>:;\"]*)(?=\s*(?:<|$))")
_FOLDED_ONCE = 2
"""Pieces of an id that was folded where it should not be; in more there are words (attack 30)."""
_FOLDED_ID = re.compile(r"<([^<>]{1,400})>")
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f\ud800-\udfff]{1,400}>")


def parties(values: Iterable[str]) -> list[Party]:
    """Everyone named in these headers, in order, each with a well-formed address."""
    found: list[Party] = []
    for value in values:
        found += _known(value) if len(value) <= _USUAL else _read(value)
        if len(found) >= MAX_ADDRESSES:
            return found[:MAX_ADDRESSES]
    return found


def _read(value: str) -> tuple[Party, ...]:
    named = chain.from_iterable(map(_named_in, _elements(mended(value[:_LONGEST_LIST]))))
    return tuple(islice(named, MAX_ADDRESSES))


_known = lru_cache(maxsize=1_000)(_read)
"""The same header is asked for several times, and the same people write again."""


def addresses(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party.address for party in parties(headers.get(name, ()))))


def sender_of(headers: Headers, envelope_sender: str) -> Party:
    """The one documented identity (see above); the address is '' when nothing names anybody."""
    for name in ("from", "sender"):
        named = parties(_first(headers, name))
        if named:
            return named[0]
    words = _ONLY_A_NAME.match("".join(_first(headers, "from"))[:_LONGEST_LIST])
    return Party(address=envelope_sender, name=_clean_name(words[1]) if words else None)


def _first(headers: Headers, name: str) -> list[str]:
    return [value for value in headers.get(name, ()) if value][:1]


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
    pieces = within[1].split() if within else [written.partition(" ")[0].strip("<>")]
    bare = "".join(pieces if len(pieces) <= _FOLDED_ONCE else pieces[:1])
    return f"<{bare}>" if bare else None


def _elements(value: str) -> Iterator[list[str]]:
    """The list split at its commas, as tokens; a group's name is dropped, its members stay.

    Words before a comma that are no address begin the name behind it: `Souza, Ana <ana@x.example>`.
    """
    element: list[str] = []
    for token in _TOKEN.findall(value):
        if token == "," and element and _is_half_a_name(element):  # noqa: S105  # a comma, no password
            element.append(token)
        elif token in (",", ";"):
            yield element
            element = []
        elif token == ":":  # noqa: S105  # ends a group's name, no password
            element = []
        else:
            element.append(token)
    yield element


def _is_half_a_name(element: list[str]) -> bool:
    return len(element) < _MOST_WORDS and not any("@" in token or token[0] == "<" for token in element)


def _named_in(element: list[str]) -> list[Party]:
    party = _party(element)
    if party is not None:
        return [party]
    if not any("@" in token for token in element):
        return []
    return [Party(address=address, name=_clean_name(name)) for name, address in rescued(element)]


def _party(tokens: list[str]) -> Party | None:
    angles = [token for token in tokens if token[0] == "<" and len(token) > 1]
    comments = [token[1:-1] for token in tokens if token[0] == "(" and len(token) > 1]
    words = [token for token in tokens if token[0] not in "<(>"]
    if angles:
        address, name = angles[-1][1:-1].strip(), "".join(words).strip() or " ".join(comments)
        if "<" in tokens:
            name = name.removesuffix(tidied(address))
    else:
        address, name = "".join(words).strip(" ,"), " ".join(comments)
    if not _is_address(address) or address[-1] in ".'" or not address.isascii():
        address = tidied(address)
    return Party(address=address, name=_clean_name(name)) if _is_address(address) else None


def _is_address(written: str) -> bool:
    return len(written) <= _LONGEST_ADDRESS and not written.startswith("=?") and _ADDRESS.fullmatch(written) is not None


def _clean_name(name: str) -> str | None:
    name = header_text(_unquoted(name.strip(" ,")), _LONGEST_NAME)
    return (name[1:-1].strip() if name[:1] == name[-1:] == "'" else name) or None


def _unquoted(name: str) -> str:
    if '"' not in name and "\\" not in name:
        return name
    return re.sub(r"\\(.)", r"\1", name.replace('\\"', "\0").replace('"', "").replace("\0", '"'))
