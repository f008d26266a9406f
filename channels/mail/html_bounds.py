"""Whether HTML can be given to a parser of trees. Parsers are quadratic, or worse, in

    nesting           deeper than MAX_NESTING
    attributes        more than MAX_ATTRIBUTES of one element
    tags              more than MAX_TAGS
    ampersands        more than MAX_SIGNS: each is a text of its own, put behind those before it
    formatting        <font>, <b>, … that stay open are made anew in every block that follows: MAX_REPEATED of them

One pass with the tokens of the HTML standard, in an expression that never goes back, so that it is linear itself.
"""

import re
from collections import Counter

MAX_NESTING = 250
MAX_ATTRIBUTES = 200
MAX_REPEATED = 100_000
MAX_TAGS = 50_000
MAX_SIGNS = 50_000

_ATTRIBUTE = r"=?[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s>]*+))?+|="
_INSIDE = rf"(?:[\s/]++|{_ATTRIBUTE})*+"
_RAW = "script|style|textarea|title|xmp|iframe|noembed|noframes"
_MARKUP = rf"<!--(?:[^-]++|-(?!->))*+(?:-->)?+|<(?P<closing>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<inside>{_INSIDE})>?+"
_RAW_MARKUP = rf"<(?:{_RAW})\b[^>]*+>(?:[^<]++|<(?!/(?:{_RAW})\b))*+"
_TOKENS = re.compile(f"{_RAW_MARKUP}|{_MARKUP}", re.IGNORECASE)
_FOREIGN_TOKENS = re.compile(_MARKUP, re.IGNORECASE)
_FOREIGN = re.compile(r"<(?:svg|math)\b", re.IGNORECASE)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_SHORT = 2 * MAX_ATTRIBUTES
_HARMLESS = 8_000

_CLOSED_UNASKED_TABLE = """
    area base br col colgroup caption dd dt embed hr img input li link meta optgroup option p param rp rt source
    tbody td tfoot th thead tr track wbr
"""
_CLOSED_UNASKED = frozenset(_CLOSED_UNASKED_TABLE.split())
_ONE_AT_A_TIME = frozenset({"a", "button", "nobr", "form", "body", "html", "head"})
_FORMATTING = frozenset({"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"})


def is_tame(html: str) -> bool:
    """In SVG and MathML `<style>` is an element like any other, so there both readings must hold."""
    if len(html) < _HARMLESS and html.count("<") < MAX_NESTING:
        return True
    if html.count("&") > MAX_SIGNS:
        return False
    return _within(html, _TOKENS) and (not _FOREIGN.search(html) or _within(html, _FOREIGN_TOKENS))


def _within(html: str, tokens: re.Pattern[str]) -> bool:
    open_by_name: Counter[str] = Counter()
    depth = formatting = repeated = 0
    for number, token in enumerate(tokens.finditer(html)):
        written = token["name"]
        if not written:
            continue
        inside = token["inside"]
        if len(inside) > _SHORT and len(_ATTRIBUTES.findall(inside)) > MAX_ATTRIBUTES:
            return False
        repeated += formatting
        name = written.lower()
        if name not in _CLOSED_UNASKED:
            change = _change(name, open_by_name, closing=bool(token["closing"]))
            depth += change
            formatting += change if name in _FORMATTING else 0
        if depth > MAX_NESTING or repeated > MAX_REPEATED or number > MAX_TAGS:
            return False
    return True


def _change(name: str, open_by_name: Counter[str], *, closing: bool) -> int:
    """How many more elements stand open after this tag; a stray end tag closes nothing."""
    standing = open_by_name[name]
    if (closing and not standing) or (not closing and standing and name in _ONE_AT_A_TIME):
        return 0
    change = -1 if closing else 1
    open_by_name[name] = standing + change
    return change
