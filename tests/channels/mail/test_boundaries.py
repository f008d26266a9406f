"""The lines that divide a multipart, declared or guessed."""

import pytest

from channels.mail.boundaries import Guesses, between
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        (b"--x\na\n--x\nb\n--x--\n", [b"a", b"b"]),
        (b"preamble\n--x\na\n--x--\nepilogue", [b"a"]),
        (b"--x\na", [b"a"]),
        (b"--x  \na\n--x--\t\n", [b"a"]),
        (b"--x\n\n--x\n--x--", [b"", b""]),
        (b"--xy\na\n--x-\nb", []),
        (b"a --x\nb", []),
        (b"--x--\na\n--x\nb\n--x--", [b"b"]),
        (b"", []),
    ],
)
def test_what_stands_between_the_lines(source, parts):
    assert [source[start:end] for start, end in between(source, 0, len(source), b"--x")] == parts


def test_only_the_given_stretch_is_divided():
    source = b"--x\nfora\n--x\ndentro\n--x--\n"
    assert list(between(source, 9, len(source), b"--x")) == [(13, 19)]


@pytest.mark.parametrize(
    ("source", "guess"),
    [
        (b"text\n--abc\nContent-Type: text/plain\n\na", b"abc"),
        (b"--abc \t\ncontent-id: x\n", b"abc"),
        (b"--abc\nno field\n--def\nContent-Type: x\n", b"def"),
        (b"-----\nContent-Type: x\n", None),
        (b"text --abc\nContent-Type: x\n", None),
        (b"--" + b"a" * 300 + b"\nContent-Type: x\n", None),
        (b"", None),
    ],
)
def test_a_line_that_looks_like_a_boundary(source, guess):
    assert Guesses(source).first(0, len(source)) == guess


def test_a_guess_is_for_the_stretch_asked_about():
    source = b"--a\nContent-Type: x\n\n" + b"y" * 50 + b"\n--b\nContent-Type: x\n"
    guesses = Guesses(source)
    assert [guesses.first(0, 10), guesses.first(1, len(source)), guesses.first(1, 40)] == [b"a", b"b", None]


def test_far_behind_nothing_is_guessed():
    assert Guesses(b"x\n" * 600_000 + b"--a\nContent-Type: x\n").first(0, 2_000_000) is None


@pytest.mark.parametrize("source", [b"--\n" * 2_000_000, b"--a\nContent-X:\n" * 300_000, b"--" + b" a" * 3_000_000])
def test_however_often_it_is_asked_a_source_is_searched_once(source):
    guesses = Guesses(source)
    with costs_below(1):
        for start in range(0, 100_000, 10):
            guesses.first(start, len(source))
