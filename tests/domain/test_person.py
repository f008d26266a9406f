"""A person's addresses are found however they are written, and nobody else's."""

import pytest

from domain.person import ERASED, Address, Person

ANA = Person(
    contacts=(1,),
    addresses=frozenset({
        Address("mail", "ana@exemplo.com.br"),
        Address("phone", "+5511912345678"),
        Address("telegram", "7712345"),
        Address("site", "u-7"),
    }),
    names=frozenset({"Ana Souza", "Ana"}),
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "ana@exemplo.com.br",
        "<Ana@Exemplo.com.br>",
        "ana+loja@exemplo.com.br",
        "mailto:ana@exemplo.com.br.",
        "+5511912345678",
        "+55 (11) 91234-5678",
        "(11) 91234-5678",
        "011 91234 5678",
        "11912345678",
        "ANA  SOUZA",
        "Ana\nSouza",
        "chat 7712345",
    ],
)
def test_however_it_is_written(text):
    assert ANA.traces.found_in(text)
    assert "exemplo" not in ANA.traces.without(text)
    assert ERASED in ANA.traces.without(f"antes {text} depois")


@pytest.mark.parametrize(
    "text",
    [
        "joana@exemplo.com.br",
        "ana@exemplo.com.br.net",
        "ana@exemplo.com",
        "x-ana@exemplo.com.br",
        "9999911912345678",
        "119123456789",
        "Ana disse que Souza vem",
        "Mariana Souza",
        "u-7",
        "77123456",
        "",
        None,
    ],
)
def test_nobody_elses(text):
    assert not ANA.traces.found_in(text)
    assert ANA.traces.without(text) == text


def test_an_address_counts_in_its_realm_and_a_plus_tag_is_the_same_mailbox():
    assert ANA.owns("mail", "Ana+x@exemplo.com.br")
    assert ANA.owns("telegram", "7712345")
    assert not ANA.owns("site", "7712345")
    assert ANA.owns_anywhere("7712345")
    assert not ANA.owns("mail", "")


def test_nobody_is_found_nowhere():
    assert not Person(contacts=(), addresses=frozenset()).traces.found_in("ana@exemplo.com.br")
