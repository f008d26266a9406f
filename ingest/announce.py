"""What `balcao run` tells the person who started it: what listens where, and what to try next."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from channels.base import Channel
from ingest.translations import _


def announce(
    *,
    channels: Mapping[str, Channel],
    listening: Mapping[str, Sequence[str]],
    notices: Sequence[str],
    config: str,
) -> None:
    """`listening`: part → addresses. `notices`: sentences a person should read (no relay, new secrets, …)."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_("[bold]Balcão is open.[/bold]"))
    table = Table.grid(padding=(0, 2))
    for part, addresses in listening.items():
        table.add_row(f"  {part}", ", ".join(addresses))
    console.print(table)
    for notice in notices:
        console.print(f"  {notice}", markup=False)
    example = next((channel.mailbox.address for channel in channels.values() if channel.mailbox), None)
    smtp = next((addresses[0] for part, addresses in listening.items() if part.startswith("SMTP") and addresses), None)
    console.print(_("Try next, in another terminal:"))
    if example and smtp:
        host, _colon, port = smtp.rpartition(":")
        console.print(f"  {try_mail(host, int(port), example)}", markup=False)
    console.print(f"  .venv/bin/balcao tickets list -c {config}", markup=False)


def try_mail(host: str, port: int, to: str) -> str:
    """A command that needs nothing but curl."""
    return (
        f"printf 'From: ana@cliente.example\\nTo: {to}\\nSubject: Boleto\\n\\nPreciso da segunda via do boleto.\\n'"
        f" | curl -s --url smtp://{host}:{port} --mail-from ana@cliente.example --mail-rcpt {to} --upload-file -"
    )
