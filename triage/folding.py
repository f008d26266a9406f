"""Text as rules compare it: without case, accents, invisible characters and line breaks.

    customer's text ─▶ cut ─▶ each character by itself ─▶ whitespace to single spaces
                              NFKD, casefold; marks, format characters and half pairs dropped

Folding works character by character and to a fixed point, so it is linear in the text whatever is in it
(normalising a whole text sorts runs of combining marks, which is quadratic in CPython) and folding twice
changes nothing. Curly quotes and long dashes become plain ones. Two roads give the same result: what becomes
Latin-1 is translated as bytes, because that is fast; anything else (emoji, other alphabets) goes through a
table that grows as characters are seen.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable
from functools import cache

MAX_SCANNED = 200_000
"""Characters of one text that rules look at; what a flood of text hides beyond is not worth the time."""

_DROPPED = frozenset({"Mn", "Me", "Cf", "Cs"})
_REMEMBERED = 20_000

_LOOKALIKES = str.maketrans(
    dict.fromkeys("‘’‚‛′´", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-") | {"°": "o"}  # noqa: RUF001
)
_MARKUP_SIGNS = "*_~`<"
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9}(?: [^<>]{0,200})?/?>", re.ASCII)
_EMPHASIS = re.compile(r"(?<![^\W_])[*_~`]{1,3}([^\W_](?:[^*_~`<>]{0,198}[^\W_.,!?;:])?[.,!?;:]?)[*_~`]{1,3}(?![^\W_])")
_ASCII_WORDS = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))


def fold(text: str) -> str:
    """`Não  CONSIGO` → `nao consigo`. Looks at the first MAX_SCANNED characters."""
    text = text[:MAX_SCANNED]
    folded = _fold_latin(text)
    if folded is None:
        folded = text.translate(_foldings)
    return _single_spaces(folded[:MAX_SCANNED])


def without_markup(folded: str) -> str:
    """A folded text without signs of emphasis around words and without tags: `nao *consigo*` → `nao consigo`.

    The same object where there are none. Signs inside a word stay (`p*rra`), and so does a row of them after
    letters (`p***`), for these are words, too.
    """
    if not any(sign in folded for sign in _MARKUP_SIGNS):
        return folded
    plain = _EMPHASIS.sub(r"\1", _TAG.sub("", folded))
    return folded if plain == folded else _single_spaces(plain)


def words_of(folded: str) -> list[str]:
    """The runs of letters and digits of a folded text, in order."""
    return folded.translate(_ASCII_WORDS if folded.isascii() else _word_characters).split()


def as_written(original: str, folded: str, start: int, end: int) -> str:
    """The customer's own spelling of `folded[start:end]`, where `folded` is `fold(original)`.

    Whitespace separates the words of both texts alike, unless folding added or removed whole words; then
    the folded spelling is the answer.
    """
    first = folded.count(" ", 0, start)
    last = first + folded.count(" ", start, end)
    words = original[:MAX_SCANNED].split(None, last + 1)[first : last + 1]
    offset = start - (folded.rfind(" ", 0, start) + 1)
    spelling = _slice_as_folded(" ".join(words), offset, offset + end - start)
    return spelling if fold(spelling) == folded[start:end].strip() else folded[start:end]


def _slice_as_folded(piece: str, start: int, end: int) -> str:
    """The part of `piece` whose folding reaches from `start` to `end`."""
    reached, kept = 0, ""
    for character in piece:
        width = len(_foldings[ord(character)])
        if reached >= end:
            break
        if reached + width > start and (width or kept):
            kept += character
        reached += width
    return kept


def _single_spaces(folded: str) -> str:
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded.strip(" ")


def _fold_latin(text: str) -> str | None:
    """The folding of a text that becomes Latin-1; None when one of its characters does not go byte for byte."""
    try:
        encoded = text.encode("latin-1", _FOLD_FOREIGN)
    except UnicodeEncodeError:
        return None
    table, deleted = _latin_table()
    folded = encoded.translate(table, deleted)
    return None if _IRREGULAR in folded else folded.decode("latin-1")


def _fold_foreign(error: UnicodeError) -> tuple[str | bytes, int]:
    """For the Latin-1 encoder: the run it cannot encode, folded; refused by the encoder if still foreign."""
    assert isinstance(error, UnicodeEncodeError)
    return error.object[error.start : error.end].translate(_foldings), error.end


def _fold_character(character: str) -> str:
    folded = " " if character.isspace() else character
    while True:
        plain = unicodedata.normalize("NFKD", folded.translate(_LOOKALIKES))
        decomposed = unicodedata.normalize("NFKD", plain.casefold())
        kept = "".join(part for part in decomposed if unicodedata.category(part) not in _DROPPED)
        if kept == folded:
            return folded
        folded = kept


class _Table(dict[int, str]):
    """What each code point becomes, worked out when first seen; bounded, for strangers choose the characters."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self.become = become

    def __missing__(self, code: int) -> str:
        becomes = self.become(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = becomes
        return becomes


def _letter_or_space(character: str) -> str:
    return character if character.isalnum() else " "


_foldings = _Table(_fold_character)
_word_characters = _Table(_letter_or_space)
_FOLD_FOREIGN = "balcao.triage.fold"
codecs.register_error(_FOLD_FOREIGN, _fold_foreign)
_IRREGULAR = b"\xff"  # free as a mark: ÿ itself folds to y


@cache
def _latin_table() -> tuple[bytes, bytes]:
    """What each Latin-1 byte becomes, and the bytes that vanish."""
    folded = [_fold_character(chr(code)) for code in range(256)]
    table = b"".join(
        character.encode("latin-1") if len(character) == 1 and character < _IRREGULAR.decode("latin-1") else _IRREGULAR
        for character in folded
    )
    return table, bytes(code for code, character in enumerate(folded) if not character)
