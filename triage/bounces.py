"""Which of our messages a delivery report proves to have failed. Anybody can write such a report, so:

    a signed token in the envelope recipient   names our message, and with it the one address it went to
    a Message-ID of ours that is returned      counts for the address only if the report names the very address
                                               that message was sent to

Anything else marks nobody. A delay marks nobody either.
"""

from collections.abc import Iterator, Sequence

from domain.delivery import DeliveryAction, DeliveryReport, Failure, SentMessage
from domain.interaction import Automated, Interaction
from domain.mailbox import fold_address, tag_of
from triage.token import verify_bounce

LONGEST_REASON = 300


def bounced_message(interaction: Interaction, key: bytes) -> tuple[int, int] | None:
    """Ticket and number of the message of ours whose envelope sender was written to.

    Fetched mail has no envelope; there To says it. A token proves itself wherever it stands.
    """
    tags = filter(None, map(tag_of, (*interaction.envelope_recipients, *interaction.recipients)))
    return next((proven for tag in tags if (proven := verify_bounce(key, tag)) is not None), None)


def named_messages(interaction: Interaction) -> tuple[str, ...]:
    """Message-IDs that a report returns or answers; none for what is no report."""
    if interaction.automated is not Automated.BOUNCE or not interaction.deliveries:
        return ()
    return (*interaction.in_reply_to, *interaction.references)


def failures_of(interaction: Interaction, sent: Sequence[SentMessage], key: bytes) -> Iterator[Failure]:
    """`sent`: what the outbox has under the names this interaction gives."""
    if interaction.automated is not Automated.BOUNCE:
        return
    failed = [report for report in interaction.deliveries if report.action is DeliveryAction.FAILED]
    if not failed:
        return
    proven = bounced_message(interaction, key)
    named = frozenset(named_messages(interaction))
    for message in sent:
        recipient = fold_address(message.recipient)
        report = next((one for one in failed if recipient in map(fold_address, one.recipients)), None)
        by_token = proven is not None and proven == (message.ticket, message.number)
        if by_token:
            report = report or failed[0]
        elif message.message_id not in named:
            report = None
        if report is not None:
            yield _failure(message, recipient, report)


def _failure(message: SentMessage, recipient: str, report: DeliveryReport) -> Failure:
    words = " ".join(filter(None, (report.status, report.diagnostic)))
    return Failure(
        outbox_id=message.outbox_id,
        ticket=message.ticket,
        address=recipient,
        status=report.status,
        reason=f"bounced: {words}"[:LONGEST_REASON] if words else "bounced",
    )
