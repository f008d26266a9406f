"""`balcao contacts export|erase`: asked first, told what it is, exit codes, machines' output."""

import re
import sqlite3
import zipfile
from contextlib import closing

import pytest


def test_export_writes_what_there_is(own_desk, tmp_path):
    target = tmp_path / "ana.zip"
    document = own_desk.json("contacts", "export", "ana@cliente.example", "-o", str(target))

    assert (document["tickets"], document["messages"]) == (2, 2)
    assert "dados.json" in zipfile.ZipFile(target).namelist()
    again = own_desk.run("contacts", "export", "1", "-o", str(target))
    assert again.exit_code == 2
    assert "já existe" in again.output


def test_nothing_is_erased_without_being_asked_for(own_desk):
    refused = own_desk.run("contacts", "erase", "1")
    assert refused.exit_code == 2
    assert "--yes" in refused.output
    found = own_desk.json("contacts", "erase", "1", "--dry-run")
    assert found["tickets"] == [1, 2]
    assert own_desk.json("contacts", "show", "1")["name"] == "Ana"


def test_erase_and_then_there_is_nobody(own_desk):
    document = own_desk.json("contacts", "erase", "ana@cliente.example", "--yes")

    (done,) = document["erasures"]
    assert done["removed"]["messages"] == 2
    assert done["finished_at"]
    assert own_desk.run("contacts", "show", "ana@cliente.example").exit_code == 1
    shown = own_desk.run("tickets", "show", "1")
    assert shown.exit_code == 0
    assert "ana@" not in shown.output
    assert re.search(r"apagado .* apagamento 1", shown.output)
    assert own_desk.run("contacts", "erase", "ana@cliente.example", "--yes").exit_code == 1
    assert "Nenhum" in own_desk.run("contacts", "erase", "--resume").output
    assert own_desk.run("tickets", "list").exit_code == 0


def test_what_was_erased_is_a_list_of_counts_right_for_one_too(own_desk):
    said = own_desk.run("contacts", "erase", "1", "--yes").output
    assert said == "Apagamento 1: mensagens: 2 · cartas a esta pessoa: 2 · tickets: 2 · entradas do diário: 2\n"


def test_who_or_resume_is_to_be_said(own_desk):
    assert own_desk.run("contacts", "erase").exit_code == 2
    assert own_desk.run("contacts", "erase", "1", "--resume").exit_code == 2
    assert own_desk.run("contacts", "erase", "nobody@x.example", "--yes").exit_code == 1
    assert own_desk.run("contacts", "erase", "999", "--yes").exit_code == 1


@pytest.mark.parametrize("command", [["erase", "--yes"], ["export", "-o", "/dev/null/x"]])
def test_an_address_of_several_contacts_is_no_half_person(own_desk, command):
    """An id of a chat may be written as somebody's mail address. Which of the two is meant is for a person to say."""
    with closing(sqlite3.connect(own_desk.folder / "var" / "balcao.db")) as database, database:
        database.execute("INSERT INTO contacts (id, name, created_at) VALUES (7, 'Ana', 0)")
        database.execute("INSERT INTO contact_addresses VALUES ('site', 'ana@cliente.example', 7, NULL)")
    refused = own_desk.run("contacts", command[0], "ana@cliente.example", *command[1:])

    assert refused.exit_code == 1
    assert "vários contatos" in refused.output
    assert own_desk.json("contacts", "show", "1")["name"] == "Ana"
