"""Whether every step became what the demo expects. A demo that cannot fail shows nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demo.traffic import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One step with the ticket and message it became, and what is wrong with that."""

    step: Step
    ticket: dict[str, Any]
    message: dict[str, Any]
    answer: dict[str, Any]
    complaints: tuple[str, ...]


def judge(
    steps: Sequence[Step],
    tickets: Sequence[dict[str, Any]],
    mails: Sequence[tuple[str, bytes]],
    answers: Sequence[dict[str, Any]],
) -> tuple[list[Row], list[str]]:
    """The rows to show, and everything that is not as expected."""
    arrived = sorted(
        ((message, ticket) for ticket in tickets for message in ticket["messages"] if message["direction"] == "in"),
        key=lambda pair: pair[0]["raw_id"],
    )
    complaints = []
    if len(arrived) != len(steps):
        complaints.append(f"{len(steps)} interactions were sent, {len(arrived)} messages are stored")
    numbers: dict[str, int] = {}
    rows = []
    for step, (message, ticket) in zip(steps, arrived, strict=False):
        numbers[step.name] = ticket["number"]
        row = _row(step, message, ticket, numbers)
        rows.append(row)
        complaints += [f"{step.name}: {complaint}" for complaint in row.complaints]
    by_mail = sum(step.expected.answered and step.channel in {"email", "caixa"} for step in steps)
    by_chat = sum(step.expected.answered and step.channel == "site" for step in steps)
    if (len(mails), len(answers)) != (by_mail, by_chat):
        complaints.append(f"{len(mails)} mails and {len(answers)} chat answers left, expected {by_mail} and {by_chat}")
    return rows, complaints


def _row(step: Step, message: dict[str, Any], ticket: dict[str, Any], numbers: dict[str, int]) -> Row:
    expected = step.expected
    answer = _answer(ticket, message)
    opened = numbers.get(expected.joins) if expected.joins else None
    checks = (
        ("channel", message["channel"], step.channel),
        ("department", ticket["department"], expected.department),
        ("priority", ticket["priority"], expected.priority),
        ("flagged", ticket["flagged"], expected.flagged),
        ("attachments", len(message["attachments"]), expected.attachments),
        ("acknowledged", answer.get("state") == "sent", expected.answered),
        ("joined", ticket["number"] if opened else None, opened),
        ("silence", answer.get("reason") if expected.silence else None, expected.silence),
        ("first message of its ticket", ticket["messages"][0]["id"] == message["id"], expected.joins is None),
    )
    complaints = tuple(f"{what} is {got!r}, expected {wanted!r}" for what, got, wanted in checks if got != wanted)
    return Row(step=step, ticket=ticket, message=message, answer=answer, complaints=complaints)


def _answer(ticket: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """The acknowledgement (or silence) that belongs to this message: they are stored in the same order."""
    incoming = [other["id"] for other in ticket["messages"] if other["direction"] == "in"]
    place = incoming.index(message["id"])
    answers = ticket["acknowledgements"]
    return answers[place] if place < len(answers) else {}
