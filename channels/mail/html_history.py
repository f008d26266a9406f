"""What the HTML of a mail knows about its parts, laid over the lines of its text.

Mail programs mark what they quote and sign: Gmail by classes, Outlook by an id in front of what follows, Apple and
Thunderbird by `<blockquote type="cite">`. The text of a mail may be its own plain part or be made of the HTML; either
way its lines stand in the HTML in the same order, so each is looked up behind the one before, by its letters alone.

    HTML ─▶ letters in order, each with the mark of the element it stands in
    line ─▶ its first letters ─▶ found near by, behind the last one ─▶ the mark there
                              └─ not found ─▶ the mark of its neighbours, if they agree

A forward is marked like a quotation by many programs, so what begins as one has no quoted marks.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum

import re2
from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.mail.html import MAX_HTML
from channels.mail.html_bounds import is_tame
from channels.mail.lines import LONGEST_LINE, Lines, letters_of
from channels.mail.quotation import Attributes, is_quotation, names_of


class Mark(Enum):
    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


_SIGNS = re2.compile(
    r"(?i)gmail_|blockquote|rplyfwdmsg|reference-message|olk_src_body|border-top|yahoo_quoted|moz-|protonmail|zmail_extra"
    r"|messagereply|reply-intro|__sig_|messagesignature|__quoted_text__|__divider__|zwchr|stopspelling|freshdesk"
    r"|_quote\b|signature|quotedreply"
)
_QUOTING = re.compile(
    r"(?:^|\s)(?:x_)*(?:gmail_attr|moz-cite-prefix|zmail_extra|freshdesk_quote|protonmail_quote"
    r"|tutanota_quote|front-blockquote"
    r"|reply-intro|quotedreply|(?:ydp\w{0,20})?yahoo_quoted\w*|yahoo-quoted-begin"
    r"|olk_src_body_section|__quoted_text__|__headers__"
    r"|messagereplysection|(?:ms-outlook-mobile-|mail-editor-)reference-message(?:-container)?)(?:$|\s)"
)
_ALL_BELOW = re.compile(r"(?:^|\s)(?:x_)*(?:divrplyfwdmsg|stopspelling|zwchr|__divider__)(?:$|\s)")
_SIGNING = re.compile(
    r"(?:^|\s)(?:x_)*(?:gmail_signature(?:_prefix)?|moz-signature|protonmail_signature_block"
    r"|ms-outlook-mobile-signature"
    r"|messagesignaturesection|signature|signature-id-\d+|applemailsignature|zmail_signature"
    r"|composer_signature|__sig_p(?:re|ost)__)(?:$|\s)"
)
_TOP_LINE = re.compile(r"border-top\s*:\s*(?:solid|[\d.]+p[tx] solid|#[0-9a-f]{3,6})")
_FIELD_FIRST = re.compile(r"\s*[^\W\d_][\w ]{0,14}\s?:")
_FORWARD_FIRST = re.compile(r"\s*(?:-{5,}|={5,})")
_LISTED = re.compile(r"^[\s>]*(?:\d{1,3}[.)]\s|[-*]\s)?")
_AMID = re.compile(r"<|\[|https?:| \| ")
_UNSEEN = ["script", "style", "head", "title", "template"]
_KEY = 40
_SHORTEST_KEY = 2
_REACH = 240
_REACH_BY_LETTER = 30
_MOST_NODES = 100_000


def marks_of(html: str, lines: Lines) -> Sequence[Mark | None]:
    """A mark for each line, None where nothing is known; nothing at all when the HTML holds no history to speak of."""
    html = html[:MAX_HTML]
    if not _SIGNS.search(html) or not is_tame(html):
        return ()
    letters = _Letters()
    letters.read(html)
    if letters.is_plain:
        return ()
    marks = _filled(_found(letters, lines))
    return marks if any(mark is Mark.NEW for mark in marks) else ()


def _found(letters: "_Letters", lines: Lines) -> list[Mark | None]:
    text = "".join(letters.pieces)
    marks: list[Mark | None] = []
    reached = 0
    for line in lines.written:
        key = _key(line)
        at = -1
        if len(key) >= _SHORTEST_KEY:
            at = text.find(key, reached, reached + _REACH + _REACH_BY_LETTER * len(key))
        if at >= 0:
            reached = at + len(key)
        marks.append(letters.mark_at(at) if at >= 0 else None)
    return marks


def _key(line: str) -> str:
    line = line[:LONGEST_LINE]
    line = line[_LISTED.match(line).end() :] if line[:1] in " \t>-*0123456789" else line  # type: ignore[union-attr]  # it also matches nothing
    return letters_of(_AMID.split(line, maxsplit=1)[0])[:_KEY]


def _filled(marks: list[Mark | None]) -> list[Mark | None]:
    """Between two lines of one mark all have it; so do the last lines, behind the last known one."""
    last: Mark | None = None
    since = 0
    for at, mark in enumerate(marks):
        if mark is None:
            continue
        if mark is last:
            marks[since:at] = [mark] * (at - since)
        last, since = mark, at + 1
    marks[since:] = [last] * (len(marks) - since)
    return marks


class _Letters:
    """The letters and digits of a page in order, in pieces of one mark each."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._starts: list[int] = []
        self._marks: list[Mark] = []
        self._length = 0
        self._known: dict[int, Mark] = {}
        self._rest = Mark.NEW
        self._forward = False

    @property
    def is_plain(self) -> bool:
        return self._forward or all(mark is Mark.NEW for mark in self._marks)

    def mark_at(self, at: int) -> Mark:
        return self._marks[bisect_right(self._starts, at) - 1]

    def read(self, html: str) -> None:
        tree = LexborHTMLParser(html)
        tree.strip_tags(_UNSEEN, recursive=True)
        if tree.body is None:
            return
        for number, node in enumerate(tree.body.traverse(include_text=True)):
            if number > _MOST_NODES or self._forward:
                break
            if node.tag == "-text":
                self._add(node)
            else:
                self._look_at(node)

    def _add(self, node: LexborNode) -> None:
        letters = letters_of(node.text_content or "")
        if letters:
            parent = node.parent
            inherited = self._known.get(parent.mem_id, Mark.NEW) if parent is not None else Mark.NEW
            self.pieces.append(letters)
            self._starts.append(self._length)
            self._marks.append(self._rest if inherited is Mark.NEW else inherited)
            self._length += len(letters)

    def _look_at(self, node: LexborNode) -> None:
        parent = node.parent
        mark = self._known.get(parent.mem_id, Mark.NEW) if parent is not None else Mark.NEW
        if mark is not Mark.QUOTED and self._rest is Mark.NEW:
            mark = self._own(node) or mark
        self._known[node.mem_id] = mark

    def _own(self, node: LexborNode) -> Mark | None:
        attributes = node.attributes
        tag = node.tag
        if not attributes:
            return None
        names = names_of(attributes)
        if "moz-forward-container" in names or ("gmail_" in names and self._is_forward(node, names)):
            self._forward = True
            return None
        if _ALL_BELOW.search(names) or (tag in {"div", "td"} and _is_headed_by_line(node, attributes)):
            self._rest = Mark.QUOTED
            return None
        if tag == "blockquote":
            return Mark.QUOTED if is_quotation(attributes) else None
        if _QUOTING.search(names):
            return Mark.QUOTED
        return Mark.SIGNATURE if _SIGNING.search(names) else None

    def _is_forward(self, node: LexborNode, names: str) -> bool:
        return ("gmail_quote" in names or "gmail_attr" in names) and bool(_FORWARD_FIRST.match(node.text()[:80]))


def _is_headed_by_line(node: LexborNode, attributes: Attributes) -> bool:
    """Outlook's line above "De: …": only a border at the top, and a field name as its first words."""
    style = (attributes.get("style") or "").lower()
    if "border-top" not in style or not _TOP_LINE.search(style):
        return False
    return bool(_FIELD_FIRST.match(node.text()[:80]))
