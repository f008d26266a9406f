"""One ticket as it was decided, kept with what was decided upon and what people made of it since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.facts import Facts
from domain.verdict import Verdict

CORRECTABLE = ("department", "priority")
"""What people move by hand; such a move is a correction of the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """`facts` and `verdict` are those of the message that opened the ticket.

    `corrected` maps a field to the value that people left it with, where that is not what the rules said.
    """

    number: int
    opened_at: datetime
    facts: Facts
    verdict: Verdict
    corrected: Mapping[str, str] = field(default_factory=dict)
