"""The command line.

    balcao [-c FILE] COMMAND …     COMMANDS names them; the file of one is imported when it is asked for

Exit codes and their meaning: ingest/commands/failures.py.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from typing import Any, NoReturn

import click

from ingest import translations
from ingest.commands import COMMANDS
from ingest.commands.failures import EXPECTED, as_document, exit_code, is_broken_pipe, lines_of
from ingest.commands.shape import GroupInWords, config_option, lang_option
from ingest.commands.shell import print_json
from ingest.translations import N_, _

EXAMPLE = "balcao init\nbalcao check\nbalcao run\nbalcao tickets list --department suporte"


class Balcao(GroupInWords):
    """The root: finds commands by the table, speaks the asked language, turns errors into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def summary(self, ctx: click.Context, name: str) -> str:
        del ctx
        return _(COMMANDS[name][1])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _colon, attribute = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,
    ) -> NoReturn:
        """Run and exit. `standalone_mode` is click's; here it is always as if true."""
        del complete_var, standalone_mode
        words = list(sys.argv[1:] if args is None else args)
        translations.use(_language_asked(words))
        _never_fail_to_print()
        try:
            code = self._outcome(words, prog_name or "balcao", extra)
        finally:
            translations.use(None)
        sys.exit(code)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse; `--help` prints already here."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:
            raise click.exceptions.Exit(_reader_left()) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it printed is on its way when this returns."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            return _reader_left()
        return result

    def _outcome(self, words: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        try:
            return int(super().main(words, prog_name, standalone_mode=False, **extra) or 0)
        except EXPECTED as error:
            return _reader_left() if is_broken_pipe(error) else _fail(error, as_json="--json" in words)


def _fail(error: BaseException, *, as_json: bool) -> int:
    for text in lines_of(error):
        click.echo(text, err=True)
    if as_json and lines_of(error):
        print_json(as_document(error))
    return exit_code(error)


def _reader_left() -> int:
    """stdout now leads nowhere, so that the interpreter's last flush does not complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _language_asked(words: Sequence[str]) -> str | None:
    """Before anything is parsed, so that usage errors and `--help --lang en` speak it too."""
    for word, following in zip(words, [*words[1:], None], strict=False):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return None


def _never_fail_to_print() -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # replaced by something that is not a text file
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # typed as TextIO


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's callback
    del param
    if value:
        click.echo(f"balcao {version('balcao')}")
        ctx.exit()


main = Balcao(
    "balcao",
    help=N_("Balcão: every contact becomes one triaged ticket."),
    example=EXAMPLE,
    no_args_is_help=True,
    callback=lambda **_values: None,
    params=[
        config_option(),
        lang_option(),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help=N_("Show the version and exit."),
        ),
    ],
)

if __name__ == "__main__":
    main()
