"""Addresses out of elements of a list that are in no form the standard knows, but that a person would read.

    Ana Souza ana@x.example          Ana <ana@x.example          Ana <mailto:ana@x.example>
    Ana Souza [ana@x.example]        Ana ana@x.example>          Ana < ana @x.example >, Ana <'ana@x.example'>
    "Ana <ana@x.example>             Ana (ana@x.example)         Ana <@mx.example:ana@x.example>

Looked for first outside of quotation marks and comments, and only then within them; encoded words are never decoded
for it, so that what is hidden in a name stays a name. Several addresses in one element are several people.
"""

import re
from collections.abc import Sequence

_LOCAL = r"[\w!#$%&*+/=?^`|~'.-]{1,64}"
_LOOSE = re.compile(rf"(?<![\w!#$%&*+/=?^`|~'.@-])({_LOCAL})@((?:[\w-]{{1,63}}\.){{1,10}}[\w-]{{2,63}})(?![\w@-])")
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
_INVISIBLE = re.compile("[\x00-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_AROUND_AT = re.compile(r"\s+@\s*|\s*@\s+")
_SCHEME = re.compile(r"mailto:", re.IGNORECASE)
_LEFT_OVER = re.compile(r"\(\s*\)|\[\s*\]|\{\s*\}|<[<>\s]*>?|>")
MOST = 500


def tidied(address: str) -> str:
    """What stood between angle brackets, without what some programs put around an address."""
    address = _INVISIBLE.sub("", address).strip().strip("\"'").rstrip(".")
    if address.startswith("@"):
        address = address.rpartition(":")[2]
    if "@" in address and " " in address:
        address = _AROUND_AT.sub("@", address)
    return _SCHEME.sub("", address.strip(), count=1)


def rescued(tokens: Sequence[str]) -> list[tuple[str, str]]:
    """(name, address) of everybody in an element without a well-formed address; names are still encoded."""
    outside = "".join(token for token in tokens if not _is_apart(token))
    apart = [token for token in tokens if _is_apart(token)]
    for place, names in ((outside, " ".join(apart)), (" ".join(map(_opened, apart)), outside)):
        found = list(dict.fromkeys(_addresses(place)))
        if found:
            return [(_name(place, found[0], names) if len(found) == 1 else "", address) for address in found[:MOST]]
    return []


def _is_apart(token: str) -> bool:
    """Whether a token stands apart from the address: in quotation marks, in a comment, encoded."""
    return (token[0] in '"(' and len(token) > 1) or token.startswith("=?")


def _opened(token: str) -> str:
    return "" if token.startswith("=?") else token.strip('"()')


def _addresses(text: str) -> list[str]:
    text = _ENCODED_WORD.sub(" ", _INVISIBLE.sub("", text))
    return [f"{local.strip(_EDGES)}@{domain}" for local, domain in _LOOSE.findall(text) if local.strip(_EDGES)]


_EDGES = ".'"


def _name(place: str, address: str, names: str) -> str:
    """What stands around the address; the words apart from it where there are none."""
    around = _LEFT_OVER.sub(" ", place.replace(address, " ")).strip(" :'")
    return around or _LEFT_OVER.sub(" ", names.replace(address, " ")).strip()
