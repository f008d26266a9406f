"""A stopwatch over the stages of one unit of work: time belongs to the stage that it is in."""

import time
from collections.abc import MutableMapping


class Laps:
    """Adds to `seconds`, by stage. `stage` is the one it is in, or was in when something was raised."""

    def __init__(self, seconds: MutableMapping[str, float]) -> None:
        self._seconds = seconds
        self._since: float | None = None
        self.stage = ""

    def enter(self, stage: str) -> None:
        self.stop()
        self.stage, self._since = stage, time.perf_counter()

    def stop(self) -> None:
        if self._since is not None:
            self._seconds[self.stage] = self._seconds.get(self.stage, 0.0) + time.perf_counter() - self._since
            self._since = None
