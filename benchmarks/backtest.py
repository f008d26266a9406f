"""How long it takes to try a rule file on 100,000 stored tickets, and to count the rules of 1,000,000.

    python -m benchmarks.backtest [TICKETS [TICKETS TO COUNT]]

2,000 tickets of 2 kB each are judged by the shipped rules and filed as the pipeline files them; the rest are copies
under numbers of their own. The candidate is the shipped file without words that many of them hold, so that some
change. The whole command is timed, as a process of its own.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import Stolen, machine
from benchmarks.triage import chance, message
from config.reading import read
from domain.interaction import Interaction, Medium, Party
from domain.ticket import Filing, Placement, Road
from store import desk
from store.engines import Database
from store.migrating import upgrade
from tests.samples import NOON
from triage.engine import judge
from triage.loading import load
from triage.snapshot import facts_of

RULES = Path(__file__).parent.parent / "config" / "rules.yaml"
DISTINCT = 2_000
SETTINGS = "version: 1\nchannels: {site: {kind: smtp, address: suporte@exemplo.com.br}}\n"
SAYINGS = ("cadê o boleto", "o sistema está fora do ar", "quero um orçamento", "não consigo entrar",
           "URGENTE", "obrigado", "erro 500 ao emitir a nota fiscal", "quero cancelar o contrato")  # fmt: skip


def filing(number: int, ruleset) -> Filing:
    text = f"{message(['x'] * 3)[:1900]} {chance.choice(SAYINGS)}"
    said = Interaction(
        channel="email", identity=f"m{number}", medium=Medium.MAIL, subject=text[:40], text=text, text_full=text,
        sender=Party(address=f"p{number}@cliente.example", name="Ana"), occurred_at=NOON,
        message_id=f"<{number}@cliente.example>",
    )  # fmt: skip
    facts = facts_of(said, is_reply=False)
    place = Placement(road=Road.OPENS, ticket=number, reason="new request")
    return Filing(
        raw_id=f"{number:024x}",
        interaction=said,
        facts=facts,
        verdict=judge(ruleset, facts),
        placement=place,
        answer=None,
    )


async def fill(path: Path) -> None:
    text = RULES.read_text(encoding="utf-8")
    ruleset = load(read(text, "rules.yaml"), text)
    await upgrade(f"sqlite:///{path}", "desk")
    database = Database.open(f"sqlite:///{path}")
    filings = [filing(number, ruleset) for number in range(1, DISTINCT + 1)]

    def unit(connection):
        desk.allocate_numbers(connection, len(filings))
        desk.file(connection, filings, NOON, "2026-11-22T12")

    await database.write(unit)
    await database.close()


TABLES = {
    "tickets": {"number": "number + ?1", "opened_by": "opened_by + ?1"},
    "messages": {
        "id": "id + ?1", "ticket": "ticket + ?1", "identity": "identity || 'c' || ?1", "message_id": "message_id || ?1"
    },
    "history": {"id": "id + ?1 * 2", "ticket": "ticket + ?1"},
}  # fmt: skip


def copy(path: Path, count: int, tables: tuple[str, ...] = ("tickets", "messages")) -> None:
    """Ticket n becomes n + 2,000, n + 4,000, …; one in twenty copies is corrected by a person."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    for offset in range(DISTINCT, count, DISTINCT):
        for table in tables:
            own = TABLES[table]
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            key = columns[0]
            values = ", ".join(own.get(column, f'"{column}"') for column in columns)
            connection.execute(f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {key} <= {DISTINCT}", (offset,))
        connection.execute(
            'INSERT INTO history (ticket, at, who, what, "from", "to") SELECT number, opened_at, \'maria\', '
            "'department', department, 'comercial' FROM tickets WHERE number > ?1 AND number % 20 = 0",
            (offset,),
        )
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()


def timed(folder: Path, *words: str) -> None:
    stolen, begun = Stolen(), time.perf_counter()
    command = [sys.executable, "-m", "ingest.cli", "rules", *words, "--json", "-c", str(folder / "balcao.yaml")]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    figures = {name: found[name] for name in ("tickets", "changed", "cost_us") if name in found}
    size = round((folder / "var" / "balcao.db").stat().st_size / 1e6)
    print(json.dumps({"figure": " ".join(words), "seconds": round(time.perf_counter() - begun, 2), **figures,
                      "stolen_share": stolen.share(), "megabytes": size}), flush=True)  # fmt: skip


def main() -> None:
    tried, counted = [int(word) for word in sys.argv[1:]] + [100_000, 1_000_000][len(sys.argv) - 1 :]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "var").mkdir()
        (folder / "balcao.yaml").write_text(SETTINGS)
        candidate = RULES.read_text(encoding="utf-8").replace("boleto", "carne")
        (folder / "rules.yaml").write_text(candidate)
        database = folder / "var" / "balcao.db"
        asyncio.run(fill(database))
        copy(database, tried)
        timed(folder, "backtest")
        timed(folder, "backtest", "--processes", "1")
        database.unlink()
        asyncio.run(fill(database))
        copy(database, counted, ("tickets", "history"))
        timed(folder, "stats")
        timed(folder, "stats", "--since", "2026-11-22")
    print(json.dumps({"figure": "machine", "machine": machine()}))


if __name__ == "__main__":
    main()
