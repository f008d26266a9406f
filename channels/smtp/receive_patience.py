"""How long a client may be slow (attack 10): one timer per connection that looks at two clocks.

    heard     a line, or a buffer full of content      must happen every `timeout` seconds
    finished  a message was answered                   must happen within two `timeout`s

So one byte a second inside DATA ends, and so does a client that only says NOOP. A timer that is not moved at
each command but looks up the time when it fires costs nothing per command.
"""

import asyncio
from collections.abc import Callable

TIMED_OUT = b"421 4.4.2 Timed out, goodbye"
LINGER_SECONDS = 5.0
_FACTOR_FOR_A_MESSAGE = 2


class Patience:
    """`give_up` is called with the words for the client."""

    def __init__(self, loop: asyncio.AbstractEventLoop, timeout: float, give_up: Callable[[bytes], None]) -> None:
        self._loop = loop
        self._time = loop.time
        self._timeout = timeout
        self._give_up = give_up
        self._heard = self._finished = loop.time()
        self._timer = loop.call_later(timeout, self._look)

    def heard(self) -> None:
        self._heard = self._time()

    def finished(self) -> None:
        self._heard = self._finished = self._time()

    def linger(self, abort: Callable[[], None]) -> None:
        """The connection is closing: `abort` if the client does not take our last words."""
        self._timer.cancel()
        self._timer = self._loop.call_later(LINGER_SECONDS, abort)

    def end(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        until = min(self._heard + self._timeout, self._finished + self._timeout * _FACTOR_FOR_A_MESSAGE)
        left = until - self._time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._give_up(TIMED_OUT)
