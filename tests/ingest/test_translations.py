"""Every message exists in pt-BR, and the catalogue holds nothing that nobody says any more."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from ingest import translations
from ingest.translations import CATALOGUES, VARIABLES, _, language, ngettext, use
from triage.keywords import (
    ADJUSTED,
    CALENDAR_KEYS,
    CASE_KEYS,
    COMPARISONS,
    CONTACT_KEYS,
    EXPECT_KEYS,
    FIELDS,
    FILE_KEYS,
    GIVEN_KEYS,
    HOLIDAY_KEYS,
    HOURS_KEYS,
    QUESTION_KEYS,
    RULE_KEYS,
    SOLUTION_KEYS,
)
from triage.vocabulary import CONDITIONS

ROOT = Path(__file__).parents[2]
KEYWORDS = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "NN_": (1, 2),
    "Mistake": (2,),  # config, triage and channels write English; the command line translates
    "BadValue": (1,),
    "note": (2,),
}
PACKAGES = ("ingest", "config", "triage", "channels", "domain", "store")
FIELD = re.compile(r"%\(\w+\)[sdr]")


def said() -> set[str | tuple[str, ...]]:
    """Every message id that the sources hand to a function that translates or will be translated."""
    found: set[str | tuple[str, ...]] = set()
    for package in PACKAGES:
        extracted = extract_from_dir(ROOT / package, [("**.py", "python")], keywords=KEYWORDS)
        found.update(message for _file, _line, message, _comments, _context in extracted)
    return found | meanings()


def literals() -> set[str]:
    """Every text in the packages that write messages for others to translate, in tables and variables too."""
    sources = (path for package in PACKAGES[1:] for path in (ROOT / package).rglob("*.py"))
    nodes = (node for source in sources for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def meanings() -> set[str]:
    """The sentences of the rule language, which `rules schema` shows."""
    tables = (
        *(COMPARISONS, FIELDS, ADJUSTED, RULE_KEYS, FILE_KEYS, GIVEN_KEYS, EXPECT_KEYS, CASE_KEYS),
        *(CALENDAR_KEYS, HOLIDAY_KEYS, HOURS_KEYS, CONTACT_KEYS, QUESTION_KEYS, SOLUTION_KEYS),
    )
    return {term.meaning for term in CONDITIONS.values()} | {text for table in tables for text in table.values()}


def catalogue():
    with (CATALOGUES / "pt_BR" / "LC_MESSAGES" / "balcao.po").open(encoding="utf-8") as file:
        return [message for message in read_po(file, locale="pt_BR") if message.id]


@pytest.fixture(autouse=True)
def _no_locale(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    use(None)
    yield
    use(None)


def test_every_message_is_translated():
    known = {message.id for message in catalogue()}

    assert sorted(map(str, said() - known)) == []


def test_the_catalogue_holds_nothing_that_nobody_says():
    written = said() | literals()

    assert sorted(map(str, {message.id for message in catalogue()} - written)) == []


def test_no_translation_is_empty_or_fuzzy():
    lacking = [
        message.id
        for message in catalogue()
        if message.fuzzy or not all([message.string] if isinstance(message.string, str) else message.string)
    ]

    assert lacking == []


def test_translations_fill_in_the_same_fields():
    """`%(number)s` left out or misspelled would lose the number, or raise when it is shown."""
    for message in catalogue():
        ids = [message.id] if isinstance(message.id, str) else message.id
        words = [message.string] if isinstance(message.string, str) else message.string
        for text in words:
            assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(ids[-1])), message.id


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "pt_BR"),
        ({"LANG": "C.UTF-8"}, "pt_BR"),
        ({"LANG": "de_DE.UTF-8"}, "pt_BR"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "pt_BR.UTF-8"}, "pt_BR"),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": "en_GB"}, "en"),
        ({"LANG": "en_US.UTF-8", "BALCAO_LANG": "pt-BR"}, "pt_BR"),
        ({"LANG": "en_US.UTF-8", "BALCAO_LANG": ""}, "en"),
        ({"BALCAO_LANG": "klingon", "LANG": "en_US"}, "en"),
    ],
)
def test_the_environment_names_the_language(monkeypatch, environment, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert language() == expected


def test_an_asked_language_wins(monkeypatch):
    monkeypatch.setenv("BALCAO_LANG", "pt-BR")
    use("en-US")

    assert _("Usage:") == "Usage:"


def test_a_message_without_translation_is_shown_as_it_is():
    assert _("nobody translated this") == "nobody translated this"


@pytest.mark.parametrize(
    ("lang", "count", "expected"),
    [
        ("pt-BR", 0, "%(count)d ticket"),
        ("pt-BR", 1, "%(count)d ticket"),
        ("pt-BR", 2, "%(count)d tickets"),
        ("en", 0, "%(count)d tickets"),
        ("en", 1, "%(count)d ticket"),
    ],
)
def test_counted_messages_agree_with_their_number(lang, count, expected):
    use(lang)

    assert ngettext("%(count)d ticket", "%(count)d tickets", count) == expected


def test_the_catalogue_is_read_once():
    translations._catalogue.cache_clear()
    _("Usage:")
    _("Options")

    assert translations._catalogue.cache_info().misses == 1
