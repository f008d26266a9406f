"""Reading a positioned tree without stopping at the first mistake.

Every method returns what it could read, or None after noting where and what is wrong.
"""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from domain.document import Mapping, Node, Scalar, Sequence
from domain.errors import ConfigError, Mistake, Position
from triage.keywords import MEANT

MAX_SUGGESTED = 100
"""Mistakes after which names are not compared with all known ones any more: that costs up to half a second each."""
MAX_SHOWN = 20


class Notes:
    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def note(self, position: Position, text: str, /, **values: object) -> None:
        self.mistakes.append(Mistake(position, text, values))

    def raise_if_any(self) -> None:
        """A mistake in something that is used in many places counts once."""
        if self.mistakes:
            raise ConfigError(list({str(mistake): mistake for mistake in self.mistakes}.values()))

    def mapping(self, node: Node, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The entries under known keys; unknown and missing ones are noted."""
        if not isinstance(node, Mapping):
            self.note(node.position, "entries with names are expected here: %(known)s", known=", ".join(known))
            return {}
        allowed = tuple(known)
        found: dict[str, Node] = {}
        for key, value in node.entries:
            if key.value in allowed:
                found[str(key.value)] = value
            else:
                self.unknown(key.position, str(key.value), allowed)
        for name in required:
            if name not in found:
                self.note(node.position, "%(key)r is missing here", key=name)
        return found

    def entries(self, node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
        """The entries of a mapping whose keys may be anything."""
        if isinstance(node, Mapping):
            return node.entries
        if node is not None:
            self.note(node.position, "entries with names are expected here")
        return ()

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """The items of a list; a missing list is empty."""
        if isinstance(node, Sequence):
            return node.items
        if node is not None:
            self.note(node.position, 'a list is expected here; begin each item with "- "')
        return ()

    def scalars(self, node: Node) -> tuple[Scalar, ...]:
        """One value, or a list of values."""
        items = node.items if isinstance(node, Sequence) else (node,)
        if not items:
            self.note(node.position, "this list is empty")
        for item in items:
            if not isinstance(item, Scalar):
                self.note(item.position, "a single word or value is expected here")
        return tuple(item for item in items if isinstance(item, Scalar))

    def text(self, node: Node) -> str | None:
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.strip():
            return node.value
        if isinstance(node, Scalar) and node.value is not None and not isinstance(node.value, str):
            self.note(node.position, "text is expected here; put it in quotes")
        else:
            self.note(node.position, "text is expected here")
        return None

    def truth(self, node: Node) -> bool | None:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.note(node.position, "true or false is expected here")
        return None

    def choice(self, node: Node, allowed: Collection[str]) -> str | None:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, str) and value in allowed:
            return value
        self.unknown(node.position, str(value) if isinstance(node, Scalar) else "…", allowed)
        return None

    def unknown(self, position: Position, name: str, known: Collection[str], show: Iterable[str] = ()) -> None:
        """Note that `name` is none of `known`, with the likeliest meant; `show` stands for a long list."""
        if len(self.mistakes) < MAX_SUGGESTED and (near := near_miss(name, known)):
            self.note(position, "%(name)r is not known here; did you mean %(near)r?", name=name, near=near)
        else:
            listed = list(show or sorted(known))
            shown = ", ".join([*listed[:MAX_SHOWN], *(["…"] if len(listed) > MAX_SHOWN else [])]) or "-"
            self.note(position, "%(name)r is not known here; known are: %(known)s", name=name, known=shown)


def near_miss(name: str, known: Iterable[str], *, apart_from: str = "") -> str | None:
    """The known name somebody probably meant, or None. An ending that all may have makes none of them near."""
    known = tuple(known)
    if (meant := MEANT.get(name.casefold())) in known:
        return meant
    folded = {candidate.removesuffix(apart_from).casefold(): candidate for candidate in known}
    close = get_close_matches(name.removesuffix(apart_from)[:100].casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None
