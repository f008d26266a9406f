"""`balcao contacts`: who writes, and a person's word on which addresses are one person's."""

import asyncio

import pytest

from domain.interaction import Party
from tests.ingest.desk import HOSTILE, controls_in, file_tickets, install
from tests.samples import call, chat, mail


@pytest.fixture
def desk(tmp_path):
    """Ana by mail (1), by telephone (2), and a visitor of the site with a hostile name (3)."""
    installation = install(tmp_path)
    (tmp_path / "var").mkdir()
    visitor = chat(sender=Party(address="v-1", name=HOSTILE))
    asyncio.run(
        file_tickets(f"sqlite:///{tmp_path / 'var' / 'balcao.db'}", mail(), call(return_path="+5511912345678"), visitor)
    )
    return installation


def addresses(contact):
    return [one["address"] for one in contact["addresses"]]


def test_the_list_shows_the_newest_first(desk):
    assert [contact["id"] for contact in desk.json("contacts", "list")] == [3, 2, 1]
    assert [contact["id"] for contact in desk.json("contacts", "list", "--limit", "1")] == [3]
    assert "ana@cliente.example (e-mail)" in desk.run("contacts", "list").stdout


@pytest.mark.parametrize("who", ["2", "+5511912345678", "(11) 91234-5678", "011 91234-5678"])
def test_a_contact_is_found_by_number_or_address_however_it_is_written(desk, who):
    contact = desk.json("contacts", "show", who)

    assert contact["id"] == 2
    assert contact["addresses"] == [{"realm": "phone", "address": "+5511912345678", "vouched_by": None}]
    assert [ticket["number"] for ticket in contact["tickets"]] == [2]


def test_a_merge_is_told_shown_and_undone(desk):
    told = desk.run("contacts", "merge", "ANA@cliente.example", "(11) 91234-5678", env={"SUDO_USER": "maria"})
    assert told.stdout == "O contato 2 agora faz parte do contato 1. Para desfazer: balcao contacts split 1\n"

    whole = desk.json("contacts", "show", "1")
    assert addresses(whole) == ["ana@cliente.example", "+5511912345678"]
    assert [ticket["number"] for ticket in whole["tickets"]] == [1, 2]
    assert desk.json("contacts", "show", "2")["merged_into"] == 1
    assert desk.json("tickets", "show", "2")["contact"]["addresses"] == ["+5511912345678", "ana@cliente.example"]
    assert "maria" in desk.run("contacts", "show", "1").stdout
    assert "outro contato" in desk.run("tickets", "show", "2").stdout

    told = desk.json("contacts", "split", "2")
    assert (told["kept"], told["apart"], told["tickets"]) == (1, 2, [2])
    assert addresses(desk.json("contacts", "show", "1")) == ["ana@cliente.example"]
    (merge,) = desk.json("contacts", "show", "1")["merges"]
    assert merge["who"] == "maria"
    assert merge["undone_at"]
    assert "Desfeita" in desk.run("contacts", "show", "1").stdout


def test_some_addresses_are_split_off(desk):
    desk.run("contacts", "merge", "1", "2")
    told = desk.json("contacts", "split", "1", "(11) 91234-5678")

    assert (told["apart"], told["tickets"]) == (4, [2])
    assert addresses(desk.json("contacts", "show", "4")) == ["+5511912345678"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "99"), "não existe o contato 99"),
        (("show", "ninguem@x.example"), "não existe o contato ninguem@x.example"),
        (("show", "999999999999999999999999"), "não existe o contato 999999999999999999999999"),
        (("merge", "1", "1"), "os dois já são o contato 1"),
        (("merge", "1", "99"), "não existe o contato 99"),
        (("split", "1"), "nada foi unido ao contato 1"),
        (("split", "1", "v-1"), "o contato 1 não tem o endereço v-1"),
        (("split", "1", "ana@cliente.example"), "não sobraria nada dele"),
    ],
)
def test_what_cannot_be_is_told_with_exit_code_one(desk, words, told):
    result = desk.run("contacts", *words)

    assert result.exit_code == 1
    assert told in result.stderr


@pytest.mark.parametrize("words", [("list",), ("show", "3")])
def test_no_customer_controls_the_terminal(desk, words):
    assert controls_in(desk.run("contacts", *words, color=True).stdout) == []


def test_what_is_found_wrong_inside_the_database_is_said_in_the_language_that_was_asked_for(own_desk):
    refused = own_desk.run("contacts", "show", "nobody@x.example", "--lang", "en")

    assert refused.output == "Error: there is no contact nobody@x.example\n"
