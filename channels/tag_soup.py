"""The words of an HTML message that came without plain text. One pass over its tags, linear in its length."""

import html
import re

from channels.cleaning import clean_text

LONGEST = 500_000  # characters; the rest is not read
_TAG = re.compile(r"<[^<>]*>")
_NAME = re.compile(r"</?\s*([a-zA-Z][a-zA-Z0-9]*)")
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKING = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table"}
)
_BLANK_LINES = re.compile(r"\n[ \t]*\n[\n \t]*")


def html_to_text(markup: str) -> str:
    pieces: list[str] = []
    unseen, start = "", 0
    source = markup[:LONGEST]
    for tag in _TAG.finditer(source):
        if not unseen:
            pieces.append(source[start : tag.start()])
        start = tag.end()
        named = _NAME.match(tag[0])
        name = named[1].lower() if named else ""
        unseen = _hidden_until(unseen, name, closes=tag[0].startswith("</"))
        if name in _BREAKING:
            pieces.append("\n")
    if not unseen:
        pieces.append(source[start:])
    return _BLANK_LINES.sub("\n\n", clean_text(html.unescape("".join(pieces)))).strip()


def _hidden_until(unseen: str, name: str, *, closes: bool) -> str:
    """The element whose end is awaited before text is seen again; '' when text is seen."""
    if unseen:
        return "" if closes and name == unseen else unseen
    return name if name in _UNSEEN and not closes else ""
