"""`balcao init` and `balcao db upgrade`: what has to be there before the first start."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.commands.failures import Wrong
from ingest.commands.shape import command, group
from ingest.commands.shell import Shell, say, say_written
from ingest.presentation.clean import line
from ingest.translations import N_, _

if TYPE_CHECKING:
    from config.settings import Settings
    from domain.errors import Position
    from store.migrating import Kind

STARTERS = ("balcao.yaml", "rules.yaml")
NAMES_VAR = re.compile(r"(?<=^var: )var\b|(?<=file:)var(?=/)", re.MULTILINE)
"""Where balcao.yaml names the folder of what the daemon keeps: the setting, and references to secrets in it."""
PLAIN_PATH = re.compile(r"[\w./+-]+")
"""What YAML reads as it stands."""

Step = dict[str, str | None]


@command(
    None,
    "init",
    help=N_("Write balcao.yaml and rules.yaml into DIR (default: here). Nothing is overwritten."),
    example="balcao init /etc/balcao --var /var/lib/balcao\nbalcao check -c /etc/balcao/balcao.yaml",
)
@click.argument("folder", metavar="[DIR]", default=".")
@click.option(
    "--var",
    metavar="DIR",
    default="var",
    help=N_("Where the daemon keeps what it has (default: var, beside the files)."),
)
def init(shell: Shell, folder: str, var: str) -> None:
    """All or nothing: if one of the files exists, none is written and the exit code is 1."""
    if not PLAIN_PATH.fullmatch(var):
        raise click.UsageError(_("--var takes letters, digits and . / + - _ alone, not %(path)s") % {"path": var})
    targets = [Path(folder) / name for name in STARTERS]
    if there := [str(target) for target in targets if target.exists()]:
        raise Wrong(_("not overwritten: %(files)s") % {"files": ", ".join(there)})
    Path(folder).mkdir(parents=True, exist_ok=True)
    for target in targets:
        with target.open("xb") as file:
            text = files("config").joinpath(target.name).read_text(encoding="utf-8")
            file.write(NAMES_VAR.sub(var.rstrip("/"), text).encode())
    shell.answer({"written": [str(target) for target in targets]}, lambda: _say_next(targets))


def _say_next(targets: list[Path]) -> None:
    say_written(targets)
    say("")
    say(_("Next: edit the channels in %(file)s, then") % {"file": line(targets[0])})
    for step in ("check", "run"):
        say(f"  balcao {step} -c {line(targets[0])}")


db = group("db", help=N_("Create or migrate the databases."))


@command(
    db,
    "upgrade",
    help=N_("Create the ticket database, or bring it to the newest schema."),
    example="balcao db upgrade -c /etc/balcao/balcao.yaml",
)
def upgrade(shell: Shell) -> None:
    """Both databases: the journal takes mail while the ticket store migrates, so it goes first."""
    settings = shell.settings
    steps = asyncio.run(_upgrade(settings))
    shell.answer({"databases": steps}, lambda: _say_steps(steps))


async def _upgrade(settings: "Settings") -> list[Step]:
    journal = await _bring_up("journal", settings.journal_url, settings.journal_place)
    return [journal, await _bring_up("desk", settings.store_url, settings.store_place)]


async def _bring_up(kind: "Kind", url: str, place: "Position") -> Step:
    from ingest.remedies import told_at  # noqa: PLC0415 - as below
    from store.migrating import current, upgrade  # noqa: PLC0415 - alembic is slow to import

    with told_at(place):
        before = await _revision_before(url, kind, current)
        await upgrade(url, kind)
        return {"database": kind, "from": before, "to": await current(url, kind)}


async def _revision_before(
    url: str, kind: "Kind", current: "Callable[[str, Kind], Awaitable[str | None]]"
) -> str | None:
    from store.engines import Database  # noqa: PLC0415 - as above

    file = Database.open(url).file
    if file is not None and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        return None
    return await current(url, kind)


def _say_steps(steps: list[Step]) -> None:
    names = {"journal": _("Journal"), "desk": _("Ticket store")}
    for step in steps:
        if step["from"] == step["to"]:
            say(_("%(database)s: already at %(to)s") % {**step, "database": names[str(step["database"])]})
        elif step["from"] is None:
            say(_("%(database)s: created at %(to)s") % {**step, "database": names[str(step["database"])]})
        else:
            say(_("%(database)s: from %(from)s to %(to)s") % {**step, "database": names[str(step["database"])]})
