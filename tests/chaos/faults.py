"""The faults, as a table. Each strikes, lasts, mends what it broke and returns; the runner does the rest."""

import contextlib
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import powerloss
from tests.chaos.reconcile import marks_of_tickets
from tests.patience import wait_for

HOUR = 3600
PAGE = 4096


@dataclass(frozen=True)
class Scene:
    """What a fault may touch. `seconds`: how long it lasts. `rng`: the only randomness there is."""

    house: object
    history: object
    rng: object
    seconds: float
    postgres: object = None
    relay: object = None
    folder: Path | None = None


@dataclass(frozen=True)
class Fault:
    """`place`: the house that it strikes. `seconds` in `make chaos`, `short` in `make test` (None: not there).

    `slow`: seconds until everybody must be served again after it was mended.
    """

    name: str
    place: str
    strike: Callable[[Scene], str | None]
    seconds: float
    short: float | None = None
    slow: float = 150.0


def kill_roles(scene):
    """SIGKILL of one role after the other, or of all together, at any moment of its life."""
    end, killed = time.monotonic() + scene.seconds, []
    while time.monotonic() < end:
        roles = sorted(scene.house.processes)
        role = scene.rng.choice([*roles, None])
        scene.house.kill(role)
        killed.append(role or "all")
        time.sleep(scene.rng.uniform(0.2, 3.0))
    return f"killed {' '.join(killed)}"


def kill_child(scene):
    """The process that decodes and files dies in the middle of its work."""
    end, count = time.monotonic() + scene.seconds, 0
    while time.monotonic() < end:
        roles = {process.pid for process in scene.house.processes.values()}
        children = [one for one in scene.house.family() if one.pid not in roles]
        if children:
            scene.rng.choice(children).send_signal(signal.SIGKILL)
            count += 1
        time.sleep(scene.rng.uniform(0.2, 2.0))
    return f"{count} children killed"


def freeze(scene):
    still = scene.house.freeze()
    time.sleep(scene.seconds)
    scene.house.thaw(still)


def postgres_killed(scene):
    scene.postgres.kill()
    time.sleep(scene.seconds)
    scene.postgres.start()


def postgres_restarted(scene):
    end, count = time.monotonic() + scene.seconds, 0
    while time.monotonic() < end:
        scene.postgres.restart()
        count += 1
        time.sleep(scene.rng.uniform(0.5, 4.0))
    return f"{count} restarts"


def postgres_slow(scene):
    """Every piece in either direction is held up."""
    scene.postgres.proxy.delay = 0.15
    time.sleep(scene.seconds)
    scene.postgres.proxy.delay = 0.0


def postgres_silent(scene):
    """Connections stay open, and nothing comes through."""
    scene.postgres.proxy.silent = True
    time.sleep(scene.seconds)
    scene.postgres.proxy.silent = False


def postgres_read_only(scene):
    """As a replica that was not promoted: whoever connects cannot write. Afterwards nobody is thrown out."""
    scene.postgres.read_only(True)
    scene.postgres.drop_everybody()
    time.sleep(scene.seconds)
    scene.postgres.read_only(False)


def postgres_crowded(scene):
    with scene.postgres.crowded() as held:
        time.sleep(scene.seconds)
        return f"{len(held)} connections held"


def store_missing(scene):
    """The ticket database's files are moved away, then put back; the journal is elsewhere."""
    var, away = scene.house.folder / "var", scene.folder / "away"
    away.mkdir()
    moved = [path.name for path in var.glob("balcao.db*")]
    for name in moved:
        (var / name).rename(away / name)
    before = len(scene.history.promised())
    time.sleep(scene.seconds)
    taken = len(scene.history.promised()) - before
    for name in moved:
        (away / name).rename(var / name)
    assert taken, "nothing was accepted while the ticket database was missing"
    return f"{taken} accepted meanwhile"


def disk_full(scene):
    ballast = scene.house.folder / "var" / "ballast"
    with ballast.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(bytes(PAGE)):
            pass
    time.sleep(scene.seconds)
    ballast.unlink()


