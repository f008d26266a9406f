"""PGP within a text."""

import pytest

from channels.mail.pgp import holds_sealed, without_signature_wrapping
from tests.patience import costs_below

BEGIN, END = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n",
    "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BEGIN}um\n{END}", "um\n"),
        (f"antes\n{BEGIN}um\n{END}depois", "antes\num\ndepois"),
        (f"{BEGIN}- -- \nAna\n{END}", "-- \nAna\n"),
        (f"{BEGIN}sem fim", "sem fim"),
        ("fala de -----BEGIN PGP SIGNED MESSAGE----- no meio", "fala de -----BEGIN PGP SIGNED MESSAGE----- no meio"),
        ("nada", "nada"),
    ],
)
def test_a_signature_in_clear_is_unwrapped(text, expected):
    assert without_signature_wrapping(text) == expected


def test_what_is_sealed_begins_a_line():
    assert holds_sealed("oi\n-----BEGIN PGP MESSAGE-----\n")
    assert not holds_sealed("> -----BEGIN PGP MESSAGE-----\n")


def test_very_many_beginnings_are_read_in_bounded_time():
    with costs_below(1):
        without_signature_wrapping(BEGIN * 40_000)
        without_signature_wrapping((BEGIN + "X: y\n" * 100) * 3_000)
