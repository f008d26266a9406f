"""The measurable part of the house style (style.md §0): small functions, small files, no surprises in the tree."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
SOURCES = sorted(path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FUNCTION, LONGEST_FILE, NINE_OF_TEN_FUNCTIONS = 50, 300, 30
TASK_HELPER = "ingest/supervise.py"
HOMES = re.compile(rb"(?<![\w.])/(?:home|root|Users|work)/[\w.-]+|[A-Z]:\\Users\\")
CAPTURED = ("payloads/", "expected/", "corpus/")  # other people's words, kept as they came
REGISTRY = re.compile(r"https?://\S+|^--(?:index-url|extra-index-url|find-links|trusted-host).*", re.MULTILINE)
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked_files() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout: nothing says which files are ours")
    return [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def functions(source: str) -> Iterator[Function]:
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("source", SOURCES)
def test_functions_fit_in_a_glance(source):
    assert [node.name for node in functions(source) if length(node) > LONGEST_FUNCTION] == []


def test_nine_of_ten_functions_are_short():
    lengths = sorted(length(node) for source in SOURCES for node in functions(source))

    assert lengths[len(lengths) * 9 // 10] <= NINE_OF_TEN_FUNCTIONS


@pytest.mark.parametrize("source", SOURCES)
def test_files_hold_one_idea(source):
    assert len((ROOT / source).read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("source", [source for source in SOURCES if source != TASK_HELPER])
def test_tasks_are_made_by_the_named_helper_only(source):
    """A task that nobody references can be garbage-collected in the middle of its work."""
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    bare = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"create_task", "ensure_future"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"asyncio", "loop"}
    ]

    assert bare == []


def test_no_file_names_a_home_directory():
    """What works only on one machine does not belong in the tree."""
    ours = [name for name in tracked_files() if not any(folder in name for folder in CAPTURED)]
    found = {name: sorted(set(HOMES.findall((ROOT / name).read_bytes()))) for name in ours}

    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_name_no_registry(lock):
    """Any mirror may serve the packages; the hashes say what they must be."""
    text = (ROOT / lock).read_text()

    assert "--hash=sha256:" in text
    assert REGISTRY.findall(text) == []


def test_there_are_lock_files():
    assert LOCKS == ["requirements-dev.txt", "requirements.txt"]
