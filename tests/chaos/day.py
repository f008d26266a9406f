"""A day's traffic in twenty minutes: does memory stay where it is? `make day`.

    plan      24 hours, minute by minute, busy in office hours; each minute of the day lasts a second or so
    sample    resident memory of every process of the daemon, every few seconds
    verdict   each role, and all together, may grow by a tenth from the night to the evening

What was answered yes is reconciled at the end, as after a fault.
"""

import argparse
import json
import queue
import random
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tests.chaos.customers import WAYS
from tests.chaos.history import UNANSWERED, History
from tests.chaos.report import machine
from tests.chaos.runner import Outcome, Theatre, settle, wait_until_finished

HOURS = (2, 1, 1, 1, 1, 2, 6, 20, 70, 100, 100, 90, 60, 80, 100, 100, 90, 70, 40, 25, 15, 10, 6, 3)
"""How busy each hour of the day is, of a hundred."""
MIX = {
    "smtp": 40,
    "lmtp": 5,
    "site": 10,
    "telefone": 15,
    "alertas": 3,
    "app": 7,
    "chat": 8,
    "whatsapp": 10,
    "telegram": 2,
}
"""Of a hundred interactions, how many come on each way."""
SENDERS = 12
NIGHT, OFFICE, EVENING = (0.1, 0.2), (0.35, 0.4), (0.8, 1.0)
"""Pieces of the day."""
MAY_GROW = 1.10


@dataclass(frozen=True)
class Growth:
    """Resident bytes of one role: medians of pieces of the day, and the most of its last fifth."""

    night: float
    office: float
    evening: float

    @property
    def factor(self):
        return self.evening / self.night


def plan(interactions, rng):
    """(share of the day, channel) of each interaction, in order."""
    minutes = [hour for hour in range(24) for _ in range(60)]
    weights = [HOURS[hour] for hour in minutes]
    when = sorted(rng.choices(range(1440), weights, k=interactions))
    ways = rng.choices(list(MIX), list(MIX.values()), k=interactions)
    return [((minute + rng.random()) / 1440, way) for minute, way in zip(when, ways, strict=True)]


def send(house, number, orders, history):
    """One of those who send; an order is (channel, mark, its number)."""
    while (order := orders.get()) is not None:
        channel, mark, count = order
        for _ in range(20):
            began = time.monotonic()
            try:
                answer = WAYS[channel](house.place(), mark, count)
            except Exception:  # noqa: BLE001 - whatever it is, there was no answer
                answer = UNANSWERED
            history.note(channel, mark, began, answer, yes=answer[0] == "2")
            if answer[0] == "2":
                break
            time.sleep(1)
    del number


def sample(house, samples, began):
    """Resident bytes of each role, children included."""
    for role, process in list(house.processes.items()):
        try:
            parent = psutil.Process(process.pid)
            family = [parent, *parent.children(recursive=True)]
            samples[role].append((time.monotonic() - began, sum(one.memory_info().rss for one in family)))
        except psutil.NoSuchProcess:
            continue


def growth(samples, seconds):
    """role → Growth, and of `all` together."""

    def within(values, piece):
        return [size for at, size in values if piece[0] * seconds <= at <= piece[1] * seconds]

    found = {
        role: Growth(
            *(statistics.median(within(values, piece)) for piece in (NIGHT, OFFICE)), max(within(values, EVENING))
        )
        for role, values in samples.items()
    }
    whole = [sum(getattr(one, piece) for one in found.values()) for piece in ("night", "office", "evening")]
    return found | {"all": Growth(*whole)}


def flat(found):
    return all(one.factor <= MAY_GROW for one in found.values())


def live(house, seconds, interactions, seed, folder):
    """The day. Returns its samples and what became of it."""
    history, samples, orders = History(folder / "client.jsonl"), defaultdict(list), queue.Queue()
    crowd = [threading.Thread(target=send, args=(house, n, orders, history), daemon=True) for n in range(SENDERS)]
    for sender in crowd:
        sender.start()
    began, looked = time.monotonic(), 0.0
    for count, (share, channel) in enumerate(plan(interactions, random.Random(seed))):
        while (wait := began + share * seconds - time.monotonic()) > 0:
            time.sleep(min(wait, 0.5))
            if time.monotonic() - looked > seconds / 300:
                looked = time.monotonic()
                sample(house, samples, began)
        orders.put((channel, f"mk1-{channel}-{count}", count))
    for _ in crowd:
        orders.put(None)
    for sender in crowd:
        sender.join(60)
    while time.monotonic() < began + seconds:
        time.sleep(seconds / 300)
        sample(house, samples, began)
    return history, samples


def main(arguments=None):
    given = _parse(arguments)
    folder = Path(tempfile.mkdtemp(prefix="balcao-day-"))
    print(f"seed {given.seed}; the customers' log is in {folder}", file=sys.stderr)  # noqa: T201 - for the person
    theatre, seconds = Theatre(folder), given.minutes * 60
    outcome = Outcome("a day", "roles", seconds)
    try:
        house = theatre.house("roles")
        history, samples = live(house, seconds, given.interactions, given.seed, folder)
        (folder / "samples.json").write_text(json.dumps(samples), encoding="utf-8")
        outcome.mended = time.monotonic()
        wait_until_finished(house, outcome)
        settle(house, 1, folder, history, outcome, theatre.relay)
    finally:
        theatre.close()
    found = growth(samples, seconds)
    _tell(found, outcome, given)
    return 0 if flat(found) and outcome.passed else 1


def _tell(found, outcome, given):
    if given.json:
        roles = {role: {**asdict(one), "factor": one.factor} for role, one in found.items()}
        told = {"machine": machine(), "minutes": given.minutes, "accepted": outcome.accepted, "lost": outcome.lost,
                "doubled": outcome.doubled, "flat": flat(found), "roles": roles}  # fmt: skip
        print(json.dumps(told, indent=1))  # noqa: T201 - what was asked for
        return
    table = Table(title=f"{outcome.accepted} accepted, {outcome.lost} lost, {outcome.doubled} doubled · {machine()}")
    for name in ("role", "night", "office", "evening", "since the night"):
        table.add_column(name, justify="right")
    for role, one in found.items():
        sizes = (f"{size / 1e6:.1f} MB" for size in (one.night, one.office, one.evening))
        table.add_row(role, *sizes, f"× {one.factor:.3f}")
    Console().print(table)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.day", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--interactions", type=int, default=12_000, help="in the day")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
