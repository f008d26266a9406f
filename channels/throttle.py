"""A budget for each address or other key: a token bucket that refills with time, in bounded memory."""

import ipaddress
import math
from collections import OrderedDict

MOST_ADDRESSES = 10_000
_ROUNDING = 1e-6  # seconds that floating point may invent


class Throttle:
    """`burst` failures (or whatever is charged) at once, then `per_second`. Who was never charged takes no memory.

    When more than MOST_ADDRESSES are charged, the one seen longest ago is forgotten. Times are monotonic seconds.
    """

    def __init__(self, *, burst: int, per_second: float) -> None:
        self.burst = burst
        self.per_second = per_second
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @property
    def is_strained(self) -> bool:
        """Whether anybody at all has failed lately."""
        return bool(self._spent)

    def wait(self, address: str, now: float) -> int:
        """Whole seconds until `address` may fail again; 0 when it may now."""
        if address not in self._spent:
            return 0
        over = self._level(address, now) - (self.burst - 1)
        return max(0, math.ceil(over / self.per_second - _ROUNDING))

    def charge(self, address: str, now: float) -> None:
        level = self._level(address, now)
        self._spent[address] = (min(level + 1, float(self.burst)), now)
        self._spent.move_to_end(address)
        if len(self._spent) > MOST_ADDRESSES:
            self._spent.popitem(last=False)

    def _level(self, address: str, now: float) -> float:
        """Failures still counted against `address`; forgets an address whose budget is full again."""
        level, at = self._spent.get(address, (0.0, now))
        level = max(0.0, level - (now - at) * self.per_second)
        if level == 0.0:
            self._spent.pop(address, None)
        return level


def limited_as(address: str | None) -> str:
    """The key of a limit: an IPv6 customer owns a /64, so that whole network counts as one address."""
    if address is None:
        return ""
    if ":" not in address:
        return address
    try:
        known = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    mapped = known.ipv4_mapped
    return str(mapped or ipaddress.IPv6Network((known, 64), strict=False))
