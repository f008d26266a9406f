"""The words of HTML without a tree: for messages that came with HTML only, and for HTML too wild for a parser of trees.

One pass over its tags, linear in its length. A Sight is told of every element and says what a person would see.
"""

import html
import re
from typing import Protocol

from channels.cleaning import clean_text

LONGEST = 500_000  # characters; the rest is not read
_TAG = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+(?:-->)?+"
    r"|<(/?)([a-zA-Z][a-zA-Z0-9]*+|[!?])(?:[^<>\"']++|\"[^\"<]{0,4000}+\"|'[^'<]{0,4000}+'|[\"'])*+>"
    r"|<[^<>]*>"
)
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKING = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table"}
)
_BLANK_LINES = re.compile(r"\n[ \t]*\n[\n \t]*")


class Sight(Protocol):
    """Whether text that stands here is shown, as far as the elements so far tell."""

    shown: bool

    def opened(self, name: str, tag: str) -> None: ...

    def closed(self, name: str) -> None: ...


class Everything:
    """The Sight of who sees all that is written."""

    shown = True

    def opened(self, name: str, tag: str) -> None: ...

    def closed(self, name: str) -> None: ...


def html_to_text(markup: str, sight: Sight | None = None) -> str:
    sight = sight or Everything()
    pieces: list[str] = []
    unseen, start = "", 0
    source = markup[:LONGEST]
    for tag in _TAG.finditer(source):
        if not unseen and sight.shown:
            pieces.append(source[start : tag.start()])
        start = tag.end()
        name, closes = (tag[2] or "").lower(), bool(tag[1])
        unseen = _hidden_until(unseen, name, closes=closes)
        if name and not unseen:
            sight.closed(name) if closes else sight.opened(name, tag[0])
        if name in _BREAKING:
            pieces.append("\n")
    if not unseen and sight.shown:
        pieces.append(source[start:])
    return _BLANK_LINES.sub("\n\n", clean_text(html.unescape("".join(pieces)))).strip()


def _hidden_until(unseen: str, name: str, *, closes: bool) -> str:
    """The element whose end is awaited before text is seen again; '' when text is seen."""
    if unseen:
        return "" if closes and name == unseen else unseen
    return name if name in _UNSEEN and not closes else ""
