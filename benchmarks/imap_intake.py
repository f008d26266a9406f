"""Mail from a local Dovecot into the durable journal, against a bare imapclient loop that fetches and forgets.

    python -m benchmarks.imap_intake [--messages N] [--rounds R]

Both read the same Maildir of 4 kB mails, 100 a command, over one connection without TLS; rounds alternate. One JSON
line: median rates, and the median of the rounds' ratios.

    bare    UID SEARCH, then UID FETCH (BODY.PEEK[]) of 100 UIDs at a time, on imapclient
    ours    the channel's receiver before the real journal: sizes, contents, one fsync a batch, position written down
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from imapclient import IMAPClient

from benchmarks.machine import Stolen, machine
from channels.base import BuildContext
from channels.imap import Options, build
from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal
from store.ledger import JournalLedger
from store.migrating import upgrade
from tests.dovecot import PASSWORD, SUPPORT, Dovecot, running

MESSAGE_BYTES = 4096
AT_ONCE = 100


def fill(dovecot: Dovecot, messages: int) -> None:
    line = b"Nao consigo emitir a nota fiscal, aparece erro 500 ao transmitir.\r\n"
    for number in range(messages):
        head = (
            f"From: ana{number}@exemplo.com\r\nSubject: erro {number}\r\nMessage-ID: <{number}@load>\r\n\r\n".encode()
        )
        dovecot.deliver(head + line * ((MESSAGE_BYTES - len(head)) // len(line)))


def bare(dovecot: Dovecot) -> float:
    """Mails per second."""
    with IMAPClient("127.0.0.1", dovecot.port, ssl=False) as client:
        client.login(SUPPORT, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        begun = time.perf_counter()
        uids = client.search()
        for start in range(0, len(uids), AT_ONCE):
            client.fetch(uids[start : start + AT_ONCE], [b"BODY.PEEK[]"])
        return len(uids) / (time.perf_counter() - begun)


class Intake:
    def __init__(self, journal: DatabaseJournal) -> None:
        self.accept = journal.append
        self.ledger = JournalLedger(journal)


async def opened_journal(folder: Path, stack: AsyncExitStack) -> DatabaseJournal:
    url = f"sqlite:///{folder / 'journal.db'}"
    await upgrade(url, "journal")
    database = Database.open(url)
    journal = DatabaseJournal(database, spawn=spawn, reserve=0, folder=folder)
    stack.push_async_callback(database.close)
    stack.push_async_callback(journal.close)
    await journal.recover()
    return journal


async def ours(dovecot: Dovecot, messages: int, folder: Path) -> float:
    """Mails per second, from the first look at the folder until the position is past the last mail."""
    options = {"host": "127.0.0.1", "port": dovecot.port, "tls": "none", "username": SUPPORT, "password": "env:P"}
    context = BuildContext(name="bench", base=folder, var=folder, hostname="bench", reveal=lambda _name: PASSWORD)
    receiver = build(Options.model_validate(options), context).receiver
    async with AsyncExitStack() as stack:
        intake = Intake(await opened_journal(folder, stack))
        await from_the_beginning(intake.ledger, dovecot)
        ready = asyncio.Event()
        task = spawn(receiver.run(intake, ready.set), name="receiver")
        await ready.wait()
        begun = time.perf_counter()
        while (await intake.ledger.reports())[0].folder.upto < messages:  # noqa: ASYNC110 - another thread's work
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - begun
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await intake.ledger.accepted_counts()).popitem()[1] == messages
    return messages / seconds


async def from_the_beginning(ledger: JournalLedger, dovecot: Dovecot) -> None:
    """As if we had been there before the first mail came."""
    with IMAPClient("127.0.0.1", dovecot.port, ssl=False) as client:
        client.login(SUPPORT, PASSWORD)
        validity = client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"]
    known = await ledger.folder("bench", "INBOX")
    now = datetime.now(UTC)
    await ledger.begin(replace(known, uid_validity=validity, start=1, upto=0, began_at=now, looked_at=now))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    with running() as dovecot:
        fill(dovecot, arguments.messages)
        bare(dovecot)  # Dovecot writes its index
        stolen = Stolen()
        for _ in range(arguments.rounds):
            rates["bare"].append(bare(dovecot))
            with tempfile.TemporaryDirectory() as folder:
                rates["ours"].append(asyncio.run(ours(dovecot, arguments.messages, Path(folder))))
    ratios = [mine / plain for mine, plain in zip(rates["ours"], rates["bare"], strict=True)]
    figure = {
        "figure": "imap intake into the durable journal against a bare imapclient fetch loop",
        "ratio": round(statistics.median(ratios), 2),
        "ours_per_s": round(statistics.median(rates["ours"])),
        "bare_per_s": round(statistics.median(rates["bare"])),
        "messages": arguments.messages,
        "message_bytes": MESSAGE_BYTES,
        "stolen_share": stolen.share(),
        **machine(),
    }
    print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
