"""What is said where a mail says nothing that can be read."""

import pytest

from channels.mail.mime import read_part
from channels.mail.stand_ins import is_readable, note_on, sealed_note


@pytest.mark.parametrize(
    ("headers", "note"),
    [
        (b"Content-Type: message/partial; number=2; total=5; id=x", "Parte 2 de 5"),
        (b"Content-Type: message/partial", "Parte ? de ?"),
        (b"Content-Type: message/partial; number=" + b"9" * 500, "Parte 999999999 de ?"),
        (b'Content-Type: message/external-body; access-type=URL; url="https://x.example/a"', "https://x.example/a"),
        (b"Content-Type: message/external-body; access-type=ftp; site=x.example; name=a", "ftp x.example a"),
        (b"Content-Type: message/external-body", "buscado: ?"),
        (b"Content-Type: message/external-body; url=" + b"x" * 5_000, "x" * 500 + "]"),
    ],
)
def test_a_note_on_what_is_elsewhere(headers, note):
    text = note_on(read_part(headers + b"\n\n"))
    assert note in text
    assert len(text) < 700


@pytest.mark.parametrize(("how", "called"), [("smime", "S/MIME"), ("pgp", "PGP")])
def test_a_note_on_what_is_sealed(how, called):
    assert called in sealed_note(how)


@pytest.mark.parametrize(
    ("data", "readable"),
    [
        (b"Bom dia, segue", True),
        ("Olá, você".encode("cp1252"), True),
        (b"semespaco", False),
        (b"\0 binario", False),
        (b"PK\3\4 a b", False),
        (b" \n ", False),
        (b"", False),
    ],
)
def test_what_may_be_read_as_text(data, readable):
    assert is_readable(data) is readable
