"""How loud a message is: its share of capitals and its exclamation marks.

Measured on the text; on subject and text together when the text has fewer than ENOUGH_LETTERS letters.
With fewer letters than that in both, nothing is loud (`OK`, `NF-E`). Only the letters of Latin-1 are counted:
that is all of Portuguese, and alphabets without capitals cannot shout.

    shouting   at least 70 % capitals, or at least 40 % and two exclamation marks in a row
"""

from dataclasses import dataclass

from triage.folding import MAX_SCANNED

ENOUGH_LETTERS = 15
LOUD_PERCENT = 70
LOUD_PERCENT_WITH_MARKS = 40

_LATIN = [chr(code) for code in range(256)]
_NO_CAPITAL = bytes(ord(letter) for letter in _LATIN if not letter.isupper())
_NO_LETTER = bytes(ord(letter) for letter in _LATIN if not letter.isalpha())


@dataclass(frozen=True, slots=True)
class Loudness:
    """`capitals` is the percentage of letters that are capitals; `exclamations` the number of `!`."""

    capitals: float
    exclamations: int
    marks_in_a_row: bool

    @property
    def shouting(self) -> bool:
        wanted = LOUD_PERCENT_WITH_MARKS if self.marks_in_a_row else LOUD_PERCENT
        return self.capitals >= wanted


def loudness(subject: str, text: str) -> Loudness:
    text = text[:MAX_SCANNED]
    letters, capitals = _count(text)
    if letters < ENOUGH_LETTERS:
        text = f"{subject[:MAX_SCANNED]}\n{text}"
        letters, capitals = _count(text)
    percent = 100 * capitals / letters if letters >= ENOUGH_LETTERS else 0.0
    return Loudness(percent, text.count("!"), "!!" in text)


def _count(text: str) -> tuple[int, int]:
    encoded = text.encode("latin-1", "ignore")
    return len(encoded.translate(None, _NO_LETTER)), len(encoded.translate(None, _NO_CAPITAL))
