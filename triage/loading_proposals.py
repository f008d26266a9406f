"""Reading what rules may have for the customer: `questions` and `solutions`."""

from collections.abc import Mapping

from domain.document import Node, Scalar
from triage.keywords import QUESTION_KEYS, SOLUTION_KEYS
from triage.loading_conditions import ConditionReader
from triage.notes import Notes
from triage.rules import Question, Solution

MAX_TEXT = 1_000
_LINKS = ("https://", "http://")


def read_questions(notes: Notes, named: Mapping[str, Node], conditions: ConditionReader) -> dict[str, Question]:
    return {name: _question(notes, name, node, conditions) for name, node in named.items()}


def read_solutions(notes: Notes, named: Mapping[str, Node]) -> dict[str, Solution]:
    return {name: _solution(notes, name, node) for name, node in named.items()}


def _question(notes: Notes, name: str, node: Node, conditions: ConditionReader) -> Question:
    if isinstance(node, Scalar):
        return Question(name=name, text=_text(notes, node), unless=None)
    entries = notes.mapping(node, QUESTION_KEYS, required=("text",))
    return Question(
        name=name,
        text=_text(notes, entries.get("text")),
        unless=conditions.condition(entries["unless"]) if "unless" in entries else None,
    )


def _solution(notes: Notes, name: str, node: Node) -> Solution:
    if isinstance(node, Scalar):
        return Solution(name=name, text=_text(notes, node), link=None)
    entries = notes.mapping(node, SOLUTION_KEYS, required=("text",))
    return Solution(
        name=name,
        text=_text(notes, entries.get("text")),
        link=_link(notes, entries["link"]) if "link" in entries else None,
    )


def _text(notes: Notes, node: Node | None) -> str:
    text = notes.text(node) if node is not None else None
    if node is not None and text is not None and len(text) > MAX_TEXT:
        notes.note(node.position, "at most %(limit)s characters are expected here", limit=MAX_TEXT)
    return " ".join((text or "").split())


def _link(notes: Notes, node: Node) -> str | None:
    link = notes.text(node)
    if link is not None and (not link.startswith(_LINKS) or len(link.split()) != 1 or len(link) > MAX_TEXT):
        notes.note(node.position, "a link begins with https:// and has no spaces")
        return None
    return link
