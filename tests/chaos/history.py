"""What the customers know: every try with its answer. What was answered yes is a promise."""

import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

MARK = re.compile(r"\bmk\d+-[a-z]+-\d+\b")
UNANSWERED = "none"


@dataclass
class History:
    """`log` gets one JSON line for each try; `answers` counts them by channel and answer."""

    log: Path
    accepted: dict = field(default_factory=dict)
    tried: set = field(default_factory=set)
    answers: Counter = field(default_factory=Counter)
    newest: dict = field(default_factory=dict)

    def __post_init__(self):
        self._lock = threading.Lock()
        self._stream = self.log.open("a", encoding="utf-8")

    def note(self, channel, mark, began, answer, *, yes):
        """`began`: monotonic seconds when this try began."""
        now = time.monotonic()
        line = {"at": round(time.time(), 3), "channel": channel, "mark": mark, "answer": answer, "yes": yes}
        with self._lock:
            self._stream.write(json.dumps(line) + "\n")
            self._stream.flush()
            self.tried.add(mark)
            self.answers[channel, "yes" if yes else answer] += 1
            if yes:
                self.accepted.setdefault(mark, now)
                self.newest[channel] = (began, now)

    def promised(self):
        """The marks of everything that was answered yes until now."""
        with self._lock:
            return set(self.accepted)

    def count(self, channel):
        return self.answers[channel, "yes"]

    @property
    def refused(self):
        """Tries that were answered with a no, or a not now."""
        return sum(n for (_, answer), n in self.answers.items() if answer not in {"yes", UNANSWERED})

    @property
    def unanswered(self):
        return sum(n for (_, answer), n in self.answers.items() if answer == UNANSWERED)

    def close(self):
        self._stream.close()
