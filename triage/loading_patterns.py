"""Reading the words and values of a condition, named lists included.

words: boleto            words: [boleto, segunda via]            words: [pix, {list: financeiro}]
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar, ScalarValue, Sequence
from domain.units import BadValue
from triage.notes import Notes
from triage.numbering import Numbering
from triage.patterns import Exact, Expression, parse_value, parse_words

Read = TypeVar("Read")


class PatternReader:
    """`lists` holds what stands under `lists`. Patterns get their numbers here."""

    def __init__(self, notes: Notes, numbering: Numbering, lists: Mapping[str, Node]) -> None:
        self.notes, self.numbering, self.lists = notes, numbering, lists

    def words(self, fields: tuple[str, ...], node: Node) -> frozenset[int]:
        read = [word for item in self._items(node) for word in self._parsed(item, parse_words, item.value)]
        return frozenset(self.numbering.word(fields, word) for word in read)

    def values(
        self, field: str, node: Node, written: Callable[[ScalarValue], ScalarValue] = lambda value: value
    ) -> frozenset[int]:
        """`written` gives the text that a value of the file is compared as."""
        read = [value for item in self._items(node) for value in self._parsed(item, _one_value, written(item.value))]
        return frozenset(self.numbering.value(field, value) for value in read)

    def check_lists(self) -> None:
        """Also what no rule uses must be readable."""
        for node in self.lists.values():
            for item in self.notes.scalars(node):
                self._parsed(item, parse_words, item.value)

    def _items(self, node: Node) -> Iterator[Scalar]:
        items = node.items if isinstance(node, Sequence) else (node,)
        if not items:
            self.notes.note(node.position, "this list is empty")
        for item in items:
            if isinstance(item, Scalar):
                yield item
            elif isinstance(item, MappingNode):
                yield from self._of_list(item)
            else:
                self.notes.note(item.position, "a single word or value is expected here")

    def _of_list(self, node: MappingNode) -> Iterator[Scalar]:
        entries = self.notes.mapping(node, ("list",), required=("list",))
        for name in self.notes.scalars(entries["list"]) if "list" in entries else ():
            if (chosen := self.notes.choice(name, self.lists)) is not None:
                yield from self.notes.scalars(self.lists[chosen])

    def _parsed(
        self, node: Scalar, parse: Callable[[ScalarValue], tuple[Read, ...]], value: ScalarValue
    ) -> tuple[Read, ...]:
        try:
            return parse(value)
        except BadValue as bad:
            self.notes.note(node.position, bad.text, **bad.values)
            return ()


def _one_value(value: ScalarValue) -> tuple[Exact | Expression, ...]:
    return (parse_value(value),)
