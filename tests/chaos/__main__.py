"""`python -m tests.chaos`: the faults one after the other, within a time. `make chaos` gives it fifteen minutes."""

import argparse
import json
import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from tests.chaos import report
from tests.chaos.faults import FAULTS
from tests.chaos.runner import Outcome, Theatre, chosen

MARGIN = 25.0
"""Seconds that a fault may take beside the time that it lasts."""


def main(arguments=None):
    given = _parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    told = Console(stderr=True)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="balcao-chaos-"))
    told.print(f"seed {given.seed}; the customers' logs are in {folder}")
    theatre, outcomes = Theatre(folder), []
    end = time.monotonic() + given.seconds
    try:
        for fault in chosen(FAULTS, given.only):
            lasts = (fault.short if given.short else fault.seconds * given.scale) or 3.0
            if time.monotonic() + lasts + MARGIN > end:
                outcomes.append(Outcome(fault.name, fault.place, lasts, trouble="no time left; give it more --seconds"))
                continue
            outcomes.append(theatre.play(fault, lasts, given.seed))
            told.print(f"  {fault.name}: {'passed' if outcomes[-1].passed else 'FAILED'} {outcomes[-1].skipped}")
    finally:
        theatre.close()
    if given.json:
        print(json.dumps(report.as_json(outcomes, given.seed), indent=1))  # noqa: T201 - what was asked for
    else:
        report.print_table(outcomes, given.seed)
    return 0 if all(one.passed for one in outcomes) else 1


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="FAULT", help="only faults with this in their name")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="the same choices as another run")
    parser.add_argument("--seconds", type=float, default=900.0, help="no fault is begun that would not end within")
    parser.add_argument("--scale", type=float, default=1.0, help="how long faults last, as a factor")
    parser.add_argument("--short", action="store_true", help="as in make test")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    parser.add_argument("--folder", type=Path, help="where logs and databases are kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
