"""Which domains speak for which: RFC 7489 §3.1, relaxed."""

import pytest

from channels.mail.alignment import aligned, ascii_domain


@pytest.mark.parametrize(
    ("vouched", "author", "same"),
    [
        ("cliente.com.br", "cliente.com.br", True),
        ("Cliente.COM.br.", "cliente.com.br", True),
        ("mail.cliente.com.br", "cliente.com.br", True),
        ("cliente.com.br", "mail.cliente.com.br", True),
        ("news.cliente.com.br", "mail.cliente.com.br", True),
        ("evil.com.br", "cliente.com.br", False),
        ("com.br", "cliente.com.br", False),
        ("evil.github.io", "vitima.github.io", False),
        ("xcliente.com.br", "cliente.com.br", False),
        ("cliente.com.br.evil.example", "cliente.com.br", False),
        ("xn--acar-ios-ria-7hb.example", "xn--acar-ios-ria-7hb.example", True),
        ("padaria.example", "padaria.example", True),
        ("", "", False),
        ("", "cliente.com.br", False),
        (".." * 40, "cliente.com.br", False),
    ],
)
def test_domains_belong_together_when_one_owner_registered_them(vouched, author, same):
    assert aligned(vouched, author) is same


def test_an_international_domain_is_compared_in_ascii():
    assert ascii_domain("AÇÚCAR.example") == "açúcar.example".encode("idna").decode()
    assert aligned("açúcar.example", "açúcar.example".encode("idna").decode())
