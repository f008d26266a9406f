"""HTML that may be stored and shown: no script, no form, nothing that is fetched, no style that covers the page.

What is kept is listed; pictures only where they came with the mail (`cid:`). Sanitising the result again changes
nothing: nested tags cannot put themselves together again (attack 39). HTML too wild for a parser of trees is shown as
its text.
"""

import html as entities
import re

import nh3

from channels.mail.html import MAX_HTML, text_from_html
from channels.mail.html_bounds import is_tame

_MORE_TAGS = frozenset({"font", "big", "label", "legend", "section", "main", "tfoot", "address"})
_EVERYWHERE_TABLE = """
    align bgcolor border cellpadding cellspacing color dir height lang nowrap style title valign width
"""
_ATTRIBUTES = {
    "*": set(_EVERYWHERE_TABLE.split()),
    "a": {"href", "name"},
    "blockquote": {"type"},
    "col": {"span"},
    "font": {"face", "size"},
    "img": {"alt", "src"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_STYLES_TABLE = """
    background-color border border-bottom border-collapse border-color border-left border-right border-spacing
    border-style border-top border-width color direction display font font-family font-size font-style font-variant
    font-weight height letter-spacing line-height list-style-type margin margin-bottom margin-left margin-right
    margin-top max-height max-width min-width opacity overflow padding padding-bottom padding-left padding-right
    padding-top text-align text-decoration text-indent text-transform vertical-align visibility white-space width
    word-break word-wrap
"""
_FETCHING = ("url(", "image(", "image-set(", "expression", "@", "\\", "/*", "javascript")
_MOST_PASSES = 4
_TAGS = set(nh3.ALLOWED_TAGS | _MORE_TAGS) - {"map", "area", "pre"}
_TAG = re.compile(r"</?[a-zA-Z][^\s/>]*")
_OFFICE_PARAGRAPH = "o:p"
_NEVER_AROUND_OTHERS = frozenset({"html", "head", "body", "meta", "link", "style", "script", "title"})


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        lower = value.lower()
        return None if any(mark in lower for mark in _FETCHING) else value
    if tag == "img" and attribute == "src":
        return value if value.lower().startswith("cid:") else None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS | {"pre"},
    clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object", "select", "textarea"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filtered,
    filter_style_properties=set(_STYLES_TABLE.split()),
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


def sanitised(html: str) -> str:
    """At most MAX_HTML characters of `html`, made harmless."""
    clean = html[:MAX_HTML]
    if not is_tame(clean):
        return _as_text(clean)
    for _ in range(_MOST_PASSES):
        before, clean = clean, _CLEANER.clean(clean)
        if clean == before or _well_formed(before, clean):
            return clean
    return _as_text(clean)


def _well_formed(html: str, clean: str) -> bool:
    """Whether another pass is needless: the parser moved, closed and opened nothing, and lost nothing in between."""
    kept = []
    for tag in _TAG.findall(html):
        name = tag.lower().lstrip("</")
        if name in _TAGS:
            kept.append(tag.lower())
        elif name not in _NEVER_AROUND_OTHERS and name != _OFFICE_PARAGRAPH:
            return False
    return kept == _TAG.findall(clean)


def _as_text(html: str) -> str:
    return f"<pre>{entities.escape(text_from_html(html), quote=False)}</pre>"
