"""`python -m tests.security.killed FOLDER [STRIDE]`: processes that die by SIGKILL at the n-th step, for every n.

    fork ─▶ accept, answer, claim, file, settle … killed at step n        what was answered is written to a file
    fork ─▶ take up: send again what was not answered, do what waits

Prints {"steps", "unanswered"}. The databases are what the settings in FOLDER say. STRIDE 3: every third n, by turns.
"""

import asyncio
import json
import os
import sys
from itertools import count
from pathlib import Path

from config.settings import load
from ingest import wiring
from tests import pipeline
from tests.security.faults import Fault, How, on_postgres, on_sqlite


def head_of(mark):
    """The same mail whenever it is sent."""
    return (
        f"From: {mark}@cliente.example\r\nTo: suporte@exemplo.com.br\r\nSubject: {mark}\r\n"
        f"Message-ID: <{mark}@cliente.example>\r\nDate: Thu, 26 Nov 2026 09:00:00 -0300\r\n"
    )


async def lives(folder, mark, answered, arm):
    """Like a daemon: what was left is taken up first."""
    house = await pipeline.opened(folder)
    arm()
    if mark not in answered.read_text().split():
        await house.mail(f"marca {mark}", head=head_of(mark))
        with answered.open("a") as file:
            file.write(f"{mark}\n")
    await house.work()


def in_a_process(coroutine):
    """Whether it lived to its end."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            asyncio.run(coroutine)
            code = 0
        finally:
            os._exit(code)
    coroutine.close()
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit("a process failed that should have lived or been killed")
    return os.WIFEXITED(status)


def prepare(folder):
    """What every process would read and build alike, before they part. Nothing is connected yet."""
    settings = load(folder / "balcao.yaml")
    wiring.create_first_secrets(settings)
    source, channels = pipeline.tested(settings.rules_path), wiring.build_channels(settings)
    pipeline.load = lambda _path: settings
    pipeline.tested = lambda _path: source
    pipeline.build_channels = wiring.build_channels = lambda *_args, **_more: channels
    return settings


def main():
    folder, stride = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    answered = folder / "answered"
    answered.touch()
    fault = Fault()
    settings = prepare(folder)
    (on_postgres if settings.store_url.startswith("postgresql") else on_sqlite)(fault, setattr)
    numbers, unanswered = [], []
    for number in count(1, stride):
        mark = f"morto{number}"
        numbers.append(number)
        lived = in_a_process(lives(folder, mark, answered, lambda at=number: fault.arm(at, How.KILL)))
        unanswered += [] if mark in answered.read_text().split() else [number]
        in_a_process(lives(folder, mark, answered, lambda: None))
        if lived:
            break
    sys.stdout.write(json.dumps({"steps": numbers, "unanswered": unanswered}) + "\n")


if __name__ == "__main__":
    main()
