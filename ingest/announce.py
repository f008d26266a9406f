"""What `balcao run` tells the person who started it: what listens where, where things go, and what to try next."""

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.mailbox import Mailbox
from domain.units import called_here
from ingest.daemon import Daemon
from ingest.presentation.clean import line
from ingest.presentation.console import console
from ingest.roles import is_everything, name_of
from ingest.translations import _

MOST_RECIPIENTS = 4


def announce(daemon: Daemon) -> None:
    """To standard output; the log goes to standard error."""
    out = console()
    out.print(Text(_headline(daemon), style="bold green"))
    table = Table.grid(padding=(0, 2))
    for name, addresses, about in _doors(daemon):
        table.add_row(f"  {name}", addresses, Text(line(about), style="dim"))
    if table.row_count:
        out.print(table)
    for notice in _notices(daemon):
        out.print(f"  {line(notice)}", soft_wrap=True)
    if os.environ.get("SUPERVISOR_ENABLED") is None:
        _suggest(out, daemon)


def _headline(daemon: Daemon) -> str:
    if is_everything(daemon.roles):
        return _("Balcão is open.")
    return _("Balcão is open: role %(role)s.") % {"role": name_of(daemon.roles)}


def _doors(daemon: Daemon) -> Iterator[tuple[str, str, str]]:
    """Name, addresses and use of everything that listens; the customers' doors first."""
    called = ", ".join(
        channel.path or f"/hooks/{name}" for name, channel in daemon.channels.items() if channel.routes is not None
    )
    signed = _("signed POST to %(paths)s") % {"paths": called or "—"}
    uses = {
        _("public HTTP"): signed,
        _("public HTTPS"): signed,
        _("private HTTP"): _("/readyz, /metrics, operations; keep it off the internet"),
    }
    for name, channel in daemon.channels.items():
        if channel.mailbox:
            uses[f"{channel.kind.upper()} ({name})"] = _("mail for %(who)s") % {"who": _recipients(channel.mailbox)}
    for name, channel in daemon.channels.items():
        if "receive" in daemon.roles and (reads := getattr(channel.receiver, "reads", None)):
            yield f"{channel.kind.upper()} ({name})", reads, uses.get(f"{channel.kind.upper()} ({name})", "")
    for name, addresses in reversed(daemon.listening.items()):
        yield name, ", ".join(addresses), uses.get(name, "")


def _recipients(mailbox: Mailbox) -> str:
    known = sorted(mailbox.recipients, key=lambda address: (address != mailbox.address, address))
    return ", ".join([*known[:MOST_RECIPIENTS], *(["…"] if len(known) > MOST_RECIPIENTS else [])])


def _notices(daemon: Daemon) -> Iterator[str]:
    files = {"settings": nearest(daemon.settings.path), "rules": nearest(daemon.settings.rules_path)}
    yield _("Settings: %(settings)s. Rules: %(rules)s, read again as soon as it changes.") % files
    yield from daemon.notices
    if "dispatch" not in daemon.roles:
        return
    for name, channel in daemon.channels.items():
        if folder := getattr(channel.sender, "directory", None):
            text = _("No relay is configured: what %(channel)s sends is written to %(folder)s, not sent.")
            yield text % {"channel": name, "folder": f"{nearest(folder)}/"}


def _suggest(out: Console, daemon: Daemon) -> None:
    out.print(Text(_("Try next, in another terminal:"), style="bold"))
    for command in _commands(daemon):
        out.print(f"  {command}", soft_wrap=True)


def _commands(daemon: Daemon) -> Iterator[str]:
    for name, channel in daemon.channels.items():
        listening = daemon.listening.get(f"{channel.kind.upper()} ({name})")
        if channel.mailbox and listening:
            yield try_mail(listening[0], _somebody(channel.mailbox))
            break
    config = daemon.settings.path
    named = "" if nearest(config) == Path("balcao.yaml") else f" -c {shlex.quote(str(nearest(config)))}"
    for words in ("tickets list", "tickets show 1", "status"):
        yield f"{_program()} {words}{named}"


def _somebody(mailbox: Mailbox) -> str:
    """An address whose mail we take."""
    if mailbox.owns(mailbox.address):
        return mailbox.address
    known = min(mailbox.recipients, key=lambda address: (address.startswith("@"), address))
    return f"suporte{known}" if known.startswith("@") else known


def try_mail(address: str, to: str) -> str:
    """A command that needs nothing but curl. `address`: host:port as listened on."""
    host, _colon, port = address.rpartition(":")
    host = called_here(host.strip("[]"))
    text = r"From: ana@cliente.example\nSubject: Boleto\n\nPreciso da segunda via do boleto.\n"
    url = f"smtp://[{host}]:{port}" if ":" in host else f"smtp://{host}:{port}"
    return f"printf '{text}' | curl -sS {url} --mail-from ana@cliente.example --mail-rcpt {shlex.quote(to)} -T -"


def _program() -> str:
    """This program as one would type it here."""
    path = Path(sys.argv[0])
    return str(nearest(path.absolute())) if path.name == "balcao" else "balcao"


def nearest(path: Path) -> Path:
    """`path` relative to the working directory if it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
