"""Which `<blockquote>` quotes. Gmail's button for indenting and Outlook's write one, too, only to move a paragraph."""

import re
from collections.abc import Mapping

Attributes = Mapping[str, str | None]

_NAMED_BY = ("class", "id", "name", "data-marker", "data-smartmail")
_QUOTE_NAMES = re.compile(r"quote|cite")
_SIDE_LINE = re.compile(r"border-left(?:-width|-style|-color)?\s*:\s*+(?!none|0|medium none)")


def names_of(attributes: Attributes) -> str:
    """Everything an element is called by, in small letters."""
    return " ".join(attributes.get(name) or "" for name in _NAMED_BY).lower()


def is_quotation(attributes: Attributes) -> bool:
    """Whether a mail program says that a blockquote with these attributes quotes."""
    if (attributes.get("type") or "").lower() == "cite" or attributes.get("cite"):
        return True
    style = (attributes.get("style") or "").lower()
    return bool(_QUOTE_NAMES.search(names_of(attributes)) or _SIDE_LINE.search(style))


def is_indent(attributes: Attributes) -> bool:
    """Whether one only moves its text to the right: it has a style, and nothing that says it quotes."""
    return "margin" in (attributes.get("style") or "").lower() and not is_quotation(attributes)
