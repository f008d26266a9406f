"""The demo's tables: what each interaction became, and what customers were told."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from demo.judging import Row

COLOURS = {"Alta": "bold red", "Média": "yellow", "Baixa": "green"}
REASONS = {
    "already_acknowledged": "já confirmada",
    "automatic_auto_reply": "resposta automática",
    "a call has no return path": "ligação não tem volta",
}
STATES = {"sent": "✔ enviada", "silent": "— {reason}", "failed": "✘ {reason}", "pending": "… na fila"}


def show(
    console: Console,
    rows: Sequence[Row],
    mails: Sequence[tuple[str, bytes]],
    answers: Sequence[dict[str, Any]],
    complaints: Sequence[str],
) -> None:
    console.print(_tickets(rows))
    console.print(_acknowledgements(mails, answers))
    if mails:
        console.print(_letter(mails[0][1]))
    if complaints:
        console.print(Panel("\n".join(complaints), title="não saiu como esperado", border_style="red"))
    else:
        console.print(f"[bold green]Tudo como esperado:[/] {len(rows)} interações, {_count(rows)} tickets.")


def _count(rows: Sequence[Row]) -> int:
    return len({row.ticket["number"] for row in rows})


def _tickets(rows: Sequence[Row]) -> Table:
    table = Table(title="Uma manhã no balcão", title_style="bold", row_styles=["", "on grey11"], expand=True)
    for name in ("Ticket", "Canal", "O que chegou", "Departamento", "Prioridade", "Regra que decidiu",
                 "Palavras", "Confirmação"):  # fmt: skip
        table.add_column(name, overflow="fold")
    for row in rows:
        priority = row.ticket["priority"]
        rules, words = _why(row)
        flag = " ⚑" if row.ticket["flagged"] else ""
        table.add_row(
            f"#{row.ticket['number']}{flag}", row.message["channel"], row.step.name, row.ticket["department"],
            Text(priority, COLOURS[priority]), ", ".join(rules), Text(", ".join(words), "italic"),
            _answer(row),
        )  # fmt: skip
    return table


def _why(row: Row) -> tuple[list[str], list[str]]:
    """The rules that decided department and priority, and the customer's words they matched; `default` only alone."""
    decisions = [row.ticket["verdict"]["fields"][field] for field in ("department", "priority")]
    rules = list(dict.fromkeys(decision["rule"] for decision in decisions))
    words = [word for decision in decisions for match in decision["matched"] for word in match["words"]]
    return [rule for rule in rules if rule != "default"] or rules, list(dict.fromkeys(words))


def _answer(row: Row) -> str:
    reason = str(row.answer.get("reason"))
    return STATES.get(row.answer.get("state", ""), "?").format(reason=REASONS.get(reason, reason))


def _acknowledgements(mails: Sequence[tuple[str, bytes]], answers: Sequence[dict[str, Any]]) -> Table:
    table = Table(title="O que os clientes receberam", title_style="bold", expand=True)
    for name in ("Por", "Para", "Assunto", "Responder a"):
        table.add_column(name, overflow="fold")
    for recipient, content in mails:
        mail = message_from_bytes(content, policy=policy.default)
        table.add_row("e-mail", recipient, Text(str(mail["Subject"])), str(mail["Reply-To"]))
    for answer in answers:
        table.add_row("chat", str(answer.get("to")), Text(str(answer.get("subject", ""))), "—")
    return table


def _letter(content: bytes) -> Panel:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    return Panel(body.get_content().strip(), title=Text(str(mail["Subject"])), border_style="blue", width=78)
