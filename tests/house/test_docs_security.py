"""docs/security.md has a row for each of the 54 attacks and names tests that exist and say which attack they try."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)


def test_every_attack_has_one_row_in_order():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 55))


def test_every_file_that_is_named_exists():
    named = re.findall(r"`((?:security|e2e|store|channels|ingest)/[\w/]+(?:\.py)?/?)`", PAGE)
    assert len(named) >= 54
    assert [name for name in named if not (TESTS / name).exists()] == []


def test_a_test_stands_in_the_row_of_its_number():
    cells = {int(number): cell for number, *_, cell in ROWS}
    files = sorted((TESTS / "security").glob("test_[0-9]*.py"))
    assert len(files) >= 57
    astray = [file.name for file in files if file.name not in cells[int(file.name.split("_")[1])]]
    assert astray == []
