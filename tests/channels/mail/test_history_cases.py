"""The corpus: what each mail program makes of an answer, and what of it is new."""

import pytest

from channels.mail.history import new_text
from tests.channels.mail.history_cases import cases
from tests.channels.mail.reading import read

CASES = cases()


def words(text):
    """Lines as they read, however white space came about."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_new_text_of_a_mail(case):
    interaction = read(case.mail())
    expected = interaction.text_full if case.new is None else case.new

    assert words(interaction.text) == words(expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_new_text_is_made_of_lines_of_the_whole_text(case):
    interaction = read(case.mail())
    whole = iter(words(interaction.text_full))

    assert interaction.text.strip()
    assert all(line in whole for line in words(interaction.text))


def test_the_plain_part_alone_is_cut_as_well():
    """The structure of the HTML makes it surer; no client in here depends on it."""
    unlike = [
        case.name
        for case in CASES
        if {"text", "html"} <= case.parts.keys()
        and words(new_text(case.parts["text"], case.subject, refers=case.headers.get("Refers") == "yes"))
        != words(case.parts["text"] if case.new is None else case.new)
    ]

    assert [name for name in unlike if not name.startswith("gmail-signature.")] == []


def test_each_client_is_there_in_each_language():
    clients = {tuple(case.name.split(".")[:2]) for case in CASES}
    languages = {"pt-BR", "pt-PT", "en", "es"}

    assert len(CASES) >= 120
    assert {client for client, language in clients if language == "pt-BR"} >= {"gmail-web", "outlook-desktop", "zimbra"}
    for client in {client for client, language in clients if language in languages} - {"uol", "bol"}:
        assert {language for other, language in clients if other == client} >= languages
