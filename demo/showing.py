"""The demo's tables: what each interaction became, and what customers were told."""

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from demo.judging import Row

COLOURS = {"Alta": "bold red", "Média": "yellow", "Baixa": "green"}
REASONS = {
    "already_acknowledged": "já confirmada",
    "automatic_auto_reply": "é automática",
    "a call has no return path": "é ligação",
    "call still ringing": "ainda chamando",
    "rule 'ligacao-interna' wants no ticket for this call": "a regra ligacao-interna não quer ticket",
}
STATES = {
    "sent": ("✔ enviada", "green"),
    "silent": ("— {reason}", "dim"),
    "failed": ("✘ {reason}", "red"),
    "pending": ("… na fila", "yellow"),
}
CUSTOMERS_WORDS = ("subject", "text")
MOST_WORDS = 4
LETTER_WIDTH = 78


def show(
    console: Console,
    rows: Sequence[Row],
    mails: Sequence[tuple[str, bytes]],
    answers: Sequence[dict[str, Any]],
    complaints: Sequence[str],
) -> None:
    console.print(_tickets(rows), "")
    console.print(_acknowledgements(mails, answers), "")
    if mails:
        console.print(_letter(mails[0][1]))
    if complaints:
        console.print(Panel("\n".join(complaints), title="não saiu como esperado", border_style="red"))
    else:
        text = f"Tudo como esperado: {len(rows)} interações, {_count(rows)} tickets."
        console.print(Text(text, style="bold green"))


def _count(rows: Sequence[Row]) -> int:
    return len({row.ticket["number"] for row in rows})


def table_of(title: str, *headings: str, **more: Any) -> Table:
    table = Table(title=title, title_style="bold", title_justify="left", box=box.SIMPLE_HEAD, show_edge=False,
                  row_styles=["", "on grey11"], **more)  # fmt: skip
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _tickets(rows: Sequence[Row]) -> Table:
    table = table_of("Uma manhã no balcão", "Ticket", "Canal", "O que chegou", "Departamento", "Prioridade",
                   "Regra que decidiu", "Palavras", "Confirmação", expand=True)  # fmt: skip
    for heading in ("O que chegou", "Palavras"):
        column = next(column for column in table.columns if column.header == heading)
        column.ratio, column.min_width = 1, 16
    for row in rows:
        priority = row.ticket["priority"]
        rules, words = _why(row)
        flag = " ⚑" if row.ticket["flagged"] else ""
        table.add_row(
            f"#{row.ticket['number']}{flag}", row.message["channel"], row.step.name, row.ticket["department"],
            Text(priority, COLOURS[priority]), "\n".join(rules), Text(", ".join(words), "italic"),
            _answer(row),
        )  # fmt: skip
    return table


def _why(row: Row) -> tuple[list[str], list[str]]:
    """The rules that decided department and priority, and what they matched; `default` only alone."""
    decisions = [row.ticket["verdict"]["fields"][field] for field in ("department", "priority")]
    rules = list(dict.fromkeys(decision["rule"] for decision in decisions))
    words = list(dict.fromkeys(word for decision in decisions for word in _matched(decision)))
    return [rule for rule in rules if rule != "default"] or rules, words[:MOST_WORDS]


def _matched(decision: dict[str, Any]) -> Iterator[str]:
    """The customer's words, each once however it was written; of other facts, which one it was."""
    for match in decision["matched"]:
        for word in match["words"]:
            yield word.lower() if match["where"] in CUSTOMERS_WORDS else f"{match['where']}: {word}"


def _answer(row: Row) -> Text:
    reason = str(row.answer.get("reason"))
    text, style = STATES.get(row.answer.get("state", ""), ("?", "red"))
    return Text(text.format(reason=REASONS.get(reason, reason)), style)


def _acknowledgements(mails: Sequence[tuple[str, bytes]], answers: Sequence[dict[str, Any]]) -> Table:
    table = table_of("O que os clientes receberam", "Por", "Para", "Assunto", "Responder a (assinado)")
    for recipient, content in mails:
        mail = message_from_bytes(content, policy=policy.default)
        token = re.sub(r"(\+\w{12})\w+@", r"\1…@", str(mail["Reply-To"]))
        table.add_row("e-mail", recipient, Text(str(mail["Subject"])), token)
    for answer in answers:
        table.add_row("chat", str(answer.get("to")), Text(str(answer.get("subject", ""))), "—")
    return table


def _letter(content: bytes) -> Panel:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content().strip()
    return Panel(text, title=Text(str(mail["Subject"])), border_style="blue", width=LETTER_WIDTH)
