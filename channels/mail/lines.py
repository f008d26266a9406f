"""The lines of a mail, as written and as they are compared.

Compared is what a client may have done to a phrase taken off: case, accents, no-break and invisible characters,
marks of emphasis around it, addresses of links behind it. Lines are folded when somebody asks for them, and only
their first LONGEST_LINE characters, so that the cost of a text does not depend on what is in it. Western letters are
folded as octets, which is ten times as fast as one by one.
"""

import re
import unicodedata
from collections.abc import Sequence

MAX_LINES = 10_000
"""Lines looked at; the rest of the text hangs together with the last one."""
LONGEST_LINE = 300
_REMEMBERED = 30_000
_WESTERN = "cp1252"
_ELLIPSIS = "…"
_AROUND = " \t\xa0\u202f\u200b\u200e\u200f\ufeff*_"
_LINK = re.compile(r"<(?:https?|mailto):[^<>]*>|\[(?:https?|mailto|cid):[^\[\]]*\]", re.IGNORECASE)


class _Foldings(dict[int, str]):
    """What each character becomes, worked out when first seen; bounded, for strangers choose the characters."""

    def __missing__(self, code: int) -> str:
        becomes = _folded(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = becomes
        return becomes


def _folded(character: str) -> str:
    if character.isspace():
        return " "
    decomposed = unicodedata.normalize("NFKD", character).lower()
    return "".join(part for part in decomposed if unicodedata.category(part) not in {"Mn", "Cf"})


_foldings = _Foldings()


_of_octet = [bytes([octet]).decode(_WESTERN, "replace") for octet in range(256)]
_octets = {character: octet for octet, character in enumerate(_of_octet)}


def _foldings_of_octets() -> bytes:
    """What each octet of cp1252 becomes. What would be several characters stays as it is, but for the ellipsis."""
    becomes = bytearray(range(256))
    for octet, character in enumerate(_of_octet):
        one = _folded(character)
        if one in _octets:
            becomes[octet] = _octets[one]
        elif one and character != _ELLIPSIS:
            _foldings[ord(character)] = character
    return bytes(becomes)


_FOLDED = _foldings_of_octets()
_DROPPED = bytes(octet for octet, character in enumerate(_of_octet) if not _folded(character))
_NO_LETTERS = bytes(octet for octet, becomes in enumerate(_FOLDED) if not _of_octet[becomes].isalnum())


def fold_characters(text: str) -> str:
    """Lower case, without accents and invisible characters; every kind of space is a plain one."""
    if text.isascii():
        return text.lower()
    try:
        octets = text.encode(_WESTERN)
    except UnicodeEncodeError:
        return text.translate(_foldings)
    return octets.translate(_FOLDED, _DROPPED).decode(_WESTERN).replace(_ELLIPSIS, "...")


def letters_of(text: str) -> str:
    """Its letters and digits, folded, and nothing else."""
    try:
        octets = text.encode(_WESTERN)
    except UnicodeEncodeError:
        return "".join(filter(str.isalnum, fold_characters(text)))
    return octets.translate(_FOLDED, _NO_LETTERS).decode(_WESTERN)


def folded(line: str) -> str:
    """`  *Às 10:22,*` → `as 10:22,`"""
    plain = fold_characters(line[:LONGEST_LINE])
    if "<" in plain or "[" in plain:
        plain = _LINK.sub("", plain)
    return plain.strip(_AROUND)


class Lines:
    """The lines of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.written: Sequence[str] = text.split("\n", MAX_LINES)
        self._folded: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.written)

    def folded(self, number: int) -> str:
        found = self._folded.get(number)
        if found is None:
            found = self._folded[number] = folded(self.written[number])
        return found

    def is_blank(self, number: int) -> bool:
        line = self.written[number]
        return not line or not line.strip(_AROUND)

    def next_speaking(self, number: int, within: int = 4) -> int | None:
        """The first line from `number` on that says anything, if one of the next few does."""
        return next((at for at in range(number, min(number + within, len(self))) if not self.is_blank(at)), None)


def is_quoted(line: str) -> bool:
    """Whether a line carries the sign of quotation."""
    return line.startswith((">", " >"))
