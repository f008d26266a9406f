"""How a command ends badly, and with which exit code.

    0  done                          a reader that closes the pipe early has seen enough
    1  the thing asked about is wrong     Wrong: a failing rule test, an unreadable payload, no such ticket
    2  configuration or usage        ConfigError (every mistake as file:line:column), Unusable, bad options, files
    130 interrupted

Anything else is our bug and keeps its traceback.
"""

import errno
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import click

from domain.errors import (
    BalcaoError,
    ConfigError,
    ContentsUnavailable,
    IntakeUnavailable,
    Mistake,
    SchemaTooNew,
    StoreUnavailable,
    reason_of,
)
from ingest.presentation.clean import block, line
from ingest.translations import _, in_words

WRONG, UNUSABLE, INTERRUPTED = 1, 2, 130


class Wrong(BalcaoError):
    """The thing asked about is wrong; the message is in the reader's language."""


class Unusable(BalcaoError):
    """Something the command needs cannot be used; the message says what to do about it."""


class AlreadySaid(BalcaoError):
    """The answer itself was the bad news; nothing more to print."""


EXPECTED = (BalcaoError, OSError, click.ClickException, click.Abort)


def exit_code(error: BaseException) -> int:
    match error:
        case Wrong() | AlreadySaid():
            return WRONG
        case click.Abort():
            return INTERRUPTED
        case _:
            return UNUSABLE


def translated(mistake: Mistake) -> str:
    return in_words(mistake.text, mistake.values)


def lines_of(error: BaseException) -> list[str]:
    """What stderr is told, one line per mistake."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message.splitlines()
    return [line(text) for text in _lines_of(error)]


def _lines_of(error: BaseException) -> list[str]:
    match error:
        case AlreadySaid():
            return []
        case ConfigError():
            return [f"{mistake.position}: {translated(mistake)}" for mistake in error.mistakes]
        case click.Abort():
            return [_("Interrupted.")]
        case _:
            return [_("Error: %(message)s") % {"message": _message(error)}, *_hint(error)]


def as_document(error: BaseException) -> dict[str, Any]:
    """The same for machines; `mistakes` has no entries unless a file is to be mended."""
    mistakes = error.mistakes if isinstance(error, ConfigError) else ()
    message = _("the configuration has mistakes") if mistakes else _message(error)
    return {"error": block(message), "mistakes": mistakes_as_json(mistakes)}


def mistakes_as_json(mistakes: Sequence[Mistake]) -> list[dict[str, Any]]:
    return [
        {
            "file": mistake.position.file,
            "line": mistake.position.line,
            "column": mistake.position.column,
            "message": translated(mistake),
        }
        for mistake in mistakes
    ]


def is_broken_pipe(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EPIPE


def _hint(error: BaseException) -> list[str]:
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return []
    told = [_("Try `%(command)s --help`.") % {"command": error.ctx.command_path}]
    if isinstance(error, click.exceptions.NoSuchCommand) and (meant := _meant(error.command_name, error.ctx)):
        told.insert(0, _("Perhaps `%(command)s`?") % {"command": f"{error.ctx.find_root().command_path} {meant}"})
    return told


def _meant(written: str, ctx: click.Context) -> str | None:
    """The command that was probably meant: one of that name in another group, else the most alike of this group."""
    below = list(_below(ctx.find_root().command, ctx.find_root()))
    here = ctx.command_path.removeprefix(ctx.find_root().command_path).strip()
    alike = get_close_matches(f"{here} {written}".strip(), below, n=1, cutoff=0.7)
    return next((path for path in below if path.endswith(f" {written}")), alike[0] if alike else None)


def _below(command: click.Command | None, ctx: click.Context, path: str = "") -> Iterator[str]:
    """The paths of all commands of a group, of those in its groups, too."""
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(ctx):
        yield f"{path}{name}"
        yield from _below(command.get_command(ctx, name), ctx, f"{path}{name} ")


def _message(error: BaseException) -> str:
    if isinstance(error, OSError):
        return _("%(path)s: %(reason)s") % {"path": error.filename or "-", "reason": _(reason_of(error))}
    if isinstance(error, click.ClickException):
        return _usage_message(error)
    if isinstance(error, SchemaTooNew):
        return in_words(error.text, error.values)
    if isinstance(error, StoreUnavailable | IntakeUnavailable):
        return _away(error) % {"detail": error.detail or error}
    return str(error)


def _away(error: StoreUnavailable | IntakeUnavailable) -> str:
    if isinstance(error, IntakeUnavailable):
        return _("the journal cannot be used now: %(detail)s")
    if isinstance(error, ContentsUnavailable):
        return _("the attachments cannot be used now (%(detail)s)")
    if error.why == "schema":
        return _("the database cannot be used now (%(detail)s); if it is new or old, run `balcao db upgrade`")
    return _("the database cannot be used now: %(detail)s")


def _usage_message(error: click.ClickException) -> str:
    for kind, words in _USAGE:
        if isinstance(error, kind):
            return words(error)
    return error.format_message()


def _name_of(error: Any) -> str:
    hint = error.param.get_error_hint(error.ctx) if error.param is not None else error.param_hint
    return str(hint or "")


_USAGE: tuple[tuple[type[click.ClickException], Callable[[Any], str]], ...] = (
    (click.NoSuchOption, lambda error: _("there is no option %(name)s") % {"name": error.option_name}),
    (click.exceptions.NoSuchCommand, lambda error: _("there is no command %(name)s") % {"name": error.command_name}),
    (click.MissingParameter, lambda error: _("%(name)s is missing") % {"name": _name_of(error)}),
    (
        click.BadParameter,
        lambda error: _("%(name)s: %(reason)s") % {"name": _name_of(error), "reason": error.message},
    ),
)
