"""Ready-made filings for tests of the store and of what reads it."""

from domain.ticket import Acknowledgement, Filing, Placement, Road
from domain.verdict import Decision, Match, Verdict
from triage.snapshot import facts_of

VERDICT = Verdict(
    ruleset="0123456789abcdef",
    fields={
        "department": Decision(value="suporte", rule="default"),
        "priority": Decision(value="Média", rule="bloqueia", matched=(Match(where="text", words=("não consigo",)),)),
    },
)


def acknowledged(interaction, number, raw_id="0" * 24):
    """`interaction` on a new ticket `number`, with an acknowledgement waiting to be sent."""
    return Filing(
        raw_id=raw_id,
        interaction=interaction,
        facts=facts_of(interaction),
        verdict=VERDICT,
        placement=Placement(road=Road.OPENS, ticket=number, reason="new request"),
        answer=Acknowledgement(
            channel=interaction.channel,
            to=interaction.return_path,
            subject=f"[#{number}] Recebemos",
            text="Recebemos.\n",
            html=None,
            language="pt-BR",
            idempotency_key=f"ack:{number}",
        ),
    )
