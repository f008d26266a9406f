"""The step-by-step part of docs/rules.md: every file it writes and every command it runs answers what stands there."""

import re
import shlex
from pathlib import Path

from tests.house.test_docs_commands import BLOCK, ENVIRONMENT, as_pattern, dialogues, folder
from tests.ingest.desk import balcao

__all__ = ["folder"]  # the fixture: an installation with one ticket

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
STEPS = BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def answer(command: str) -> str:
    program, *words = shlex.split(command)
    assert program == "balcao"
    result = balcao(*words, lang="pt-BR", env=ENVIRONMENT)
    return "\n".join(line.rstrip() for line in (result.stdout + result.stderr).rstrip().splitlines())


def test_every_step_answers_what_the_tutorial_says(folder):
    differences = []
    for kind, name, content in STEPS:
        if kind == "text" and name:
            (folder / name).write_text(content, encoding="utf-8")
        elif kind == "console":
            for command, expected in dialogues(content):
                got = answer(command)
                if not re.fullmatch(as_pattern(expected), got.strip(), re.DOTALL):
                    differences.append(f"$ {command}\n{got}")

    assert differences == []


def test_the_tutorial_goes_from_a_check_to_a_backtest():
    commands = " ".join(content for kind, _, content in STEPS if kind == "console")

    assert all(
        f"balcao rules {step} " in commands for step in ["check", "test", "explain", "why-not", "lint", "backtest"]
    )
