"""A file as people are shown it."""

import pytest

from ingest.presentation.files import file_words

FILE = {"name": "nota.pdf", "original_name": "nota.pdf", "content_type": "application/pdf", "sniffed_type": None,
        "size": 7, "sha256": "0" * 64, "inline": False}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    monkeypatch.setenv("BALCAO_LANG", "en")


@pytest.mark.parametrize(
    ("differs", "shown"),
    [
        ({}, "nota.pdf (application/pdf, 7 B)"),
        ({"sniffed_type": "application/pdf"}, "nota.pdf (application/pdf, 7 B)"),
        ({"sniffed_type": "text/html"}, "nota.pdf (application/pdf, by its content text/html, 7 B)"),
        ({"inline": True}, "nota.pdf (application/pdf, shown in the text, 7 B)"),
        ({"original_name": None}, "nota.pdf (application/pdf, 7 B)"),
        ({"original_name": "../São.pdf"}, "nota.pdf (application/pdf, sent as ../São.pdf, 7 B)"),
        (
            {"original_name": "fdp.\u202eatn\x1b[2J\n.exe"},
            "nota.pdf (application/pdf, sent as fdp.\\u202eatn\\u001b[2J\\u000a.exe, 7 B)",
        ),
    ],
)
def test_what_a_file_is_and_was_called_is_said_where_it_differs(differs, shown):
    assert file_words({**FILE, **differs}) == shown


def test_a_name_of_any_length_is_cut():
    assert len(file_words({**FILE, "original_name": "n" * 5_000})) < 300
