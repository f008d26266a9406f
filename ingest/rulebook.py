"""The rules in force: read, tested, replaced only by better ones.

    file changed / SIGHUP ─▶ read ─▶ mistakes? ─▶ own tests pass? ─▶ in force
                                        └──────────────┴─▶ refused: the last good set stays

Every look that brought something new is kept, good or bad (ingest/rulehistory.py).
A cold start with a broken file accepts interactions all the same; the worker waits for rules.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from domain.errors import ConfigError
from ingest.rulefiles import Look, RuleFile, look_at
from ingest.rulehistory import Outcome, RuleHistory

log = structlog.get_logger()

MOST_TOLD = 20
"""Mistakes that the log and the history tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """The texts of rule files that passed; travels to the child process, which compiles it once per hash.

    `file` is the main one, and the first of `files`.
    """

    file: str
    files: tuple[RuleFile, ...]
    hash: str


def _tested(look: Look) -> RuleSource:
    from ingest.rulesets import tested_look  # noqa: PLC0415 - receivers open before what judges is imported (ADR 18)

    return tested_look(look)


class Rulebook:
    """Holds the last good rules and looks for new ones."""

    def __init__(self, path: Path, history: RuleHistory | None = None) -> None:
        self.path = path
        self._history = history
        self.source: RuleSource | None = None
        self.loaded = asyncio.Event()
        self.problem = ""
        self._look: Look | None = None
        self._looking = asyncio.Lock()
        """Looks take turns: the last one to begin is the last one to decide."""

    async def reload(self) -> bool | None:
        """Take the file if it is good. Returns whether it is; `problem` tells why not.

        None while a rollback writes it: the next look will see it."""
        async with self._looking:
            return await self._take()

    async def _take(self) -> bool | None:
        look = await asyncio.to_thread(self._look_at)
        if look is None:
            return None
        self._look, before = look, self.source.hash if self.source else ""
        try:
            source = await asyncio.to_thread(_tested, look)
        except ConfigError as error:
            self.problem = str(error)
            mistakes = [str(mistake) for mistake in error.mistakes[:MOST_TOLD]]
            log.error(  # noqa: TRY400 - a person's mistake, shown by place; a traceback would hide it
                "rules_refused", file=str(self.path), in_force=before or None, mistakes=mistakes
            )
            await self._remember(look, Outcome.REFUSED, before, mistakes)
            return False
        if source.hash != before or self.problem:
            log.info("rules_loaded", file=str(self.path), hash=source.hash)
        self.source, self.problem = source, ""
        self.loaded.set()
        await self._remember(look, Outcome.ACCEPTED, before, ())
        return True

    async def reload_if_changed(self) -> bool | None:
        """Reload when the content of a file is new; None when it is not. Compares content, since editors
        replace files and bind mounts report no events."""
        async with self._looking:
            if self._look is not None and await asyncio.to_thread(self._look.unchanged):
                return None
            return await self._take()

    def _look_at(self) -> Look | None:
        if self._history is None:
            return look_at(self.path)
        with self._history.looking() as free:
            return look_at(self.path) if free else None

    async def _remember(self, look: Look, outcome: Outcome, before: str, mistakes: Sequence[str]) -> None:
        """Rules come into force even when it cannot be written down."""
        if self._history is None:
            return
        try:
            await asyncio.to_thread(self._history.remember, look, outcome, before, mistakes, datetime.now(UTC))
        except OSError as error:
            log.warning("rules_history_not_written", reason=str(error))