def clock_back(scene):
    """First this machine alone is an hour back, then it turns out that the world is, too; it stays so to the end."""
    offset = scene.house.folder / "clock"
    offset.write_text(f"{-HOUR}\n")
    time.sleep(scene.seconds / 2)
    scene.house.clock = lambda: time.time() - HOUR
    time.sleep(scene.seconds / 2)


def relay_mood(mood):
    def strike(scene):
        scene.relay.be(mood)
        time.sleep(scene.seconds)
        scene.relay.be("good")

    return strike


def relay_gone(scene):
    """Nobody listens on its port."""
    scene.relay.leave()
    time.sleep(scene.seconds)
    scene.relay.come_back()


def power_loss(scene):
    """Copies at random instants; the last one is opened by a daemon, which files what it holds."""
    end, copies = time.monotonic() + scene.seconds, []
    while time.monotonic() < end or len(copies) < 2:
        take = (powerloss.stopped, powerloss.running)[len(copies) % 2]
        copies.append(take(scene.house, scene.history, scene.folder / f"copy{len(copies)}"))
        time.sleep(scene.rng.uniform(0.05, 1.0))
    unsound = [one.how for one in copies if not one.sound]
    lost = {mark for one in copies for mark in one.missing}
    assert not unsound, f"unsound copies: {unsound}"
    assert not lost, f"promised before the power was lost, and not in the journal: {sorted(lost)[:5]}"
    last = next(one for one in reversed(copies) if one.how == "stopped")
    filed = _filed_from(scene.house, last, scene.folder / "after")
    assert not last.promised - set(filed), "promised before the power was lost, and in no ticket after it"
    assert not {mark: n for mark, n in filed.items() if n > 1}, "doubled after the power was lost"
    return f"{len(copies)} copies, {sum(len(one.promised) for one in copies)} promises looked for"


def _filed_from(house, copy, folder):
    """A daemon on what the disk held: its tickets' marks, once it has filed everything."""
    second = type(house)(folder, roles=("work",), relay=house.relay, providers=house.providers)
    shutil.copytree(copy.folder, folder / "var", dirs_exist_ok=True)
    shutil.copytree(house.folder / "var" / "secrets", folder / "var" / "secrets", dirs_exist_ok=True)
    second.start(ready=False)
    try:
        wait_for(lambda: second.waiting()[0] == 0, within=120.0, what="an empty journal")
    finally:
        second.stop()
    return marks_of_tickets(second.tickets(), "mk")


FAULTS = (
    Fault("any role killed (SIGKILL)", "roles", kill_roles, 45, 6),
    Fault("worker's child killed", "roles", kill_child, 15),
    Fault("node frozen (SIGSTOP)", "roles", freeze, 60, 3),
    Fault("power lost (files copied at random instants)", "roles", power_loss, 30, 3),
    Fault("ticket database missing", "roles", store_missing, 120, 4),
    Fault("relay refuses (451)", "roles", relay_mood("deferring"), 12, 3),
    Fault("relay hangs up", "roles", relay_mood("dropping"), 12),
    Fault("relay is gone", "roles", relay_gone, 12),
    Fault("relay hangs", "roles", relay_mood("hanging"), 12, 3),
    Fault("relay answers slowly", "roles", relay_mood("slow"), 12),
    Fault("PostgreSQL killed", "postgresql", postgres_killed, 15, 3),
    Fault("PostgreSQL restarted", "postgresql", postgres_restarted, 15),
    Fault("PostgreSQL slow", "postgresql", postgres_slow, 15),
    Fault("PostgreSQL silent", "postgresql", postgres_silent, 15),
    Fault("PostgreSQL read-only", "postgresql", postgres_read_only, 15, 3),
    Fault("PostgreSQL out of connections", "postgresql", postgres_crowded, 15, 3),
    Fault("node frozen over PostgreSQL", "postgresql", freeze, 30),
    Fault("journal's disk full", "small disk", disk_full, 20, 3),
    Fault("clock an hour back", "clock", clock_back, 20, 4),
)
