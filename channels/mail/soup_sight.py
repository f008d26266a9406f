"""What is hidden in HTML that is too wild for a tree, told from its tags alone (channels/tag_soup.py).

Only elements that say something of how they look are remembered, with how many of their name stand open within them.
Style sheets say nothing here: what they alone hide is read.
"""

import html
import re
from dataclasses import dataclass

from channels.mail.visibility import Look, is_removed

_DEEPEST = 30
_LONGEST_TAG = 4_000
_TELLING = re.compile(r"\s(?:style|hidden|bgcolor|color|background|text)\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]{1,40})(?:\s*=\s*(?:\"([^\"]*)\"?|'([^']*)'?|([^\s>\"']+)))?")
_ENDED_BY_THE_NEXT = frozenset({"p", "li", "td", "th", "tr", "dt", "dd", "option"})
_EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "col", "area", "base", "wbr"})


@dataclass(slots=True)
class _Element:
    name: str
    look: Look
    removed: bool
    within: int = 0


class SoupSight:
    """A Sight."""

    def __init__(self) -> None:
        self.shown = True
        self._elements: list[_Element] = []

    def opened(self, name: str, tag: str) -> None:
        if not self._elements and not _TELLING.search(tag):
            return
        if name not in _EMPTY and not tag.endswith("/>"):
            self._open(name, tag)
            self._look()

    def closed(self, name: str) -> None:
        if self._elements:
            self._close(name)
            self._look()

    def _look(self) -> None:
        self.shown = not self._elements or (not self._elements[-1].removed and self._elements[-1].look.shown)

    def _open(self, name: str, tag: str) -> None:
        if name in _ENDED_BY_THE_NEXT:
            del self._elements[self._nearest(name) :]
        if len(self._elements) < _DEEPEST and _TELLING.search(tag):
            attributes = _attributes(tag)
            above = self._elements[-1] if self._elements else _Element("", Look(), removed=False)
            removed = above.removed or is_removed(attributes)
            self._elements.append(_Element(name, above.look.inside(attributes), removed))
            return
        nearest = self._nearest(name)
        if nearest < len(self._elements):
            self._elements[nearest].within += 1

    def _close(self, name: str) -> None:
        nearest = self._nearest(name)
        if nearest < len(self._elements) and self._elements[nearest].within:
            self._elements[nearest].within -= 1
        else:
            del self._elements[nearest:]

    def _nearest(self, name: str) -> int:
        """The place of the innermost of these that has this name; behind all of them if there is none."""
        places = reversed(range(len(self._elements)))
        return next((at for at in places if self._elements[at].name == name), len(self._elements))


def _attributes(tag: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(tag[:_LONGEST_TAG].partition(" ")[2]):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found
