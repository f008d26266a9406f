"""A stopwatch over the stages of one unit of work: time belongs to the stage that it is in."""

import time
from collections.abc import MutableMapping


class Laps:
    """Adds to `seconds`, by stage, and stretches its `times` (first begin and last end, nanoseconds since 1970).

    `stage` is the one it is in, or was in when something was raised.
    """

    def __init__(self, seconds: MutableMapping[str, float], times: MutableMapping[str, tuple[int, int]]) -> None:
        self._seconds = seconds
        self._times = times
        self._epoch = time.time_ns() - time.perf_counter_ns()
        self._since: int | None = None
        self.stage = ""

    def enter(self, stage: str) -> None:
        self.stop()
        self.stage, self._since = stage, time.perf_counter_ns()

    def stop(self) -> None:
        if self._since is not None:
            now = time.perf_counter_ns()
            self._seconds[self.stage] = self._seconds.get(self.stage, 0.0) + (now - self._since) / 1e9
            begun = self._times[self.stage][0] if self.stage in self._times else self._epoch + self._since
            self._times[self.stage] = begun, self._epoch + now
            self._since = None
