"""How a channel keeps its calls: what a call is told as, and how long one is waited for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from domain.call import Call
from domain.interaction import Interaction

Tell = Callable[[Call, int, datetime], Interaction]
"""A call in a channel's words: the call, how often its number tried in vain today (this call included; 0 where it was
answered), and when it was received. Pure."""


OF_NUMBER = "number:"
"""Conversations of a telephone number begin so: a call of it joins its open ticket, and brings no solved one back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDesk:
    """`patience`: how long a call may ring before it is filed without its end.

    `window`: how long after the last word a call of the same number joins its open ticket. `zone`: whose days are
    counted.
    """

    tell: Tell
    patience: timedelta
    window: timedelta
    zone: tzinfo = UTC
