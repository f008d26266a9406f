"""Filings as the pipeline makes them, for the tests of the ticket store."""

from datetime import UTC, datetime, timedelta

from domain.facts import Facts
from domain.interaction import Interaction, Medium, Party
from domain.ticket import Acknowledgement, Filing, Placement, Road, Silence
from domain.verdict import Decision, Match, Verdict

NOW = datetime(2026, 11, 22, 5, 30, 1, 123456, tzinfo=UTC)
RECEIVED = NOW - timedelta(seconds=2)
PERIOD = "2026-11-22T05"

VERDICT = Verdict(
    ruleset="abc123",
    fields={
        "department": Decision(value="financeiro", rule="boleto", matched=(Match(where="text", words=("boleto",)),)),
        "priority": Decision(value="Média", rule="default"),
        "flag": Decision(value=True, rule="grito"),
    },
    tags=(Decision(value="cobrança", rule="boleto"), Decision(value="irritado", rule="grito")),
)


def said(identity="m1", **fields):
    values = {
        "channel": "suporte",
        "medium": Medium.MAIL,
        "sender": Party(address="Ana@Exemplo.com", name="Ana"),
        "occurred_at": NOW - timedelta(minutes=1),
        "subject": "Boleto não abre",
        "text": "O boleto não abre.",
        "text_full": "O boleto não abre.",
        "message_id": f"<{identity}@exemplo.com>",
        "recipients": ("suporte@empresa.example",),
        "envelope_sender": "ana@exemplo.com",
    }
    return Interaction(identity=identity, **{**values, **fields})


def chat(identity="c1", key="thread-1", **fields):
    return said(
        identity,
        **{
            "channel": "chat",
            "medium": Medium.CHAT,
            "sender": Party(address="user-7"),
            "conversation_key": key,
            "message_id": None,
            **fields,
        },
    )


def facts_of(interaction):
    return Facts(
        channel=interaction.channel,
        medium=interaction.medium.value,
        occurred_at=interaction.occurred_at,
        sender=interaction.sender.address,
        subject=interaction.subject,
        text=interaction.text,
        recipients=interaction.recipients,
        traits={"mail.loop": False, "size": 3},
    )


def acknowledgement(ticket, **fields):
    values = {
        "channel": "suporte",
        "to": "ana@exemplo.com",
        "subject": f"[#{ticket}] Recebemos",
        "text": "Recebemos.",
        "html": None,
        "language": "pt-BR",
        "idempotency_key": f"ack:{ticket}",
        "message_id": f"<balcao.{ticket}@empresa.example>",
        "references": ("<a@x>", "<b@x>"),
    }
    return Acknowledgement(**{**values, **fields})


def silence(reason="automatic_bounce"):
    return Silence(channel="suporte", to=None, reason=reason)


def filing(ticket, interaction=None, road=Road.OPENS, *, answer=None, spends=(), verdict=VERDICT, **placement):
    interaction = interaction or said()
    return Filing(
        raw_id=f"{ticket:024x}",
        interaction=interaction,
        facts=facts_of(interaction),
        verdict=verdict,
        placement=Placement(road=road, ticket=ticket, reason="because", **placement),
        answer=answer,
        spends=tuple(spends),
        received_at=RECEIVED,
    )
