"""The header of a mail or part: lines into fields. Never raises, and never reads more than its bounds.

A line that is no field ends the header (the blank line was forgotten), unless a well-known field stands right behind
it: then it was the rest of a field, folded without its space. A mailbox's `From ` line is none of the mail.
"""

import re
from dataclasses import dataclass, field

MAX_HEADER_BYTES = 2_000_000
MAX_HEADER_LINES = 10_000
LONGEST_FIELD = 256_000
_FIELD_NAME = re.compile(r"[!-9;-~]+[ \t]*:")
_FOLDING = (" ", "\t")
_AHEAD = 3
_KNOWN = re.compile(
    r"(?:from|to|cc|subject|date|message-id|mime-version|content-(?:type|transfer-encoding|disposition|id|language)"
    r"|received|return-path|reply-to|sender|references|in-reply-to|delivered-to|user-agent|importance|precedence"
    r"|auto-submitted|authentication-results|dkim-signature|list-[a-z-]+|arc-[a-z-]+|thread-[a-z]+|x-[a-z0-9-]+)"
    r"[ \t]*:",
    re.IGNORECASE,
)
_MAILBOX_LINE = (">From ", "From ")

Headers = dict[str, list[str]]


@dataclass(slots=True)
class Header:
    """`fields`: lower-case name → raw unfolded values. `order`: the names as they stand. `end`: where reading ended.

    `cut`: there was more than the bounds allow.
    """

    fields: Headers = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    end: int | None = None
    cut: bool = False

    def keep(self, pieces: list[str]) -> None:
        if not pieces:
            return
        name, colon, value = ("".join(pieces) if len(pieces) > 1 else pieces[0]).partition(":")
        if colon:
            self.cut = self.cut or len(value) > LONGEST_FIELD
            name = name.rstrip().lower()
            self.fields.setdefault(name, []).append(value[:LONGEST_FIELD].strip())
            self.order.append(name)


def read_header(head: bytes) -> Header:
    """`head` has LF line ends. `end` of the result is None where all of it is header."""
    header = Header(cut=len(head) > MAX_HEADER_BYTES)
    lines = head[:MAX_HEADER_BYTES].decode("utf-8", "surrogateescape").split("\n")
    header.cut = header.cut or len(lines) > MAX_HEADER_LINES
    pieces: list[str] = []
    for number, line in enumerate(lines[:MAX_HEADER_LINES]):
        if line[:1] in _FOLDING and pieces:
            pieces.append(line)
        elif _FIELD_NAME.match(line):
            header.keep(pieces)
            pieces = [line]
        elif (number == 0 and line.startswith(_MAILBOX_LINE)) or not line:
            continue
        elif not _belongs(lines, number):
            header.keep(pieces)
            header.end = len("\n".join(lines[:number]).encode("utf-8", "surrogateescape")) + (number > 0)
            return header
        elif pieces:
            pieces.append(" " + line)
    header.keep(pieces)
    return header


def _belongs(lines: list[str], number: int) -> bool:
    """Whether a line that is no field stands amid the header all the same."""
    if number and not lines[number - 1].strip():
        return False
    return any(_KNOWN.match(line) for line in lines[number + 1 : number + 1 + _AHEAD])
