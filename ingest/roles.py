"""The roles a daemon can be split into, and where their processes meet."""

from collections.abc import Set as AbstractSet
from pathlib import Path

ROLES = ("receive", "web", "work", "dispatch")


def is_everything(roles: AbstractSet[str]) -> bool:
    return len(roles) == len(ROLES)


def name_of(roles: AbstractSet[str]) -> str:
    """`all`, or the role."""
    return "all" if is_everything(roles) else "+".join(sorted(roles))


def run_folder(var: Path) -> Path:
    """Locks and signs of life; nothing here is worth keeping."""
    return var / "run"


def rules_folder(var: Path) -> Path:
    """Every set of rule files there ever was, and what became of it."""
    return var / "rules"


RESTORING = "restoring.json"
"""Below `var` while a backup is being put back (ingest/restoring.py): no daemon starts meanwhile."""
