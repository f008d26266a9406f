"""HTML mail as readable text, by a tolerant C parser and under caps.

    HTML ─▶ is_tame? ─ no ─▶ its tags cut out (channels/tag_soup.py, soup_sight.py)
                  └─ yes ─▶ tree ─▶ what is seen (visibility.py) ─▶ Page: lines, with lists, quotations and tables

A table is one of data when two of its rows have two cells or more and no other table is in it: its rows become lines
with the cells side by side. All others only lay out the page. A link is its words and `<address>`.
"""

import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.mail.html_bounds import is_tame
from channels.mail.page import Page
from channels.mail.soup_sight import SoupSight
from channels.mail.style_sheets import write_styles
from channels.mail.visibility import Attributes, Look, is_removed
from channels.tag_soup import html_to_text

MAX_HTML = 500_000
_MOST_NODES = 100_000
_LONGEST_LINK = 2_000
_UNSEEN = ["script", "style", "head", "title", "template", "noscript", "object", "iframe", "select", "svg", "math"]
_BLOCKS_TABLE = """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead tr ul
"""
_BLOCKS = frozenset(_BLOCKS_TABLE.split())
_SPACED_TABLE = """
    p h1 h2 h3 h4 h5 h6 blockquote table pre dl figure
"""
_SPACED = frozenset(_SPACED_TABLE.split())
_CELLS = frozenset({"td", "th"})
_TEXT = "-text"
_LOOKING_OTHERWISE = "[hidden], [style], [bgcolor], [color], [background]"
_TELLING = frozenset({"a", "blockquote", "img", "ol"})
_LINKED = re.compile(r"(https?://|ftps?://|mailto:|tel:)[^\s<>]+", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"^(?:https?://|ftps?://|mailto:|tel:)?(?:www\.)?|[/?#]+$|\s+", re.IGNORECASE)
_NO_PICTURE = re.compile(r"\s*[01](?:px)?\s*", re.IGNORECASE)


def text_from_html(html: str) -> str:
    html = html[:MAX_HTML]
    if not html.strip():
        return ""
    return _Reader().read(html) if is_tame(html) else html_to_text(html, SoupSight())


class _Reader:
    """Walks the tree without recursion: `_enter` on the way down, `_leave` on the way up."""

    def __init__(self) -> None:
        self._page = Page()
        self._looks = [Look()]
        self._data_tables: set[int] = set()
        self._styled: set[int] = set()
        self._links: list[tuple[str, int]] = []

    def read(self, html: str) -> str:
        tree = LexborHTMLParser(html)
        write_styles(tree)
        tree.strip_tags(_UNSEEN, recursive=True)
        for node in tree.css(_LOOKING_OTHERWISE):
            if is_removed(node.attributes):
                node.decompose()
            else:
                self._styled.add(node.mem_id)
        if tree.body is None:
            return ""
        self._looks = [Look().inside(tree.body.attributes)]
        self._data_tables = {table.mem_id for table in tree.css("table:not(:has(table))") if _holds_data(table)}
        for node, tag, entering in islice(_walk(tree.body), 2 * _MOST_NODES):
            if tag == _TEXT:
                if self._looks[-1].shown:
                    self._page.write(node.text_content or "")
            elif entering:
                self._enter(node, tag)
            else:
                self._leave(node, tag)
        return self._page.text()

    def _enter(self, node: LexborNode, tag: str) -> None:
        attributes: Attributes = node.attributes if tag in _TELLING or node.mem_id in self._styled else {}
        self._looks.append(self._looks[-1].inside(attributes) if attributes else self._looks[-1])
        if tag in _BLOCKS:
            self._page.block(spaced=tag in _SPACED)
        if tag == "table" and node.mem_id in self._data_tables:
            self._page.rows += 1
        elif tag in _CELLS:
            self._page.cell()
        elif tag == "br":
            self._page.line_break()
        elif tag == "img":
            self._picture(attributes)
        elif tag == "a":
            self._links.append((_address(attributes.get("href")), self._page.written))
        else:
            self._page.open(tag, attributes)

    def _leave(self, node: LexborNode, tag: str) -> None:
        if tag == "a" and self._links:
            address, begun = self._links.pop()
            if address and self._looks[-1].shown:
                self._link(address, self._page.since(begun))
        self._looks.pop()
        if tag == "table" and node.mem_id in self._data_tables:
            self._page.rows -= 1
        self._page.close(tag)
        if tag in _BLOCKS:
            self._page.block(spaced=tag in _SPACED)

    def _link(self, address: str, label: str) -> None:
        if label.strip() and _BARE_ADDRESS.sub("", label).lower() != _BARE_ADDRESS.sub("", address).lower():
            self._page.write(f" <{address}>")

    def _picture(self, attributes: Attributes) -> None:
        """A picture is what it is described as; one of a single point is there to be counted, not to be seen."""
        described = (attributes.get("alt") or "").strip()
        sides = (attributes.get("width") or "", attributes.get("height") or "")
        if described and self._looks[-1].shown and not any(map(_NO_PICTURE.fullmatch, sides)):
            self._page.write(f" [{described}] " if any(map(str.isalnum, described)) else described)


def _walk(top: LexborNode) -> Iterator[tuple[LexborNode, str, bool]]:
    """Every node below `top` with its tag, on the way in (True) and, elements only, on the way out (False)."""
    way: list[tuple[LexborNode, str]] = []
    node = top.first_child
    while node is not None:
        tag = node.tag or ""
        yield node, tag, True
        below = node.first_child if tag != _TEXT else None
        if below is not None:
            way.append((node, tag))
            node = below
            continue
        if tag != _TEXT:
            yield node, tag, False
        following = node.next
        while following is None and way:
            node, tag = way.pop()
            yield node, tag, False
            following = node.next
        node = following


def _holds_data(table: LexborNode) -> bool:
    """Looks at the first rows only, for a table may be long."""
    wide = 0
    for row in table.css("tr")[:20]:
        cells = [cell for cell in _children(row) if cell.tag in _CELLS]
        wide += len(cells) > 1
        if wide > 1:
            return True
    return False


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _address(href: str | None) -> str:
    """Where a link leads, if a person could go there; a mail address is shown as itself."""
    href = (href or "").strip()
    if len(href) > _LONGEST_LINK or not _LINKED.fullmatch(href):
        return ""
    scheme, _, rest = href.partition(":")
    return rest.partition("?")[0] if scheme.lower() in {"mailto", "tel"} else href
