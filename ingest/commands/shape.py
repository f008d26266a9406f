"""The shape that every command shares: words in the reader's language, an example, the common options.

click fixes its texts when a command is defined; here they are msgids that are translated when shown.
"""

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import click

from ingest.commands.shell import Shell
from ingest.translations import N_, _, is_known

SHOW_HELP = N_("Show this message and exit.")
Function = Callable[..., Any]


class InWords(click.Command):
    """A command whose help is translated when it is shown, and ends with an example."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def get_short_help_str(self, limit: int = 45) -> str:
        """Whole: cut, it would say something else."""
        del limit
        return translated(self.help)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage:") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(translated(self.help))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_section(formatter, _("Options"), filter(None, (_described(one, ctx) for one in self.get_params(ctx))))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        write_section(formatter, _("Example"), ((text, "") for text in self.example.splitlines()))


class OneOf(click.Choice[str]):
    """One of some words; what is wrong is said in the reader's language."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        del ctx
        return _("%(value)s is none of %(choices)s") % {"value": repr(value), "choices": ", ".join(self.choices)}


class Whole(click.IntRange):
    """A whole number; as above."""

    def fail(self, message: str, param: click.Parameter | None = None, ctx: click.Context | None = None) -> NoReturn:
        del message
        limits = {"least": self.min, "most": self.max}
        super().fail(_("a whole number from %(least)s to %(most)s is expected") % limits, param, ctx)


class GroupInWords(InWords, click.Group):
    """A group of such commands."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        InWords.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        write_section(formatter, _("Commands"), ((name, self.summary(ctx, name)) for name in self.list_commands(ctx)))

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)  # in the order of their definition, which is the order of use

    def summary(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str() if command else ""


def group(name: str, *, help: str) -> GroupInWords:  # noqa: A002 - click's own word for it
    return GroupInWords(name, help=help, no_args_is_help=True)


def command(
    owner: click.Group | None,
    name: str,
    *,
    help: str,  # noqa: A002 - click's own word for it
    example: str,
    json: bool = True,
) -> Callable[[Function], click.Command]:
    """Define a command with the options that all have; its function gets a Shell first.

    `json=False` is for the few whose output is a document or a stream already.
    """

    def define(function: Function) -> click.Command:
        params = [*reversed(getattr(function, "__click_params__", [])), *_common(json=json)]
        made = InWords(name, callback=_with_shell(function), params=params, help=help, example=example)
        if owner is not None:
            owner.add_command(made)
        return made

    return define


limit_option = click.option(
    "--limit", type=Whole(1, 1_000_000), metavar="N", default=50, show_default=True, help=N_("At most so many.")
)


def config_option() -> click.Option:
    return click.Option(
        ["-c", "--config"], metavar="FILE", help=N_("Settings file (default: $BALCAO_CONFIG, then ./balcao.yaml).")
    )


def lang_option() -> click.Option:
    return click.Option(
        ["--lang"],
        metavar="LANG",
        expose_value=False,
        callback=_known_language,
        help=N_("Language of the messages: pt-BR or en."),
    )


def _known_language(_ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """`cli.main` has used it before anything was parsed."""
    if value is not None and not is_known(value):
        raise click.BadParameter(_("the languages are pt-BR and en"))


def write_section(formatter: click.HelpFormatter, title: str, rows: Iterable[tuple[str, str]]) -> None:
    if found := list(rows):
        with formatter.section(title):
            formatter.write_dl(found)


def translated(text: str | None) -> str:
    return _(text) if text else ""


def _common(*, json: bool) -> list[click.Parameter]:
    as_json = click.Option(["--json", "as_json"], is_flag=True, help=N_("Print one JSON document."))
    return [config_option(), *([as_json] if json else []), lang_option()]


def _with_shell(function: Function) -> Function:
    def run(*, config: str | None, as_json: bool = False, **values: Any) -> Any:
        above = click.get_current_context().find_root().params.get("config")
        return function(Shell(config=config or above, as_json=as_json), **values)

    return run


def _described(param: click.Parameter, ctx: click.Context) -> tuple[str, str] | None:
    record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
    if record is None:
        return None
    return record[0], " ".join(filter(None, [translated(getattr(param, "help", None)), _default_of(param, ctx)]))


def _default_of(param: click.Parameter, ctx: click.Context) -> str:
    if not getattr(param, "show_default", False):
        return ""
    return _("[default: %(value)s]") % {"value": param.get_default(ctx)}
