"""Reasons in the reader's language: why an entry is parked, a message was not sent, a file is not here, a part is down.

They are written where it happens, in English and with what they speak of in them, and kept so: by databases, logs and
`--json`. What is shown to people is found again among our sentences and said in their language.

    "messages[0].id: text expected, got nothing"    ─▶ a sentence of ours     ─▶ translated, its values in place
    "…; …"                                          ─▶ several                ─▶ each
    "rules.yaml:3:1: unknown key"                   ─▶ a mistake in a file    ─▶ its message is in the catalogue
    "the database cannot be used now: Operational…" ─▶ ours, and a detail     ─▶ translated, the detail as it is
    "KeyError: 'id'"                                ─▶ nobody's sentence      ─▶ as it is, and said to be technical

tests/ingest/presentation/test_reasons.py walks the sources for reasons that are missing there.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice

import re2

from domain.errors import REASONS as PLACES
from ingest.presentation import reasons_of_entries, reasons_of_parts
from ingest.presentation.labels import REASONS
from ingest.translations import _, msgids

TOLD = frozenset((*reasons_of_entries.TOLD, *reasons_of_parts.TOLD))
HOLE = re.compile(r"%\((\w+)\)[sdr]")
SHAPES = dict.fromkeys(("count", "most", "size", "seconds", "hours", "line", "column", "number", "levels"), r"[\d.]+")
SHAPES |= dict.fromkeys(("id", "old", "new", "host", "port", "status", "code", "way"), r"\S+")
SHAPES |= {"field": r"[\w.\[\]-]+", "expected": "[^:;]+"}
"""What a value looks like, where any text at all would find sentences in what is none."""
NESTED = frozenset({"why", "expected", "found", "what", "word"})
"""Values that are reasons or words of ours themselves; `words` are another's."""
NESTED_IN_MISTAKES = frozenset({"reason"})
MISTAKE = re.compile(r"(?P<place>[^\s:][^:\n]*:\d+:\d+): (?P<text>[^\n]+)")
MOST_HEADS = 5
LEAST = 8
"""Letters of its own that a message needs to be known by them."""


def why(reason: str) -> str:
    """`reason` for people."""
    return _known(reason) or _several(reason) or _with_detail(reason) or _technical(reason)


def why_perhaps(reason: str) -> str:
    """The same where a person may have written it, in a command or in the settings: then it is left as it is."""
    return _known(reason) or _several(reason, otherwise=str) or reason


def _known(reason: str) -> str | None:
    if reason in REASONS:
        return _(REASONS[reason])
    if (found := MISTAKE.fullmatch(reason)) is not None:
        return f"{found['place']}: {_said(found['text'], _mistakes(), NESTED_IN_MISTAKES) or found['text']}"
    parts = reason.split("; ")
    if len(parts) > 1 and all(said := [_said(part, TOLD) for part in parts]):
        return "; ".join(map(str, said))
    return _said(reason, TOLD)


def _several(reason: str, otherwise: Callable[[str], str] | None = None) -> str | None:
    """A list in which somebody's words are, too; each line of a file's mistakes."""
    otherwise = otherwise or (lambda part: _with_detail(part) or _technical(part))
    for mark in ("\n", "; "):
        parts = reason.split(mark)
        if len(parts) > 1 and any(map(_known, parts)):
            return mark.join(_known(part) or otherwise(part) for part in parts)
    return None


def _with_detail(reason: str) -> str | None:
    """`head: what the database, the system or a library said`."""
    for found in islice(re.finditer(": ", reason), MOST_HEADS):
        if (said := _known(reason[: found.start()])) is not None:
            return _("%(reason)s (technical detail: %(detail)s)") % {"reason": said, "detail": reason[found.end() :]}
    return None


def _technical(reason: str) -> str:
    return _("technical detail: %(detail)s") % {"detail": reason} if reason else ""


def _mistakes() -> tuple[str, ...]:
    """Every message of the catalogue with enough words to be known by them."""
    return tuple(one for one in msgids() if len(_own(one)) >= LEAST)


def _said(reason: str, known: Iterable[str], nested: frozenset[str] = NESTED) -> str | None:
    """`reason` by the one of `known` that it is made of; of several, the one that says most itself."""
    for msgid, shape in _shapes(tuple(known)):
        if (found := shape.fullmatch(reason)) is not None:
            values = {
                name: _inner(name, value) if name in nested else value for name, value in found.groupdict().items()
            }
            return HOLE.sub(r"%(\1)s", _(msgid)) % values if values else _(msgid)
    return None


def _inner(name: str, value: str) -> str:
    if name == "why":
        return why(value)
    return _(value) if value in TOLD or value in PLACES.values() else value


@cache
def _shapes(msgids: tuple[str, ...]) -> list[tuple[str, "re2._Regexp[str]"]]:
    """The more of its own a message says, the sooner it is tried."""
    return [(one, _shape(one)) for one in sorted(msgids, key=lambda one: len(_own(one)), reverse=True)]


def _own(msgid: str) -> str:
    return HOLE.sub("", msgid).replace(" ", "")


def _shape(msgid: str) -> "re2._Regexp[str]":
    """In linear time: much of what stands in a reason was sent by a stranger."""
    pieces = HOLE.split(msgid.replace("%%", "%"))
    made = [re2.escape(pieces[0])]
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        shape = SHAPES.get(name, ".+?")
        made += [f"({shape})" if f"(?P<{name}>" in "".join(made) else f"(?P<{name}>{shape})", re2.escape(text)]
    return re2.compile(f"(?s){''.join(made)}")
