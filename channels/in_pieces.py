"""A message that goes in several pieces: what has arrived before one of them failed is not sent again.

Remembered while the process lives. A daemon that dies in between repeats an agent's words whole, an automatic message
never (domain.outgoing.Delivery).
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable

_REMEMBERED = 1000


class Arrived:
    """How many pieces of each message have arrived, by its idempotency key."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[str, int] = OrderedDict()

    async def send(self, key: str, pieces: Iterable[str], post: Callable[[int, str], Awaitable[str]]) -> str:
        """`post` each piece that has not arrived yet, with its number; returns what the last one gave ('' if none)."""
        given = ""
        for number, piece in enumerate(pieces):
            if number < self._pieces.get(key, 0):
                continue
            given = await post(number, piece)
            self._remember(key, number + 1)
        self._pieces.pop(key, None)
        return given

    def _remember(self, key: str, arrived: int) -> None:
        self._pieces[key] = arrived
        while len(self._pieces) > _REMEMBERED:
            self._pieces.popitem(last=False)
