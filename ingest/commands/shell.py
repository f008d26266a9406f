"""What a command is given: where its settings are, and how to answer."""

import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest.commands.failures import Unusable
from ingest.presentation.clean import json_text, line
from ingest.translations import _

if TYPE_CHECKING:
    from config.settings import Settings

DEFAULT_CONFIG = "balcao.yaml"


@dataclass(frozen=True, kw_only=True)
class Shell:
    """`config` is the file named by -c, or None; `as_json` asks for machines' output."""

    config: str | None
    as_json: bool

    @cached_property
    def config_path(self) -> Path:
        return Path(self.config or os.environ.get("BALCAO_CONFIG") or DEFAULT_CONFIG)

    @cached_property
    def settings(self) -> "Settings":
        """The settings, read on first use. Raises ConfigError and Unusable."""
        from config.settings import load  # noqa: PLC0415 - commands without settings start without pydantic

        if not self.config_path.exists():
            raise Unusable(
                _("no settings file at %(path)s: run `balcao init`, or name one with -c FILE")
                % {"path": self.config_path}
            )
        return load(self.config_path)

    def rule_file(self, named: str | None) -> Path:
        """The rule file named on the command line, else the one of the settings."""
        return Path(named) if named else nearby(self.settings.rules_path)

    def answer(self, document: Any, show: Callable[[], object]) -> None:
        """Print `document` as JSON, or let `show` print for people."""
        if self.as_json:
            print_json(document)
        else:
            show()


def nearby(path: Path) -> Path:
    """`path` as one would type it here: relative if it lies below the working directory."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def print_json(document: Any, *, indent: int | None = 2) -> None:
    """One JSON document on stdout, in UTF-8 whatever the terminal's encoding."""
    print_bytes(json_line(document, indent=indent))


def json_line(document: Any, *, indent: int | None = None) -> bytes:
    text = json.dumps(document, ensure_ascii=False, indent=indent, default=str)
    return f"{json_text(text)}\n".encode()


def print_bytes(content: bytes) -> None:
    click.echo(content, nl=False)


def say(text: str) -> None:
    """A line for people on stdout."""
    click.echo(text)


def warn(lines: Iterable[str]) -> None:
    """Lines for people on stderr."""
    for text in lines:
        click.echo(text, err=True)


def say_written(files: Iterable[object]) -> None:
    for file in files:
        say(_("Wrote %(file)s") % {"file": line(file)})


def stdout_is_terminal() -> bool:
    return sys.stdout.isatty()
