"""HTML mail as readable text, by a tolerant C parser and under caps.

The parser is quadratic in nesting depth, so HTML that nests too deep is not given to it: its tags are cut out
instead. Nothing that is not shown counts: scripts, styles, `hidden`, `display:none`.
"""

import html as entities
import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_HTML = 500_000
MAX_NESTING = 250
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_BLANK = re.compile(r"[ \t\n\r\f\xa0]+")
_GAPS = re.compile(r"\n{3,}")
_NEVER_CLOSED_TABLE = """
    area base br col embed hr img input link meta param source track wbr p li td th tr
"""
_NEVER_CLOSED = frozenset(_NEVER_CLOSED_TABLE.split())
_UNSEEN = ["script", "style", "head", "title", "template", "noscript", "object", "iframe", "select"]
_HIDDEN = "[hidden], [style*='display:none' i], [style*='display: none' i]"
_BLOCKS_TABLE = """
    address article aside blockquote body center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr
    html li main nav ol p pre section table tbody tfoot thead tr ul
"""
_BLOCKS = frozenset(_BLOCKS_TABLE.split())
_SPACED_TABLE = """
    p h1 h2 h3 h4 h5 h6 blockquote table ul ol dl
"""
_SPACED = frozenset(_SPACED_TABLE.split())
_CELLS = frozenset({"td", "th"})


def text_from_html(html: str) -> str:
    html = html[:MAX_HTML]
    if not html.strip():
        return ""
    text = _flattened(html) if _too_deep(html) else _Reader().read(html)
    lines = (_BLANK.sub(" ", line).strip() for line in text.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def _too_deep(html: str) -> bool:
    """Whether more than MAX_NESTING elements may stand open at once; a stray end tag closes nothing."""
    open_by_name: Counter[str] = Counter()
    depth = 0
    for closing, written in _TAG.findall(html):
        name = written.lower()
        if name in _NEVER_CLOSED:
            continue
        if not closing:
            open_by_name[name] += 1
            depth += 1
        elif open_by_name[name]:
            open_by_name[name] -= 1
            depth -= 1
        if depth > MAX_NESTING:
            return True
    return False


def _flattened(html: str) -> str:
    return entities.unescape(_ANY_TAG.sub(" ", html))


class _Reader:
    """Walks the nodes in order and writes a line break wherever the block changes."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._places: dict[int, tuple[int, int, bool]] = {}
        self._block = -1

    def read(self, html: str) -> str:
        tree = LexborHTMLParser(html)
        tree.strip_tags(_UNSEEN, recursive=True)
        for node in tree.css(_HIDDEN):
            node.decompose()
        if tree.body is None:
            return ""
        for node in tree.body.traverse(include_text=True):
            self._take(node)
        return "".join(self._text)

    def _take(self, node: LexborNode) -> None:
        tag = node.tag
        if tag == "-text":
            self._take_text(node)
        elif tag == "br":
            self._text.append("\n")
        elif tag in _CELLS:
            self._text.append(" ")
        elif tag == "img" and (described := (node.attributes.get("alt") or "").strip()):
            self._write(node, f" [{described}] ")

    def _take_text(self, node: LexborNode) -> None:
        text = node.text_content or ""
        if text.strip(" \t\r\n\f"):
            self._write(node, text)
        elif text:
            self._text.append(" ")

    def _write(self, node: LexborNode, text: str) -> None:
        block, quotes, spaced = self._place(node.parent or node)
        if block != self._block:
            self._text.append(("\n\n" if spaced else "\n") + "> " * quotes)
            self._block = block
        self._text.append(_BLANK.sub(" ", text))

    def _place(self, node: LexborNode) -> tuple[int, int, bool]:
        """The block an element's text belongs to, how many quotations it stands in, whether space goes before."""
        chain = []
        place = (0, 0, False)
        climbing: LexborNode | None = node
        while climbing is not None:
            known = self._places.get(climbing.mem_id)
            if known is not None:
                place = known
                break
            chain.append(climbing)
            climbing = climbing.parent
        for element in reversed(chain):
            tag = element.tag or ""
            if tag in _BLOCKS:
                place = (element.mem_id, min(place[1] + (tag == "blockquote"), 5), tag in _SPACED)
            self._places[element.mem_id] = place
        return place
