"""All figures, one JSON line each: `make bench`. About a quarter of an hour; leave the machine alone meanwhile."""

import subprocess
import sys
import time
from pathlib import Path

FIGURES = (
    ("triage.py",),
    ("smtp_accept.py",),
    ("webhook_accept.py",),
    ("imap_intake.py",),
    ("store.py",),
    ("end_to_end.py",),
)


def main() -> int:
    failed = 0
    for script, *arguments in FIGURES:
        begun = time.monotonic()
        print(f"# {script}", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{Path(script).stem}", *arguments], check=False)
        failed += done.returncode != 0
        print(f"# {script}: {time.monotonic() - begun:.0f} s, exit {done.returncode}", file=sys.stderr, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
