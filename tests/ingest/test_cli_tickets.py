"""`balcao tickets`: for people, for scripts, and never in the customer's control."""

import json

import pytest

from tests.ingest.desk import HOSTILE, controls_in


def test_the_list_shows_the_newest_first(desk):
    numbers = [ticket["number"] for ticket in desk.json("tickets", "list")]

    assert numbers == [2, 1]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["--limit", "1"], [2]),
        (["--department", "suporte"], [2, 1]),
        (["--department", "nenhum"], []),
        (["--priority", "Alta"], []),
        (["--priority", "Média", "--state", "new"], [2, 1]),
        (["--state", "closed"], []),
        (["--department", "' OR 1=1 --"], []),
    ],
)
def test_the_list_can_be_narrowed(desk, words, numbers):
    assert [ticket["number"] for ticket in desk.json("tickets", "list", *words)] == numbers


def test_a_department_without_any_ticket_is_told_with_those_that_have_some(desk):
    """A misspelt department looks like an empty queue."""
    assert "há em: suporte" in desk.run("tickets", "list", "--department", "suport").stderr
    assert desk.run("tickets", "list", "--department", "suporte", "--state", "closed").stderr == ""


def test_a_narrow_terminal_gets_fewer_columns(desk):
    text = desk.run("tickets", "list", env={"COLUMNS": "60"}).stdout

    assert "Contato" not in text
    assert "Erro na nota" in text


def test_people_see_a_table_in_the_time_of_the_organisation(desk):
    text = desk.run("tickets", "list").stdout

    assert "Erro na nota" in text
    assert "2 tickets" in text
    assert " suporte" in text


def test_a_ticket_is_shown_in_the_shape_of_the_contract(desk):
    ticket = desk.json("tickets", "show", "1")

    assert ticket["number"] == 1
    assert ticket["state"] == "new"
    assert ticket["contact"]["addresses"] == ["ana@cliente.example"]
    assert ticket["verdict"]["fields"]["priority"]["rule"] == "bloqueia"
    assert ticket["messages"][0]["text"] == "Não consigo emitir a nota fiscal."
    assert ticket["acknowledgements"][0]["state"] == "pending"
    assert ticket["history"][0]["what"] == "opened"


def test_people_see_why_a_ticket_is_where_it_is(desk):
    text = desk.run("tickets", "show", "1").stdout

    assert "text: não consigo" in text
    assert "bloqueia" in text
    assert "novo pedido" in text
    assert "a enviar" in text


def test_a_ticket_that_does_not_exist_is_exit_code_one(desk):
    result = desk.run("tickets", "show", "99")

    assert result.exit_code == 1
    assert result.stderr == "Erro: não existe o ticket 99\n"


@pytest.mark.parametrize("words", [("list",), ("show", "2"), ("list", "--json"), ("show", "2", "--json"), ("export",)])
def test_no_customer_controls_the_terminal(desk, words):
    """ESC, C1 controls and direction overrides in a subject are shown as nothing, or as JSON escapes."""
    text = desk.run("tickets", *words, color=True).stdout

    assert controls_in(text) == []
    assert "txt.exe" in text


def test_json_keeps_what_people_are_not_shown(desk):
    assert desk.json("tickets", "show", "2")["subject"].endswith("txt.exe")
    assert HOSTILE in desk.json("tickets", "show", "2")["messages"][0]["text"]


def test_export_writes_one_document_a_line(desk):
    lines = desk.run("tickets", "export").stdout.splitlines()

    assert [json.loads(line)["number"] for line in lines] == [1, 2]
    assert json.loads(lines[0]) == desk.json("tickets", "show", "1")
    assert desk.run("tickets", "export", "--json").stdout.splitlines() == lines


@pytest.mark.parametrize(
    ("since", "count"), [("2026-11-22", 2), ("2026-11-22T09:00", 2), ("2026-11-22T09:00:01", 0), ("2099-01-01", 0)]
)
def test_export_can_begin_later(desk, since, count):
    """NOON in UTC is nine o'clock in São Paulo."""
    assert len(desk.run("tickets", "export", "--since", since).stdout.splitlines()) == count


@pytest.mark.parametrize("since", ["ontem", "", "99999999d", "2026-13-01", "0001-01-01T00:00+23:59"])
def test_what_is_no_point_in_time_is_told(desk, since):
    result = desk.run("tickets", "export", "--since", since)

    assert result.exit_code == 2
    assert "não é um momento" in result.stderr


def test_a_move_is_told_and_kept_in_the_history(own_desk):
    result = own_desk.run(
        "tickets", "move", "1", "--department", "financeiro", "--priority", "Alta", env={"SUDO_USER": "maria"}
    )

    ticket = own_desk.json("tickets", "show", "1")
    assert result.stdout.splitlines() == [
        "Ticket 1: Departamento de suporte para financeiro",
        "Ticket 1: Prioridade de Média para Alta",
    ]
    assert (ticket["department"], ticket["priority"]) == ("financeiro", "Alta")
    moves = [(event["who"], event["what"], event["from"], event["to"]) for event in ticket["history"][-2:]]
    assert moves == [("maria", "department", "suporte", "financeiro"), ("maria", "priority", "Média", "Alta")]


def test_a_move_to_where_it_is_changes_nothing(own_desk):
    before = own_desk.json("tickets", "show", "1")

    assert "nada a mudar" in own_desk.run("tickets", "move", "1", "--department", "suporte").stdout
    assert own_desk.json("tickets", "show", "1") == before


def test_scripts_are_told_from_where_to_where(own_desk):
    moved = own_desk.json("tickets", "move", "1", "--priority", "Alta")

    assert moved["priority"] == {"from": "Média", "to": "Alta"}
    assert moved["number"] == 1


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["1", "--department", "marketing"], 2, "o arquivo de regras declara: suporte, financeiro"),
        (["1"], 2, "--department, --priority"),
        (["99", "--priority", "Alta"], 1, "não existe o ticket 99"),
        (["1", "--priority", "Urgente"], 2, "Alta, Média, Baixa"),
    ],
)
def test_a_move_to_nowhere_is_told(desk, words, code, expected):
    result = desk.run("tickets", "move", *words)

    assert result.exit_code == code
    assert expected in result.stderr


@pytest.mark.parametrize("words", [("list",), ("show", "1"), ("export",), ("move", "1", "--priority", "Alta")])
def test_a_missing_database_says_what_to_do(installation, words):
    result = installation.run("tickets", *words)

    assert result.exit_code == 2
    assert "balcao db upgrade" in result.stderr
    assert not (installation.folder / "var").exists()


@pytest.mark.parametrize("content", [b"", b"this is no database, only text that is long enough" * 50])
def test_a_file_that_is_no_database_is_told(installation, content):
    (installation.folder / "var").mkdir()
    (installation.folder / "var" / "balcao.db").write_bytes(content)

    result = installation.run("tickets", "list")

    assert result.exit_code == 2
    assert "não pode ser usado agora" in result.stderr
