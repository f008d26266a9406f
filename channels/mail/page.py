"""Lines of text as they grow out of HTML: white space collapsed, list marks, `> ` before what is quoted.

`rows` is above 0 inside a table of data: there a block is no new line, and cells stand side by side. Nothing is
written before it is needed: a mark waits for the words of its item, an empty line for what comes after it.
"""

import re
from dataclasses import dataclass, field

from channels.mail.quotation import is_indent
from channels.mail.visibility import Attributes

_SPACES = re.compile(r"[ \t\n\r\f\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_FILLING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2800\u3164\ufeff\uffa0]|\u200c(?=[\\s\u00a0\u200c]|$)"
)
_DEEPEST = 5
_LISTS = frozenset({"ul", "ol", "menu"})
_BETWEEN_CELLS = " | "


@dataclass(slots=True)
class _Items:
    """A list: the number of its next item, or None where items only have a dash."""

    number: int | None


@dataclass(slots=True)
class Page:
    rows: int = 0
    written: int = 0
    _lines: list[str] = field(default_factory=list)
    _line: list[str] = field(default_factory=list)
    _gap: bool = False
    _quotes: int = 0
    _quotes_before: int = 0
    _indents: list[bool] = field(default_factory=list)
    _lists: list[_Items] = field(default_factory=list)
    _mark: str = ""
    _verbatim: int = 0
    _cells: int = 0
    _history: list[str] = field(default_factory=list)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def since(self, begun: int) -> str:
        """What was written after `written` was `begun`."""
        return "".join(self._history[begun:])

    def write(self, text: str) -> None:
        text = _FILLING.sub("", text)
        if self._verbatim:
            first, *others = text.split("\n")
            self._append(first.replace("\t", "    "))
            for line in others:
                self._end_line(keep_empty=True)
                self._append(line.replace("\t", "    "))
            return
        text = _SPACES.sub(" ", text)
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        self._append(text)

    def line_break(self) -> None:
        if self.rows:
            self.write(" ")
        else:
            self._end_line(keep_empty=True)

    def block(self, *, spaced: bool) -> None:
        """An element begins or ends that stands on lines of its own."""
        if self.rows:
            self.write(" ")
            return
        self._end_line()
        self._gap = self._gap or (spaced and not self._mark)

    def cell(self) -> None:
        if not self.rows:
            self.write(" ")
            return
        self._cells += 1
        if self._cells > 1:
            self._line = ["".join(self._line).rstrip(" "), _BETWEEN_CELLS]

    def open(self, tag: str, attributes: Attributes) -> None:
        if tag == "tr":
            self._end_row()
        elif tag == "blockquote":
            self._indents.append(is_indent(attributes))
            self._quotes += not self._indents[-1]
        elif tag == "pre":
            self._verbatim += 1
        elif tag in _LISTS:
            self._gap = self._gap or not self._lists
            self._lists.append(_Items(_begin(attributes) if tag == "ol" else None))
        elif tag == "li":
            self._mark = self._next_mark()

    def close(self, tag: str) -> None:
        if tag == "tr":
            self._end_row()
        elif tag == "blockquote":
            self._end_line()
            self._quotes -= not self._indents.pop()
        elif tag == "pre":
            self._verbatim -= 1
        elif tag in _LISTS and self._lists:
            self._lists.pop()
            self._gap = self._gap or not self._lists
        elif tag == "li":
            self._end_line()
            self._mark = ""

    def _next_mark(self) -> str:
        items = self._lists[-1] if self._lists else None
        if items is None or items.number is None:
            return "- "
        items.number += 1
        return f"{items.number - 1}. "

    def _end_row(self) -> None:
        if self.rows:
            self._end_line()
            self._cells = 0

    def _append(self, text: str) -> None:
        if not text:
            return
        if not self._line and text.strip():
            self._begin_line()
        if self._line or text.strip() or self._verbatim:
            self._line.append(text)
            self._history.append(text)
            self.written += 1

    def _begin_line(self) -> None:
        quotes = min(self._quotes, _DEEPEST)
        if self._gap and self._lines and self._lines[-1].strip("> "):
            self._lines.append(("> " * min(quotes, self._quotes_before)).rstrip())
        self._gap = False
        self._quotes_before = quotes
        indent = "  " * min(max(len(self._lists) - 1, 0), _DEEPEST)
        if not self._mark and self._lists:
            indent += "  "
        self._line.append("> " * quotes + indent + self._mark)
        self._mark = ""

    def _end_line(self, *, keep_empty: bool = False) -> None:
        line = "".join(self._line).rstrip()
        self._line = []
        if line:
            self._lines.append(line)
        elif keep_empty and self._lines and self._lines[-1] != "":
            self._lines.append("")


def _begin(attributes: Attributes) -> int:
    start = attributes.get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
