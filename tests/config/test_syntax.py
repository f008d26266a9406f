"""Broken syntax: the place where a person has to look, and what to do there."""

import pytest
import yaml

from config.syntax import syntax_mistake

QUOTE = "the quote opened here is never closed"
COLON = 'a ":" is not expected here; put text that holds ": " in quotes, or check the indentation'
INDENTATION = "the indentation here does not fit the lines above; items of one block start in the same column"
TAB = "a tab cannot be used here; indent with spaces"
NOT_BARE = "text cannot begin with this character unless it is in quotes"
BACKSLASH = 'in double quotes a backslash is written "\\\\"; in single quotes it stands for itself'
BLOCK_TEXT = 'after "|" or ">" the text starts on the next line, indented'
LIST = 'the list opened here needs a "," between its items and a "]" at its end'
BRACES = 'the mapping opened here needs a "," between its entries and a "}" at its end'
COMPLETE = "nothing may follow here: the document is already complete"


def mistake_in(text: str, loader: type) -> str:
    with pytest.raises(yaml.YAMLError) as refused:
        list(yaml.parse(text, Loader=loader))
    return str(syntax_mistake(refused.value, text, "f"))


@pytest.mark.parametrize("loader", [yaml.CLoader, yaml.SafeLoader])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a: "x\nb: 1', f"f:1:4: {QUOTE}"),
        ("a: 'x\nb: 1", f"f:1:4: {QUOTE}"),
        ("a: b: c", f"f:1:5: {COLON}"),
        ("a: 1\n b: 2", f"f:2:3: {COLON}"),
        ("a:\n\tb: 1", f"f:2:1: {TAB}"),
        ("\ta: 1", f"f:1:1: {TAB}"),
        ("a: >\n\tb", f"f:2:1: {TAB}"),
        ("a:\n  - b\n c: 1", f"f:3:2: {INDENTATION}"),
        ("- a\nb: 1", f"f:2:1: {INDENTATION}"),
        ("a: [1, 2\nb: 3", f"f:1:4: {LIST}"),
        ("a: {b: 1", f"f:1:4: {BRACES}"),
        ("a: - b", 'f:1:4: a "- " is not expected here; start the list on a line of its own'),
        ("a: 1\nb 2", 'f:2:1: this line has no ":"; write "key: value"'),
        ("a: @x", f"f:1:4: {NOT_BARE}"),
        ("a: %x", f"f:1:4: {NOT_BARE}"),
        ('a: "\\xzz"', f"f:1:7: {BACKSLASH}"),
        ("a: |x\n y", f"f:1:5: {BLOCK_TEXT}"),
        ("a: *", 'f:1:5: text that begins with "&", "*", "!" or "%" must be in quotes'),
        ("}", "f:1:1: a value is expected here; if this is text, put it in quotes"),
        ("{a: 1}x", f"f:1:7: {COMPLETE}"),
        ("%YAML 3.0\n---\na: 1", "f:1:1: only YAML 1 is understood; remove this line"),
    ],
)
def test_broken_syntax_is_told_in_plain_words(text, expected, loader):
    assert mistake_in(text, loader) == expected


def test_a_problem_nobody_foresaw_is_told_in_the_parsers_words():
    error = yaml.YAMLError("something new")

    assert str(syntax_mistake(error, "", "f")) == "f:1:1: this is not YAML: something new"
