"""`python -m tests.audit [LOCK…]`: what the lock files pin, asked for at the OSV database, by pip-audit.

    something known  ─▶ exit 1, with what mends it        nothing known ─▶ exit 0
    nobody answers   ─▶ exit 0, and says that nothing was looked at: a build without network must not stand still
    anything else    ─▶ exit 1, with pip-audit's own words

Not PyPI's own answer: where a mirror stands before PyPI, every package is "not found" there, and that looks like all is
well. BALCAO_OSV_URL names another service of the same kind.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

LOCKS = ("requirements-dev.txt",)
"""It holds all of requirements.txt."""
SECONDS = "15"
PATIENCE = 300
_NOBODY = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "ServiceError", "ProxyError", "SSLError", "HTTPError")


def asked(lock):
    """pip-audit's document; or nothing, and why."""
    service = os.environ.get("BALCAO_OSV_URL")
    words = [
        Path(sys.executable).with_name("pip-audit"), "--requirement", lock, "--disable-pip", "--no-deps",
        "--vulnerability-service", "osv", "--timeout", SECONDS, "--progress-spinner", "off", "--format", "json",
        *(("--osv-url", service) if service else ()),
    ]  # fmt: skip
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return None, "ReadTimeout: it took too long"
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        return None, done.stderr.strip()


def judged(document, trouble):
    """(exit code, lines to print)."""
    if document is None:
        last = trouble.splitlines()[-1][:300] if trouble else "no answer"
        if any(word in trouble for word in _NOBODY):
            return 0, [f"audit: SKIPPED, the advisory service cannot be reached; nothing was looked at ({last})"]
        return 1, [f"audit: FAILED, pip-audit could not look: {last}"]
    looked_at = [one for one in document["dependencies"] if "skip_reason" not in one]
    found = [(one, bug) for one in looked_at for bug in one["vulns"]]
    if not looked_at:
        return 0, ["audit: SKIPPED, the advisory service knows none of the packages; nothing was looked at"]
    lines = [
        f"audit: {one['name']} {one['version']}: {bug['id']} ({', '.join(bug.get('aliases', ())) or 'no other name'}), "
        f"mended in {', '.join(bug['fix_versions']) or 'no version yet'}"
        for one, bug in found
    ]
    return (1, lines) if found else (0, [f"audit: {len(looked_at)} packages, nothing known against them"])


def main(locks):
    code = 0
    for lock in locks:
        worst, lines = judged(*asked(lock))
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        code = max(code, worst)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or LOCKS))
