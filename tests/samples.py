"""Ready-made nouns for tests: each function takes only what the test is about."""

from datetime import UTC, datetime
from typing import Any

from domain.interaction import Interaction, Medium, Party
from domain.mailbox import Mailbox
from domain.ticket import KnownTicket, State

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKEN_KEY = b"a key for tests only"

MAILBOX = Mailbox(
    address="suporte@exemplo.com.br",
    name="Suporte",
    recipients=frozenset({"suporte@exemplo.com.br", "financeiro@exemplo.com.br"}),
    plus_addressing=True,
)


def mail(**changes: Any) -> Interaction:
    """A plain mail from Ana; `sender` may be given as a string and sets the return path too."""
    sender = changes.pop("sender", "ana@cliente.example")
    values: dict[str, Any] = {
        "channel": "email",
        "identity": "mail:1",
        "medium": Medium.MAIL,
        "sender": Party(address=sender, name="Ana"),
        "occurred_at": NOON,
        "subject": "Erro na nota",
        "text": "Não consigo emitir a nota fiscal.",
        "message_id": "<1@cliente.example>",
        "recipients": ("suporte@exemplo.com.br",),
        "envelope_recipients": ("suporte@exemplo.com.br",),
        "envelope_sender": sender,
        "return_path": sender,
    }
    return Interaction(**(values | changes))


def chat(**changes: Any) -> Interaction:
    values: dict[str, Any] = {
        "channel": "site",
        "identity": "chat:1",
        "medium": Medium.CHAT,
        "sender": Party(address="visitor-1", name="Bia"),
        "occurred_at": NOON,
        "text": "Oi, tudo bem?",
        "conversation_key": "visitor-1",
        "return_path": "visitor-1",
        "authentic": True,
    }
    return Interaction(**(values | changes))


def call(**changes: Any) -> Interaction:
    values: dict[str, Any] = {
        "channel": "telefone",
        "identity": "call:1:missed",
        "medium": Medium.CALL,
        "sender": Party(address="+5511912345678"),
        "occurred_at": NOON,
        "text": "Chamada perdida",
        "conversation_key": "call:1",
        "no_return_path": "a call has no return path",
    }
    return Interaction(**(values | changes))


def ticket(number: int = 7, state: State = State.NEW, *participants: str) -> KnownTicket:
    return KnownTicket(
        number=number,
        state=state,
        department="suporte",
        priority="Média",
        participants=frozenset(participants or {"ana@cliente.example"}),
    )
