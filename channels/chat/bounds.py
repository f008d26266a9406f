"""What one visitor, one address and all of them together may do. Kept in memory: a restart forgives."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from channels.chat.options import Limits
from channels.throttle import Throttle, limited_as
from domain.errors import Refused

STREAM_RETRY = 15
"""Seconds: after so many a stream that broke has been noticed."""


class TooMany(Refused):
    """`seconds`: after which it may be tried again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Bounds:
    """`clock`: monotonic seconds. Addresses as `request.remote` gives them."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._visitor = _per_minute(limits.messages_per_minute)
        self._address = _per_minute(limits.address_messages_per_minute)
        self._sessions = _per_minute(limits.address_sessions_per_minute)
        self._streams: Counter[str] = Counter()

    def session(self, address: str | None) -> None:
        """Raises TooMany."""
        self._charge("sessions from this address", [(self._sessions, limited_as(address))])

    def message(self, visitor: str, address: str | None) -> None:
        """Raises TooMany."""
        self._charge("messages", [(self._visitor, visitor), (self._address, limited_as(address))])

    @contextmanager
    def stream(self, visitor: str, address: str | None) -> Iterator[None]:
        """Held while a stream is open. Raises TooMany."""
        limits, network = self._limits, f"address {limited_as(address)}"
        wanted = {visitor: limits.visitor_streams, network: limits.address_streams, "all": limits.streams}
        if any(self._streams[key] >= most for key, most in wanted.items()):
            raise TooMany("too many open streams", STREAM_RETRY)
        self._streams.update(wanted.keys())
        try:
            yield
        finally:
            self._streams.subtract(wanted.keys())
            for key in wanted:
                if not self._streams[key]:
                    del self._streams[key]

    def _charge(self, what: str, budgets: list[tuple[Throttle, str]]) -> None:
        now = self._clock()
        if wait := max(throttle.wait(key, now) for throttle, key in budgets):
            raise TooMany(f"too many {what}; wait a little", wait)
        for throttle, key in budgets:
            throttle.charge(key, now)


def _per_minute(count: int) -> Throttle:
    return Throttle(burst=count, per_second=count / 60)
