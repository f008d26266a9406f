"""CONTRIBUTING.md names things that exist, and CHANGELOG.md the commands there are."""

import re
import subprocess
from pathlib import Path

from ingest.commands import COMMANDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_that_is_named_exists():
    named = {word for word in re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.\w{2,4})`", PAGE) if "NAME" not in word}
    of_a_channel = {path.name for path in (ROOT / "channels").glob("*/*.py")}
    local = of_a_channel | {"balcao.yaml", "rules.yaml"}

    assert [word for word in sorted(named) if not (ROOT / word).exists() and word not in local] == []


def test_every_folder_of_the_house_is_told():
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = re.search(r"root_packages = \[(.+)\]", contracts)[1].replace('"', "").split(", ")

    assert [package for package in packages if f"| `{package}/" not in PAGE] == []


def test_every_make_target_that_is_named_exists():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^  make (\S+)", shown, re.MULTILINE))
    pages = [ROOT / name for name in ("README.md", "README.pt-BR.md", "CONTRIBUTING.md", "CHANGELOG.md")]

    assert {one for page in pages for one in re.findall(r"`make (\w+)", page.read_text(encoding="utf-8"))} <= targets


def test_the_changelog_names_every_command():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS if not re.search(rf"`{name}\b", text)] == []
