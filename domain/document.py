"""A YAML document as a tree in which every node knows its place in the file.

`config.reading` makes it; whoever gives it a meaning (settings, rules) reports mistakes by `position`.
"""

from dataclasses import dataclass
from typing import Any

from domain.errors import Position

ScalarValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    value: ScalarValue
    position: Position


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple["Node", ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Mapping:
    """`entries` keeps file order; each key is a Scalar with its own position."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    position: Position

    def get(self, key: str) -> "Node | None":
        return next((value for name, value in self.entries if name.value == key), None)


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> Any:
    """The same tree as dicts, lists and scalars."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.value: plain(value) for key, value in node.entries}
