"""What changed between two sets of rule files, as people read it."""

from collections.abc import Iterator
from difflib import unified_diff

from ingest.rulehistory import Texts

MOST_LINES = 40_000
"""Lines of both sides that are compared; beyond, comparing takes too long."""


def diff_of(before: Texts, after: Texts) -> list[str] | None:
    """A unified diff, file by file; None when the files are too large to compare."""
    names = dict.fromkeys((*after, *before))
    changed = [name for name in names if before.get(name) != after.get(name)]
    if sum(len(texts.get(name, "").splitlines()) for name in changed for texts in (before, after)) > MOST_LINES:
        return None
    return [line for name in changed for line in _of_file(name, before.get(name), after.get(name))]


def counts(diff: list[str]) -> tuple[int, int]:
    """Lines added and taken away."""
    added = sum(line.startswith("+") and not line.startswith("+++ ") for line in diff)
    taken = sum(line.startswith("-") and not line.startswith("--- ") for line in diff)
    return added, taken


def _of_file(name: str, before: str | None, after: str | None) -> Iterator[str]:
    yield from unified_diff(
        (before or "").splitlines(),
        (after or "").splitlines(),
        "/dev/null" if before is None else f"a/{name}",
        "/dev/null" if after is None else f"b/{name}",
        lineterm="",
    )
