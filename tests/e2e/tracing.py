"""Reads what strace saw: is every promise preceded by a sync that covers the bytes it promises?

    a journal write that holds a mark      → that mark is written
    fsync/fdatasync of the same file       → covers the marks written before the call began, once it returns 0
    an answer leaves                       → its message's mark must be covered by then

Other writes to the journal (the next batch, a settle) may be under way when an answer leaves; they do not matter.
"""

import re
from dataclasses import dataclass, field

MARK = re.compile(r"fsyncmark-(\w+)")
LINE = re.compile(r"^(\d+)\s+(.*)$")
WRITE = re.compile(r"^(?:pwrite64|write|writev|pwritev)\(\d+<[^>]*/journal\.db(?:-wal)?>")
SYNC = re.compile(r"^(?:fsync|fdatasync)\(\d+<[^>]*/journal\.db(?:-wal)?>")
SYNC_RESUMED = re.compile(r"^<\.\.\. (?:fsync|fdatasync) resumed>")
ANSWER = re.compile(
    r"^(?:sendto|write|writev|sendmsg)\(\d+<(?:TCP|socket)[^>]*>.*?(250 2\.0\.0 Accepted|HTTP/1\.1 202)"
)


@dataclass
class Trace:
    """Fed with lines of `strace -f -yy`; `expected` are the marks of the messages in the order they are answered."""

    expected: list
    promises: int = 0
    violations: list = field(default_factory=list)
    _written: set = field(default_factory=set)
    _covered: set = field(default_factory=set)
    _syncing: dict = field(default_factory=dict)

    def feed(self, line):
        matched = LINE.match(line)
        if not matched:
            return
        thread, call = matched.groups()
        if WRITE.match(call):
            self._written |= set(MARK.findall(call))
        elif SYNC.match(call):
            self._syncing[thread] = set(self._written)
            self._finish_sync(thread, call)
        elif SYNC_RESUMED.match(call) and thread in self._syncing:
            self._finish_sync(thread, call)
        elif ANSWER.match(call):
            self._promise()

    def _finish_sync(self, thread, call):
        if "unfinished" in call:
            return
        marks = self._syncing.pop(thread)
        if call.rstrip().endswith("= 0"):
            self._covered |= marks

    def _promise(self):
        mark = self.expected[self.promises]
        self.promises += 1
        if mark not in self._covered:
            written = "written but not synced" if mark in self._written else "not even written"
            self.violations.append(f"{mark} was promised while {written}")
