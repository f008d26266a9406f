"""docs/commands.md: every command is told, and every example is run and answers what stands there.

```text NAME         a file that the examples after it use
```console           $ command, then its output (standard output, then standard error); … matches anything
"""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from tests.ingest.desk import balcao, file_tickets, fill_journal, install
from tests.ingest.test_cli import every_command
from tests.samples import mail

DOCS = Path(__file__).parents[2] / "docs" / "commands.md"
BLOCK = re.compile(r"```(text|console)(?: (\S+))?\n(.*?)```", re.DOTALL)
ENVIRONMENT = {"COLUMNS": "110", "SUDO_USER": "maria"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An installation with one ticket and three journal entries, as the working directory."""
    install(tmp_path)
    (tmp_path / "var" / "secrets").mkdir(parents=True)
    (tmp_path / "var" / "secrets" / "token.key").write_text("a key for tests only, long enough", encoding="utf-8")
    asyncio.run(file_tickets(f"sqlite:///{tmp_path / 'var' / 'balcao.db'}", mail()))
    asyncio.run(fill_journal(f"sqlite:///{tmp_path / 'var' / 'journal.db'}", "boletos", "there is no message in it"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(command: str) -> str:
    program, *words = shlex.split(command)
    assert program == "balcao"
    result = balcao(*words, lang="en", env=ENVIRONMENT)
    return "".join(
        f"{line}\n" for line in (result.stdout + result.stderr).rstrip().splitlines() for line in [line.rstrip()]
    )


def dialogues(console: str) -> list[tuple[str, str]]:
    """(command, output) of a console block."""
    return [tuple(part.split("\n", 1)) for part in re.split(r"^\$ ", console, flags=re.MULTILINE) if part]


def as_pattern(expected: str) -> str:
    return ".*?".join(map(re.escape, expected.strip().split("…")))


def test_every_example_answers_what_the_documentation_says(folder):
    differences = []
    for kind, name, content in BLOCK.findall(DOCS.read_text(encoding="utf-8")):
        if kind == "text":
            (folder / name).write_text(content, encoding="utf-8")
            continue
        for command, expected in dialogues(content):
            got = answer(command)
            if not re.fullmatch(as_pattern(expected), got.strip(), re.DOTALL):
                differences.append(f"$ {command}\n{got}")

    assert "\n".join(differences) == ""


def test_every_command_is_told():
    text = DOCS.read_text(encoding="utf-8")

    missing = [" ".join(words) for words, _found in every_command() if words[-1] not in text or words[0] not in text]
    assert missing == []


def test_every_option_is_told_or_is_common_to_all():
    """Filters that say what they are by their name stand in `--help`; the others need a sentence."""
    by_name = {"--department", "--priority", "--state", "--limit", "--fate", "--help"}
    text = DOCS.read_text(encoding="utf-8")
    options = {param.opts[-1] for _words, found in every_command() for param in found.params if param.opts[0][0] == "-"}

    assert sorted(option for option in options - by_name - {"--config", "--output"} if option not in text) == []
