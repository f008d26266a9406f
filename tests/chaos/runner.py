"""One fault after the other, each with every channel sending, each ended by an exact reconciliation."""

import contextlib
import os
import random
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.channels.telegram.server import TOKEN
from tests.chaos.customers import WAYS, Customer
from tests.chaos.faults import Scene
from tests.chaos.history import History
from tests.chaos.house import WHOLE, House
from tests.chaos.postgres import NAMES, Postgres, may_mount
from tests.chaos.reconcile import Books, marks_of_journal, marks_of_tickets, reconcile
from tests.chaos.relay import MoodyRelay, Providers
from tests.patience import wait_for

CLOCK = Path(__file__).parent / "clock"
SMALL_DISK = "96m"
WARM = 3
"""Messages of each channel that are accepted before the fault strikes."""
FILED_WITHIN = 120.0
LEAVE_WITHIN = 20.0


class CannotRun(Exception):
    """What this fault needs is not here."""


@dataclass
class Outcome:
    """Of one fault. Times in seconds from the moment when what was broken had been mended."""

    fault: str
    place: str
    seconds: float
    accepted: int = 0
    refused: int = 0
    unanswered: int = 0
    accepting_after: float | None = None
    filed_after: float | None = None
    answered_after: float | None = None
    note: str = ""
    trouble: str = ""
    skipped: str = ""
    books: Books = field(default_factory=Books)
    answers: dict = field(default_factory=dict)
    mended: float = 0.0

    @property
    def lost(self):
        return len(self.books.lost)

    @property
    def doubled(self):
        return len(self.books.doubled) + len(self.books.answered_twice)

    @property
    def passed(self):
        return bool(self.skipped) or (not self.trouble and self.books.agree)


class Theatre:
    """The houses, made when the first fault wants one; one stands at a time."""

    def __init__(self, folder, *, pause=0.1):
        self.folder, self.pause = folder, pause
        self.relay = MoodyRelay()
        self.relay.start()
        self.providers = Providers(TOKEN)
        self._stack = contextlib.ExitStack()
        self._standing = None
        self._round = 0
        self.postgres = None

    def house(self, place):
        """The house of that name, standing and ready. Raises CannotRun."""
        if self._standing is not None and self._standing[0] == place:
            return self._standing[1]
        self._stack.close()
        self._standing = None
        folder = self.folder / place.replace(" ", "-")
        house = getattr(self, f"_{place.replace(' ', '_')}")(folder)
        self._stack.callback(house.stop)
        house.start()
        self._standing = (place, house)
        return house

    def _made(self, folder, **options):
        return House(folder, relay=self.relay, providers=self.providers, **options)

    def _roles(self, folder):
        return self._made(folder)

    def _postgresql(self, folder):
        try:
            self.postgres = Postgres()
        except Exception as error:
            raise CannotRun(f"no PostgreSQL can be started here: {error}") from error
        self._stack.callback(self.postgres.close)
        store, journal = (self.postgres.url(name) for name in NAMES)
        return self._made(folder, roles=WHOLE, databases=f'store: {{url: "{store}"}}\njournal: {{url: "{journal}"}}')

    def _small_disk(self, folder):
        (folder / "var").mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder / "var")]
        if not may_mount() or subprocess.run(mount, capture_output=True, check=False).returncode:
            raise CannotRun("only root may mount a small disk to fill")
        self._stack.callback(subprocess.run, ["umount", "-l", str(folder / "var")], check=False)
        return self._made(folder, roles=WHOLE, databases="journal: {disk_reserve: 16MB}")

    def _clock(self, folder):
        folder.mkdir(parents=True)
        (folder / "clock").write_text("0\n")
        paths = [str(CLOCK), os.environ.get("PYTHONPATH", "")]
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "BALCAO_CHAOS_CLOCK": str(folder / "clock")}
        return self._made(folder, roles=WHOLE, environment=environment)

    def close(self):
        self._stack.close()
        self.providers.close()
        self.relay.close()

    # One fault

    def play(self, fault, seconds, seed):
        """The outcome of `fault`, which lasts `seconds`; `seed` makes it the same again."""
        outcome = Outcome(fault.name, fault.place, seconds)
        try:
            house = self.house(fault.place)
        except CannotRun as reason:
            outcome.skipped = str(reason)
            return outcome
        self._round += 1
        folder = house.folder / f"round{self._round}"
        folder.mkdir()
        rng = random.Random(f"{seed} {fault.name}")
        crowd = Crowd(house, self._round, folder, rng, self.pause)
        scene = Scene(house, crowd.history, rng, seconds, self.postgres, self.relay, folder)
        try:
            crowd.warm_up()
            outcome.note = fault.strike(scene) or ""
            crowd.recover(outcome, fault.slow)
            crowd.leave()
            wait_until_finished(house, outcome)
        except (AssertionError, OSError) as error:
            outcome.trouble = str(error)
        finally:
            crowd.leave()
            house.clock = time.time
        settle(house, crowd.number, crowd.folder, crowd.history, outcome, self.relay)
        return outcome


