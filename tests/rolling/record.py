"""Writes down what the store asks of a database: of this tree, or of a commit.

    python -m tests.rolling.record [COMMIT]

It runs the tests of the store with a plugin that listens (`recording.py`), and puts what it heard into
`statements.jsonl` under the revisions of that tree, in the place of what stood there for them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.rolling.catalogue import merged, read, write

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def version_of(tree: Path) -> str:
    """`d0017+j0006`"""
    folders = (tree / "store" / "migrations" / kind for kind in ("desk", "journal"))
    return "+".join(max(path.name.partition("_")[0] for path in folder.glob("[dj]*.py")) for folder in folders)


def unpacked(commit: str, folder: Path) -> Path:
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "x", "-C", folder], input=archive.stdout, check=True)
    return folder


def recorded(tree: Path, file: Path) -> list[dict]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "recording", "-p", "no:cacheprovider", "-W", "ignore"]
    environment = os.environ | {"BALCAO_STATEMENTS": str(file), "PYTHONPATH": f"{tree}{os.pathsep}{HERE}"}
    subprocess.run([*command, "-n", "2", "tests/store"], cwd=tree, env=environment, check=False)
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", nargs="?", help="default: this tree, as it is")
    commit = parser.parse_args().commit
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tree = unpacked(commit, folder) if commit else ROOT
        rows = recorded(tree, folder / "statements")
        version = version_of(tree)
    _versions, statements = read()
    write(merged(statements, version, rows))
    print(f"{version}: {len(rows)} statements")  # noqa: T201 - the person at the terminal is the reader


if __name__ == "__main__":
    main()
