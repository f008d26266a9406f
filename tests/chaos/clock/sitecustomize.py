"""A machine whose clock is set: what tells the time of day follows a file, what only counts on does not.

Python runs this before anything else where its folder is in PYTHONPATH; only the suite's own daemon is started so.
libfaketime would do it for any program, but makes every sleep of Python 3.11 fail (clock_nanosleep: EINVAL).
BALCAO_CHAOS_CLOCK names a file with the seconds by which the clock is off.
"""

import copyreg
import datetime as dt
import os
import time
from pathlib import Path

_FILE = Path(os.environ["BALCAO_CHAOS_CLOCK"])
_real, _time, _time_ns = dt.datetime, time.time, time.time_ns
_looked, _seconds = float("-inf"), 0


def _offset():
    global _looked, _seconds
    if time.monotonic() - _looked > 0.1:
        _looked, _seconds = time.monotonic(), int(_FILE.read_text())
    return _seconds


class _AlsoTheRealOne(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, _real)

    def __subclasscheck__(cls, other):
        return issubclass(other, _real)


class _SetDatetime(_real, metaclass=_AlsoTheRealOne):
    """Makes real ones, by whatever way."""

    def __new__(cls, *arguments, **named):
        return _real(*arguments, **named)

    @classmethod
    def now(cls, tz=None):
        return _real.now(tz) + dt.timedelta(seconds=_offset())


def make(*state):
    """From the pickle of a real one."""
    return _real(*state)


time.time = lambda: _time() + _offset()
time.time_ns = lambda: _time_ns() + _offset() * 1_000_000_000
dt.datetime = _SetDatetime
copyreg.pickle(_real, lambda moment: (make, moment.__reduce_ex__(2)[1]))
