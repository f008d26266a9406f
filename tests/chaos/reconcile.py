"""Three books that must agree: what customers were promised, what the journal holds, what the tickets hold."""

import base64
import gzip
import json
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.history import MARK

FINISHED = {"done", "ignored"}


@dataclass(frozen=True)
class Books:
    """`lost`: promised, and not in a ticket (or not in the journal). `doubled`: more than once in tickets.

    `stuck`: in the journal, and neither filed nor ignored. `unknown`: in a ticket, and nobody ever sent it.
    `answered_twice`: customers who were acknowledged more than once.
    """

    lost: set = field(default_factory=set)
    doubled: dict = field(default_factory=dict)
    stuck: dict = field(default_factory=dict)
    unknown: set = field(default_factory=set)
    answered_twice: dict = field(default_factory=dict)

    @property
    def agree(self):
        return not (self.lost or self.doubled or self.stuck or self.unknown or self.answered_twice)


def marks_of_tickets(tickets, prefix):
    """mark → in how many incoming messages it stands."""
    counts = Counter()
    for ticket in tickets:
        for message in ticket["messages"]:
            if message["direction"] == "in":
                counts.update(_marks(json.dumps(message, ensure_ascii=False), prefix))
    return counts


def marks_of_journal(exported, prefix):
    """mark → fates of the entries whose payload holds it; `exported` is the file of `balcao journal export`."""
    fates = {}
    with gzip.open(exported, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line).get("entry")
            if entry is None or entry.get("payload") is None:
                continue
            text = base64.b64decode(entry["payload"]).decode("utf-8", "replace")
            for mark in _marks(text, prefix):
                fates.setdefault(mark, []).append(entry["fate"])
    return fates


def _marks(text, prefix):
    return {mark for mark in MARK.findall(text) if mark.startswith(prefix)}


def reconcile(promised, tried, stored, journal, answered):
    """`stored` and `journal` as above; `answered`: customer → how many acknowledgements he was sent."""
    return Books(
        lost={mark for mark in promised if mark not in stored or mark not in journal},
        doubled={mark: count for mark, count in stored.items() if count > 1},
        stuck={mark: fates for mark, fates in journal.items() if not FINISHED.issuperset(fates)},
        unknown=set(stored) - tried,
        answered_twice={one: count for one, count in answered.items() if count > 1},
    )