def settle(house, number, folder, history, outcome, relay):
    """The three books of one round are compared; those whom the relay wrote to are the fourth."""
    prefix, exported = f"mk{number}-", folder / "journal.jsonl.gz"
    outcome.accepted, outcome.refused = len(history.accepted), history.refused
    outcome.unanswered = history.unanswered
    outcome.answers = {f"{channel} {answer}": n for (channel, answer), n in sorted(history.answers.items())}
    try:
        house.balcao("journal", "export", "-o", str(exported))
        stored, journal = marks_of_tickets(house.tickets(), prefix), marks_of_journal(exported, prefix)
        answered = Counter(one for one in relay.taken if one.startswith(prefix))
        outcome.books = reconcile(history.promised(), history.tried, stored, journal, answered)
    except (AssertionError, subprocess.TimeoutExpired) as error:
        outcome.trouble += f" the books could not be read: {error}"
    history.close()


class Crowd:
    """The customers of one fault, one for each channel."""

    def __init__(self, house, number, folder, rng, pause):
        self.number, self.folder = number, folder
        self.history = History(folder / "client.jsonl")
        self._halt = threading.Event()
        seeds = {channel: random.Random(rng.random()) for channel in WAYS}
        self._customers = [
            Customer(channel, number, house.place, self.history, self._halt, seeds[channel], pause) for channel in WAYS
        ]

    def warm_up(self):
        for customer in self._customers:
            customer.start()
        warm = lambda: all(self.history.count(one) >= WARM for one in WAYS)  # noqa: E731 - asked until it is so
        wait_for(warm, within=60, what=lambda: f"answers before the fault ({dict(self.history.answers)})")

    def recover(self, outcome, within):
        """Until a message of each channel that was sent after the mending is accepted."""
        mended = time.monotonic()
        served = lambda: not self._unserved(mended)  # noqa: E731 - as above
        wait_for(served, within=within, what=lambda: f"an answer after the fault to {self._unserved(mended)}")
        answered = [self.history.newest[one][1] for one in WAYS]
        outcome.accepting_after = round(max(0.0, min(max(answered), time.monotonic()) - mended), 2)
        outcome.mended = mended

    def _unserved(self, since):
        newest = self.history.newest
        return [one for one in WAYS if one not in newest or newest[one][0] < since]

    def leave(self):
        """Each sees the message under way to its end, if that comes soon."""
        self._halt.set()
        end = time.monotonic() + LEAVE_WITHIN
        for customer in self._customers:
            customer.join(max(0.0, end - time.monotonic()))
            customer.give_up()


def wait_until_finished(house, outcome):
    """Filed: nothing waits in the journal. Answered: nothing waits in the outbox either."""
    end = time.monotonic() + FILED_WITHIN
    while time.monotonic() < end:
        journal, outbox = house.waiting()
        if journal == 0 and outcome.filed_after is None:
            outcome.filed_after = round(time.monotonic() - outcome.mended, 2)
        if journal == 0 and outbox == 0:
            outcome.answered_after = round(time.monotonic() - outcome.mended, 2)
            return
        time.sleep(0.2)
    raise AssertionError(f"not finished within {FILED_WITHIN} s: journal {journal}, outbox {outbox}")


def new_folder(path):
    """Empty, for the client logs and whatever the daemon keeps."""
    path = Path(path)
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def chosen(faults, words):
    """Those whose name holds any of `words`; all, if there are none."""
    return [one for one in faults if not words or any(re.search(word, one.name, re.IGNORECASE) for word in words)]
