"""`balcao rules history` and `balcao rules rollback`: which rules were in force when, and the way back.

var/rules ──▶ events ──▶ list                       works without the daemon and without the ticket database
          └─▶ sets ──▶ diff, content, rollback ──▶ the rule files
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from ingest import rulediff
from ingest.commands.failures import Unusable, Wrong
from ingest.commands.shape import command, limit_option
from ingest.commands.shell import Shell, nearby, say
from ingest.commands.who import person
from ingest.presentation.moments import iso
from ingest.presentation.rulehistory import show_event, show_events
from ingest.roles import rules_folder
from ingest.rollback import check, fitted, roll_back
from ingest.rulefiles import look_at
from ingest.rulehistory import RuleEvent, RuleHistory, Texts, UnknownSet
from ingest.translations import N_, _
from triage.notes import near_miss

SHORTEST = 4
"""Characters of a hash that may name it, if only one begins so."""


@command(
    None,
    "history",
    help=N_("List the rule sets there were, or show what one of them changed."),
    example="balcao rules history\nbalcao rules history 3f2a\nbalcao rules history 3f2a --content",
)
@click.argument("name", metavar="[HASH]", required=False)
@click.option("--content", is_flag=True, help=N_("Show the files themselves instead of what changed."))
@limit_option
def history(shell: Shell, name: str | None, content: bool, limit: int) -> None:  # noqa: FBT001 - click calls it
    kept = RuleHistory(rules_folder(shell.settings.var_path))
    present, zone = look_at(shell.settings.rules_path).hash, ZoneInfo(shell.settings.timezone)
    if name is None:
        events = [_summary(kept, event, present) for event in reversed(kept.events()[-limit:])]
        shell.answer(events, lambda: show_events(events, zone))
        return
    found = _named(kept, name)
    event = _telling(kept.events(), found)
    document = _in_full(kept, found, event, present)
    shell.answer(document, lambda: show_event(document, zone, content=content))


@command(
    None,
    "rollback",
    help=N_("Put the rule files of an earlier set back in place; the present ones stay in the history."),
    example="balcao rules rollback 3f2a",
)
@click.argument("name", metavar="HASH")
def rollback(shell: Shell, name: str) -> None:
    """Nothing is written unless the old files pass their own tests today."""
    kept = RuleHistory(rules_folder(shell.settings.var_path))
    main, found = shell.settings.rules_path, _named(kept, name)
    texts = fitted(kept_texts(kept, found), main)
    if texts is None:
        raise Unusable(
            _("the main file of %(hash)s was not called %(name)s: put its files back by hand")
            % {"hash": found, "name": main.name}
        )
    before = look_at(main).hash
    check(texts, main)
    touched = () if before == found else roll_back(kept, texts, main, person(), datetime.now(UTC))
    shown = [str(nearby(main.parent / below)) for below in touched]
    shell.answer({"hash": found, "before": before, "files": shown}, lambda: _say_touched(found, before, shown))


def _named(kept: RuleHistory, name: str) -> str:
    """The one hash that begins so. Raises Wrong."""
    known = kept.hashes()
    found = [one for one in known if one.startswith(name.lower())] if len(name) >= SHORTEST else []
    if len(found) == 1:
        return found[0]
    values = {"hash": repr(name), "known": ", ".join(found[:5])}
    if found:
        raise Wrong(_("several rule sets begin with %(hash)s: %(known)s") % values)
    if near := near_miss(name, known):
        raise Wrong(_("no rule set %(hash)s is kept; did you mean %(near)s?") % {**values, "near": near})
    raise Wrong(_("no rule set %(hash)s is kept; `balcao rules history` lists them") % values)


def _telling(events: Sequence[RuleEvent], name: str) -> RuleEvent | None:
    """The last time that this set came in the place of another one."""
    of_it = [event for event in reversed(events) if event.hash == name]
    return next((event for event in of_it if event.before != name), of_it[0] if of_it else None)


def _texts(kept: RuleHistory, name: str) -> Texts:
    try:
        return kept.texts(name)
    except UnknownSet:
        return {}


def _summary(kept: RuleHistory, event: RuleEvent, present: str) -> dict[str, Any]:
    diff = rulediff.diff_of(_texts(kept, event.before), _texts(kept, event.hash))
    added, removed = (None, None) if diff is None else rulediff.counts(diff)
    values = {**asdict(event), "at": iso(event.at), "written_at": iso(event.written_at)}
    return {**values, "present": event.hash == present, "added": added, "removed": removed}


def _in_full(kept: RuleHistory, name: str, event: RuleEvent | None, present: str) -> Mapping[str, Any]:
    texts = kept_texts(kept, name)
    about = _summary(kept, event, present) if event else {"hash": name, "before": "", "present": name == present}
    diff = rulediff.diff_of(_texts(kept, event.before if event else ""), texts)
    return {**about, "diff": diff, "files": [{"name": below, "text": text} for below, text in texts.items()]}


def kept_texts(kept: RuleHistory, name: str) -> Texts:
    """Raises Unusable when what is kept under that name has been damaged."""
    try:
        return kept.texts(name)
    except UnknownSet as error:
        raise Unusable(_("what is kept of rule set %(hash)s is damaged") % {"hash": name}) from error


def _say_touched(found: str, before: str, files: list[str]) -> None:
    if not files:
        say(_("The rule files are those of %(hash)s already") % {"hash": found})
        return
    for file in files:
        say(_("Written or removed: %(file)s") % {"file": file})
    say(_("Back to %(hash)s; `balcao rules rollback %(before)s` undoes it") % {"hash": found, "before": before})
