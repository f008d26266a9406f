"""A few header fields are kept for rules, as one clean line each."""

from pathlib import Path

from channels.mail.kept import KEPT, MAX_LENGTH, kept_headers
from channels.mail.mime import read_mail

PAGE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")


def kept(*lines: str) -> dict[str, str]:
    return dict(kept_headers(read_mail("\r\n".join(["From: a@b.example", *lines, "", "oi"]).encode())))


def test_what_is_kept_is_decoded_cleaned_and_cut():
    assert kept("X-Priority: 1 (Highest)", "Organization: =?utf-8?q?A=C3=A7=C3=A3o=0D=0AX:_y?=") == {
        "x-priority": "1 (Highest)",
        "organization": "Ação X: y",
    }
    assert len(kept(f"X-Mailer: {'x' * 5_000}")["x-mailer"]) == MAX_LENGTH


def test_other_fields_and_empty_ones_are_not_kept():
    assert kept("Subject: oi", "X-Secret: y", "List-Id: ", "Importance:   ") == {}


def test_of_a_field_given_twice_the_first_counts():
    assert kept("Importance: high", "Importance: low") == {"importance": "high"}


def test_the_guide_names_them_all():
    assert all(f"`{name}`" in PAGE for name in KEPT)
