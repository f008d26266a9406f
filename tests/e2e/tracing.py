"""Reads what strace saw: is every promise preceded by a sync that covers all journal writes?

write to a journal file    → that file is dirty
fsync/fdatasync completed  → clean, if nothing was written to it after the call began
an answer leaves           → no journal file may be dirty, and one must have been written since the last answer
"""

import re
from dataclasses import dataclass, field

JOURNAL = re.compile(r"<[^>]*/journal\.db(?:-wal)?>")
WRITE = re.compile(r"^(?:pwrite64|write|writev|pwritev)\(\d+<([^>]*/journal\.db(?:-wal)?)>")
SYNC = re.compile(r"^(?:fsync|fdatasync)\(\d+<([^>]*/journal\.db(?:-wal)?)>")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>")
ANSWER = re.compile(
    r'^(?:sendto|write|writev|sendmsg)\(\d+<(?:TCP|socket)[^>]*>.*?"(250 2\.0\.0 Accepted|HTTP/1\.1 20[02])'
)
LINE = re.compile(r"^(\d+)\s+(?:[\d.:]+\s+)?(.*)$")


@dataclass
class Trace:
    """Fed with lines of `strace -f -yy`; collects promises and violations."""

    promises: int = 0
    violations: list = field(default_factory=list)
    _dirty: set = field(default_factory=set)
    _written: bool = False
    _syncing: dict = field(default_factory=dict)

    def feed(self, line):
        matched = LINE.match(line)
        if not matched:
            return
        thread, call = matched.groups()
        if write := WRITE.match(call):
            self._dirty.add(write[1])
            self._written = True
            # A write during somebody's sync is not covered by it.
            self._syncing = {key: path for key, path in self._syncing.items() if path != write[1]}
        elif sync := SYNC.match(call):
            if "unfinished" in call:
                self._syncing[thread] = sync[1]
            elif call.rstrip().endswith("= 0"):
                self._dirty.discard(sync[1])
        elif RESUMED.match(call) and thread in self._syncing and "sync resumed" in call:
            path = self._syncing.pop(thread)
            if call.rstrip().endswith("= 0"):
                self._dirty.discard(path)
        elif answer := ANSWER.match(call):
            self.promises += 1
            if self._dirty:
                self.violations.append(f"{answer[1]!r} with unsynced {sorted(self._dirty)}")
            if not self._written:
                self.violations.append(f"{answer[1]!r} with nothing written to the journal since the last answer")
            self._written = False
