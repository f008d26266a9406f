"""Old rule files put back in the place of the present ones.

    kept set ─▶ does it pass, today? ─▶ present files kept ─▶ written, the main file last ─▶ what is left over goes

The daemon does not look while files are written, and takes them at its next look like any other change.
"""

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from config.reading import read
from domain.errors import ConfigError, Mistake
from ingest.durable import remove_file, write_file
from ingest.rulefiles import look_at
from ingest.rulehistory import Outcome, RuleEvent, RuleHistory, Texts
from ingest.rulesets import tested_look


def fitted(texts: Texts, main: Path) -> Texts | None:
    """`texts` under the name that the main file has now; None when the names are part of the set and differ."""
    first, *others = texts
    if first == main.name or not others:
        return {main.name: texts[first], **{below: texts[below] for below in others}}
    return None


def check(texts: Texts, main: Path) -> None:
    """Raises ConfigError, in the names of the files that would be written, when they do not pass their tests.

    They are found by each other in a folder aside, and read as if they lay in their place: a test may name a captured
    message that lies there.
    """
    with tempfile.TemporaryDirectory(prefix="balcao-rules-") as name:
        for below, text in texts.items():
            file = Path(name) / below
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        look = look_at(Path(name) / main.name)
    if look.mistakes:
        raise ConfigError([_in_place(mistake, name, main.parent) for mistake in look.mistakes])
    files = [replace(file, name=str(main.parent / file.below)) for file in look.files]
    tested_look(replace(look, main=main, files=files, documents=[read(file.text, file.name) for file in files]))


def roll_back(history: RuleHistory, texts: Texts, main: Path, who: str, now: datetime) -> tuple[str, ...]:
    """Write `texts` (fitted and checked), and take away files of the present set that the old one does not have.

    Returns what was touched, by its place below the folder of the main file. Raises OSError.
    """
    with history.writing():
        present = look_at(main)
        before, name = history.keep(present.texts), history.keep(texts)
        written = tuple(below for below in reversed(list(texts)) if present.texts.get(below) != texts[below])
        for below in written:
            file = main.parent / below
            file.parent.mkdir(parents=True, exist_ok=True)
            write_file(file.resolve(), texts[below].encode())
        removed = _take_away(history, main, texts)
        history.record(
            RuleEvent(at=now, outcome=Outcome.ROLLED_BACK, hash=name, before=before, file=str(main), who=who)
        )
    return (*written, *removed)


def _take_away(history: RuleHistory, main: Path, texts: Texts) -> tuple[str, ...]:
    """What a folder holds beside the old files would be read with them. It is kept in the history."""
    look = look_at(main)
    extra = tuple(below for below in look.texts if below not in texts)
    if extra:
        history.keep(look.texts)
    for below in extra:
        remove_file(main.parent / below)
    return extra


def _in_place(mistake: Mistake, aside: str, folder: Path) -> Mistake:
    file = mistake.position.file.replace(aside, str(folder), 1)
    return replace(mistake, position=replace(mistake.position, file=file))
