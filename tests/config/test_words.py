"""Everything a person may be told about a settings file reaches the translators."""

import ast
from pathlib import Path

import pytest

from config import syntax

ROOT = Path(__file__).parents[2]
SOURCES = [*sorted((ROOT / "config").glob("*.py")), ROOT / "domain" / "units.py"]
MARKERS = {"N_", "BadValue", "Mistake"}  # what Babel is told to look for
SYMPTOMS = {remedy.symptom for remedy in syntax._REMEDIES}  # PyYAML's words, looked for and never shown
COMPOSED = '"%(key)s": %(problem)s'  # only puts a name before words that are translated, or nobody's


def words_of(tree: ast.AST) -> set[str]:
    """Sentences in the code: texts of four words and more that are not docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings)
    return {node.value for node in constants if isinstance(node.value, str) and len(node.value.split()) >= 4}


def marked_in(tree: ast.AST) -> set[str]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in MARKERS
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_sentence_is_marked_for_translation(source):
    tree = ast.parse(source.read_text(encoding="utf-8"))

    assert words_of(tree) - marked_in(tree) - SYMPTOMS - {COMPOSED} == set()
