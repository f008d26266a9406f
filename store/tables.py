"""The tables beside a journal, for units of work that join its commits."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Tables(Protocol):
    """Everything may raise IntakeUnavailable."""

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in the next commit."""

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` on a snapshot."""
