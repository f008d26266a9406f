"""`make fuzz [FUZZ_SECONDS=600]`: mail of all kinds damaged, spliced and grown, against what must hold for any bytes.

    a third of the time   hypothesis: seeds of the corpus, damaged by rules that know mail (mutating.py), and shrunk
    the rest              atheris: the same seeds, led by the code they reach (guided.py)

Stops by itself. Prints one JSON line; what was found lies in FOLDER as files. Exit code 1 if anything was found.
"""

import argparse
import json
import platform
import random
import re
import subprocess
import sys
import time
import warnings
from itertools import count
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.checks import checked
from tests.fuzz.mutating import TOKENS, damaged, seeds

EXAMPLES = 1_000
LONGEST = 40_000
MEMORY_MB = 2_000
PATIENCE_SECONDS = 20


def by_hypothesis(seconds, folder):
    """How many mails were tried, and the first that broke a promise."""
    known, tried, until = seeds(), count(), time.monotonic() + seconds
    last = b""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck),
              phases=(Phase.generate, Phase.shrink))  # fmt: skip
    @given(st.sampled_from(known), st.integers(0, 2**32))
    def holds(payload, number):
        nonlocal last
        if time.monotonic() > until:
            return
        next(tried)
        last = damaged(payload, known, random.Random(number))
        checked(last)

    findings = []
    for round_number in count():
        if findings or time.monotonic() > until:
            break
        try:
            hypothesis.seed(round_number)(holds)()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what we look for
            found = folder / f"hypothesis-{round_number}.eml"
            found.write_bytes(last)
            findings.append(f"{found.name}: {type(error).__name__}: {error}")
    return next(tried), findings


def by_atheris(seconds, folder):
    """The same, and how much of the code was reached."""
    corpus, words = folder / "corpus", folder / "words"
    corpus.mkdir(exist_ok=True)
    for number, payload in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(payload)
    words.write_text("".join(f'"{"".join(f"{chr(92)}x{octet:02x}" for octet in token)}"\n' for token in TOKENS))
    command = [
        sys.executable, "-m", "tests.fuzz.guided", str(corpus), f"-max_total_time={seconds}", f"-max_len={LONGEST}",
        f"-timeout={PATIENCE_SECONDS}", f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={folder}/", f"-dict={words}",
        "-print_final_stats=1",
    ]  # fmt: skip
    with (folder / "atheris.log").open("w+", encoding="utf-8", errors="replace") as log:
        subprocess.run(command, stdout=log, stderr=log, check=False, timeout=seconds + 300)
        log.seek(0)
        told = log.read()
    found = [path.name for kind in ("crash", "timeout", "oom", "slow-unit") for path in folder.glob(f"{kind}-*")]
    return _number(r"stat::number_of_executed_units:\s*(\d+)", told), found, {
        "edges": _number(r"cov: (\d+)", told),
        "features": _number(r"ft: (\d+)", told),
        "corpus": len(list(corpus.iterdir())),
        "peak_mb": _number(r"stat::peak_rss_mb:\s*(\d+)", told),
    }  # fmt: skip


def _number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def mutations(total):
    """`--mutations N`: so many damaged copies once, and what became of them."""
    known, chance = seeds(), random.Random(3)
    outcomes = [checked(damaged(chance.choice(known), known, chance)) for _ in range(total)]
    reasons = {outcome.reason for outcome in outcomes if outcome.reason}
    return {
        "mutations": total,
        "interactions": sum(outcome.reason is None for outcome in outcomes),
        "quarantined": sum(outcome.reason is not None for outcome in outcomes),
        "reasons": sorted(reasons),
        "slowest_s": round(max(outcome.seconds for outcome in outcomes), 3),
    }


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--folder", type=Path, default=Path("var/fuzz"))
    parser.add_argument("--mutations", type=int)
    asked = parser.parse_args()
    warnings.simplefilter("ignore", hypothesis.errors.NonInteractiveExampleWarning)
    if asked.mutations:
        tell(mutations(asked.mutations))
        return 0
    asked.folder.mkdir(parents=True, exist_ok=True)
    tried, broken = by_hypothesis(asked.seconds // 3, asked.folder)
    guided, crashed, reached = by_atheris(asked.seconds - asked.seconds // 3, asked.folder)
    ran = {"fuzz": "decode", "seconds": asked.seconds, "hypothesis": tried, "atheris": guided, "seeds": len(seeds())}
    findings = broken + crashed
    tell(ran | reached | {"findings": findings, "python": platform.python_version()})
    return 1 if findings else 0


def tell(document):
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    sys.exit(main())
