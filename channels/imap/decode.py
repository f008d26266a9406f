"""A fetched mail as one Interaction: `channels.mail.decode`, and what only the mailbox knows.

Traits: `mail.folder`; `mail.backfilled` (from before our time: recorded, never acknowledged); `mail.oversize` (bytes
of a mail of which only the beginning was fetched: its text is there, its last file is not).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from channels.mail.authentication import NOBODY, Trust
from channels.mail.decode import decode as decode_mail
from channels.mail.monitoring import NO_MONITORS, Monitors, as_alert
from domain.interaction import Ignored, Interaction, TraitValue
from domain.mailbox import Mailbox
from domain.ports import Decode
from domain.raw import RawInteraction

BACKFILLED = "backfilled"


def decoder(mailbox: Mailbox, trust: Trust = NOBODY, monitors: Monitors = NO_MONITORS) -> Decode:
    """A Decode that knows which addresses are our own, whose word counts, and who sends notifications of monitoring."""

    def decoded(raw: RawInteraction) -> Sequence[Interaction] | Ignored:
        (mail,) = decode(mailbox, raw, trust)
        told = as_alert(mail, monitors, raw.envelope)
        return told if isinstance(told, Ignored) else [told]

    return decoded


def decode(mailbox: Mailbox, raw: RawInteraction, trust: Trust = NOBODY) -> Sequence[Interaction]:
    """The server took it when it arrived, however late we fetched it: its customer has waited since then."""
    arrived_at = min(_arrived_at(raw) or raw.received_at, raw.received_at)
    arrived = replace(raw, received_at=arrived_at)
    return [_completed(interaction, raw, arrived_at) for interaction in decode_mail(mailbox, arrived, trust)]


def _completed(interaction: Interaction, raw: RawInteraction, arrived_at: datetime) -> Interaction:
    traits = {**interaction.traits, **dict(_traits(raw))}
    if "mail.oversize" in traits:
        interaction = replace(interaction, attachments=interaction.attachments[:-1])
    if raw.envelope.get(BACKFILLED):
        interaction = replace(interaction, return_path=None, no_return_path=BACKFILLED)
    return replace(interaction, traits=traits, arrived_at=arrived_at)


def _traits(raw: RawInteraction) -> Iterator[tuple[str, TraitValue]]:
    folder, size = raw.envelope.get("folder"), raw.envelope.get("cut_from")
    if isinstance(folder, str):
        yield "mail.folder", folder
    if isinstance(size, int):
        yield "mail.cut", True
        yield "mail.oversize", size
    if raw.envelope.get(BACKFILLED):
        yield "mail.backfilled", True


def _arrived_at(raw: RawInteraction) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(raw.envelope.get("arrived_at")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
