"""The words and phrases of a message that a rule could look for, and where they stand in it.

    text ─▶ folded ─▶ runs of words with nothing but a space between ─▶ 1 to 3 words, no grammar at either end

Phrases are what a rule's word pattern finds in the same text: a comma between two words ends a run.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from domain.facts import Facts
from triage.folding import fold, words_of
from triage.matching import find_word
from triage.patterns import Word
from triage.stopwords import STOP_WORDS

LONGEST = 3
MOST_READ = 5_000
"""Characters of a text: what a message is about stands at its beginning."""
AROUND = 5
"""Words shown on each side."""
_SHORTEST = 3
_LONGEST_WORD = 25
"""Longer ones are keys and codes."""

Runs = tuple[tuple[str, ...], ...]


def runs_of(facts: Facts) -> Runs:
    """Without the words of the sender's own name."""
    own = set(words_of(fold(facts.sender_name)))
    found: list[tuple[str, ...]] = []
    for text in (facts.subject, facts.text):
        folded = fold(text[:MOST_READ])
        apart = "".join(character if character.isalnum() or character == " " else "\n" for character in folded)
        for run in apart.split("\n"):
            words = run.split()
            if words and not own.intersection(words):
                found.append(tuple(words))
            elif words:
                found += _without(words, own)
    return tuple(found)


def phrases_of(runs: Runs, size: int) -> Iterator[str]:
    for run in runs:
        for start in range(len(run) - size + 1):
            words = run[start : start + size]
            if _tells(words):
                yield " ".join(words)


def frequent(messages: Iterable[tuple[str, Runs]], support: int) -> set[str]:
    """Phrases that at least `support` different senders use; `messages` are (sender, runs).

    By growing length: a phrase of three words is seldom where its words are.
    """
    messages = list(messages)
    found: set[str] = set()
    for size in range(1, LONGEST + 1):
        users = Counter(phrase for _sender, phrases in _by_sender(messages, size, found) for phrase in phrases)
        grown = {phrase for phrase, count in users.items() if count >= support}
        if not grown and size > 1:
            break
        found |= grown
    return found


def among(runs: Runs, wanted: Collection[str]) -> set[str]:
    """Those of the wanted phrases that occur."""
    return {phrase for size in range(1, LONGEST + 1) for phrase in phrases_of(runs, size) if phrase in wanted}


def snippet(facts: Facts, phrase: str) -> str | None:
    """The phrase with a few words around it, in the customer's spelling, without what may identify a person."""
    own = set(words_of(fold(facts.sender_name)))
    count = phrase.count(" ") + 1
    for text in (facts.text, facts.subject):
        words = text[:MOST_READ].split()
        for start in range(len(words)):
            if find_word(fold(" ".join(words[start : start + count])), Word(phrase)) >= 0:
                before = [_masked(word, own) for word in words[max(start - AROUND, 0) : start]]
                after = [_masked(word, own) for word in words[start + count : start + count + AROUND]]
                return printable(" ".join([*before, *words[start : start + count], *after]))
    return None


def printable(text: str) -> str:
    """On one line, without controls, half pairs and what turns text around."""
    seen = (" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
    return " ".join("".join(seen).split())


def _by_sender(messages: list[tuple[str, Runs]], size: int, shorter: set[str]) -> Iterator[tuple[str, set[str]]]:
    by_sender: dict[str, set[str]] = {}
    for sender, runs in messages:
        phrases = (phrase for phrase in phrases_of(runs, size) if size == 1 or _may_be_frequent(phrase, shorter))
        by_sender.setdefault(sender, set()).update(phrases)
    yield from by_sender.items()


def _may_be_frequent(phrase: str, shorter: set[str]) -> bool:
    """Its first and last words tell something, so they must be frequent themselves."""
    words = phrase.split()
    return all(word in shorter or not _tells((word,)) for word in (words[0], words[-1]))


def _tells(words: tuple[str, ...]) -> bool:
    if words[0] in STOP_WORDS or words[-1] in STOP_WORDS:
        return False
    if any(len(word) > _LONGEST_WORD or word.isdigit() for word in words):
        return False
    return len(words) > 1 or len(words[0]) >= _SHORTEST


def _without(words: list[str], own: set[str]) -> list[tuple[str, ...]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in own:
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]


def _masked(word: str, own: set[str]) -> str:
    if "@" in word or "://" in word or word.casefold().startswith("www.") or own.intersection(words_of(fold(word))):
        return "…"
    many = sum(character.isdigit() for character in word) >= _SHORTEST
    return "".join("0" if character.isdigit() and many else character for character in word)
