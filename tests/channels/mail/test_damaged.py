"""Bytes that are not wholly what their charset says: the damage costs itself alone."""

import pytest

from channels.mail.damaged import by_its_zeros, in_spite_of_damage, with_whole_pairs
from channels.mail.words import text_of
from tests.patience import costs_below

CHINESE = "中文邮件的内容很长" * 20


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        ("não\n".encode() + "às três".encode("latin-1"), "utf-8", "não\nàs três"),
        ("não às trê".encode()[:-1], None, "não às tr"),
        ("Olá José".encode("latin-1"), None, "Olá José"),
        (b"Obrigado, Jos\xe9", None, "Obrigado, José"),
        (CHINESE.encode("gbk")[:-1], "gbk", CHINESE[:-1] + "�"),
        (CHINESE.encode("gbk") + b"\xff\xff", "gbk", CHINESE + "��"),
        ("Добрый день".encode("cp1251") + b"\x98", "windows-1251", "Добрый день�"),
        (b"oi \xed\xa0\xbd\xed\xb8\x80 \xff", "utf-8", "oi 😀 ÿ"),
    ],
)
def test_what_is_not_damaged_is_read(data, charset, expected):
    assert text_of(data, charset) == expected


def test_text_that_is_cut_at_our_bound_stays_utf8():
    assert text_of(("ç" * 1_000_001).encode()[:2_000_001], "utf-8") == "ç" * 1_000_000


@pytest.mark.parametrize(
    ("text", "told", "codec"),
    [("Bom dia", False, "utf-16-le"), ("Bom dia", False, "utf-16-be"), ("Добрый день", True, "utf-16-be")],
)
def test_the_zeros_tell_which_end_comes_first(text, told, codec):
    assert by_its_zeros(text.encode(codec), told=told) == codec


def test_few_zeros_are_no_utf16_unless_it_is_said_to_be():
    assert by_its_zeros(b"um\x00dois", told=False) is None
    assert by_its_zeros("Bom dia".encode("utf-32-le"), told=True) is None


def test_half_a_letter_does_not_shift_what_follows():
    assert with_whole_pairs(b"oi \x1b$B$3$s$\x1b(B fim").decode("iso2022_jp") == "oi こん fim"


@pytest.mark.parametrize("codec", [None, "gb18030", "cp1253", "utf-8"])
@pytest.mark.parametrize("data", [b"\xff" * 2_000_000, b"\xe7aaaaaa" * 280_000, b"\xed\xa0\xbd" * 600_000])
def test_damage_all_through_is_read_in_bounded_time(codec, data):
    with costs_below(1.5):
        assert in_spite_of_damage(data, codec)
