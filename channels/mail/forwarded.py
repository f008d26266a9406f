"""A message that came inside a message, as people forward it: who, when, about what, and what it says."""

from channels.mail.addresses import parties
from channels.mail.mime import Part
from channels.mail.words import header_text

_DIVIDER = "---------- Mensagem encaminhada ----------"
_SHOWN_RECIPIENTS = 10


def forwarded_text(message: Part, words: str) -> str:
    rows = (
        ("De", _people(message, "from")),
        ("Data", header_text(message.header("date"), 100)),
        ("Assunto", header_text(message.header("subject"))),
        ("Para", _people(message, "to")),
    )
    head = [f"{name}: {value}" for name, value in rows if value]
    return "\n".join([_DIVIDER, *head, "", words]).rstrip()


def _people(message: Part, name: str) -> str:
    named = parties(message.headers.get(name, ()))[:_SHOWN_RECIPIENTS]
    return ", ".join(f"{party.name} <{party.address}>" if party.name else party.address for party in named)
