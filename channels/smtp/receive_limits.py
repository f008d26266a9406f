"""How many may come in, and how much they may carry: counters shared by all sessions of one receiver."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Limits:
    """Connections in all and per address; bytes of messages in flight (being read or being made durable)."""

    max_connections: int
    max_connections_per_address: int
    max_in_flight: int
    connections: int = 0
    in_flight: int = 0
    by_address: Counter[str] = field(default_factory=Counter)

    def enter(self, address: str) -> bool:
        """Count a connection in, unless it would be one too many."""
        if self.connections >= self.max_connections or self.by_address[address] >= self.max_connections_per_address:
            return False
        self.connections += 1
        self.by_address[address] += 1
        return True

    def leave(self, address: str) -> None:
        self.connections -= 1
        self.by_address[address] -= 1
        if not self.by_address[address]:
            del self.by_address[address]

    def has_room(self, size: int) -> bool:
        return self.in_flight + size <= self.max_in_flight

    def take(self, size: int) -> bool:
        """Reserve `size` bytes, or say that there is no room."""
        if not self.has_room(size):
            return False
        self.in_flight += size
        return True

    def give_back(self, size: int) -> None:
        self.in_flight -= size
