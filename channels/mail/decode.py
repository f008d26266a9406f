"""A raw mail as one Interaction. Pure; raises only Undecodable.

    bytes ─▶ decode_mime (header and parts) ─▶ decode_parts (text, files) ─▶ decode_history (what is new)
                     └▶ decode_addresses, decode_words ─▶ decode_automated (who wrote it)

`identity` is made of what stays the same by every road: Message-ID, From, Date, subject and content, never of trace
headers or the envelope, and never of the Message-ID alone, which the sender chooses (attack 27).

Traits: `mail.loop` (more than 100 Received: answered by nobody, RFC 5321 §6.3), `mail.automated_by` (the signal that
decided), `mail.cut` and `mail.parts_dropped` (more than we read; the raw mail has it all), `mail.encrypted` (`smime` or
`pgp`), `mail.tnef` (why a winmail.dat could not be read to its end), `mail.reply_to_differs`, `mail.verification` (a
third party wants an address confirmed); of the names a mail gives its sender beside the one identity: authorship.py; of
what a trusted server says of it, `auth.*` and `spam.*`: authentication.py, spam.py.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from channels.mail.addresses import (
    addresses,
    message_id_of,
    message_ids,
    sender_of,
)
from channels.mail.authentication import NOBODY, Trust, authentication_of
from channels.mail.authorship import other_names
from channels.mail.automated import Evidence, classify
from channels.mail.bounces import deliveries_of, returned_ids
from channels.mail.dates import date_of
from channels.mail.history import new_text
from channels.mail.kept import kept_headers
from channels.mail.mime import Part, read_mail
from channels.mail.monitoring import NO_MONITORS, Monitors, as_alert
from channels.mail.parts import Contents, contents_of
from channels.mail.spam import spam_traits
from channels.mail.verification import asks_to_verify
from channels.mail.words import header_text
from domain.errors import Undecodable
from domain.interaction import Automated, Ignored, Interaction, Medium, Party, TraitValue
from domain.mailbox import Mailbox, fold_address
from domain.ports import Decode
from domain.raw import RawInteraction

MAX_RECEIVED = 100
_MAIL_HEADERS = ("from", "to", "subject", "date", "message-id", "received", "return-path", "sender", "content-type")


def decoder(mailbox: Mailbox, trust: Trust = NOBODY, monitors: Monitors = NO_MONITORS) -> Decode:
    """A Decode that knows which addresses are our own, whose word counts, and who sends notifications of monitoring."""

    def decoded(raw: RawInteraction) -> Sequence[Interaction] | Ignored:
        (mail,) = decode(mailbox, raw, trust)
        told = as_alert(mail, monitors, raw.envelope)
        return told if isinstance(told, Ignored) else [told]

    return decoded


def decode(mailbox: Mailbox, raw: RawInteraction, trust: Trust = NOBODY) -> Sequence[Interaction]:
    mail = read_mail(raw.payload)
    envelope_sender = _envelope_sender(raw, mail)
    if not envelope_sender and not any(name in mail.headers for name in _MAIL_HEADERS):
        raise Undecodable("this is no e-mail: not one of its usual header fields is there")
    interaction = _interaction(mailbox, raw, mail, envelope_sender, trust if trust.reaches(raw.envelope) else None)
    return [_with_deliveries(mailbox, mail, interaction) if interaction.automated is Automated.BOUNCE else interaction]


def _interaction(
    mailbox: Mailbox, raw: RawInteraction, mail: Part, envelope_sender: str | None, trust: Trust | None
) -> Interaction:
    headers = mail.headers
    sender = sender_of(headers, envelope_sender or "")
    subject = header_text(mail.header("subject"))
    message_id = message_id_of(headers)
    automated, signal = classify(
        Evidence(
            mail=mail,
            sender=sender.address,
            subject=subject,
            message_id=message_id,
            envelope_sender=envelope_sender,
            mailbox=mailbox,
        )
    )
    contents = contents_of(mail)
    in_reply_to = message_ids(headers.get("in-reply-to", ()))
    references = message_ids(headers.get("references", ()))
    return_path = envelope_sender if envelope_sender is not None else sender.address
    reply_to = addresses(headers, "reply-to")
    proved, vouched = _vouched(mail, sender, trust)
    verification = {"mail.verification": True} if asks_to_verify(mail, sender, subject, contents, automated) else {}
    return Interaction(
        channel=raw.channel,
        identity=_identity(mail, sender, contents, subject=subject, message_id=message_id, received_at=raw.received_at),
        medium=Medium.MAIL,
        sender=sender,
        occurred_at=date_of(headers, raw.received_at),
        subject=subject,
        text=_new_text(contents, subject, sender, refers=bool(in_reply_to or references)),
        text_full=contents.text,
        html=contents.html,
        recipients=addresses(headers, "to"),
        cc=addresses(headers, "cc"),
        reply_to=reply_to,
        attachments=tuple(contents.attachments),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        automated=automated,
        traits={**dict(_traits(mail, contents, signal, sender, reply_to)), **verification, **vouched},
        headers=kept_headers(mail),
        envelope_sender=return_path,
        envelope_recipients=tuple(map(str, raw.envelope.get("rcpt_to", ()))),
        return_path=return_path or None,
        no_return_path=None if return_path else "null_sender",
        authentic=proved,
    )


def _new_text(contents: Contents, subject: str, sender: Party, *, refers: bool) -> str:
    return new_text(contents.text, subject, contents.marked_up, refers=refers, sender_name=sender.name or "")


def _vouched(mail: Part, sender: Party, trust: Trust | None) -> tuple[bool, dict[str, TraitValue]]:
    """Whether a trusted server proves the sender, and what it and its spam filter say."""
    if trust is None:
        return False, {}
    authentication = authentication_of(mail, sender, trust)
    traits = {**dict(authentication.traits()), **dict(spam_traits(mail, trust.hops))}
    return authentication.aligned_by is not None, traits


def _envelope_sender(raw: RawInteraction, mail: Part) -> str | None:
    """'' is the null reverse path. Without an envelope the Return-Path tells, if there is one; None: nobody does."""
    known = raw.envelope.get("mail_from")
    if known is not None:
        return str(known)
    return_path = mail.header("return-path").strip()
    if return_path == "<>":
        return ""
    return next(iter(addresses(mail.headers, "return-path")), None)


def _identity(
    mail: Part, sender: Party, contents: Contents, *, subject: str, message_id: str | None, received_at: datetime
) -> str:
    """Mail with neither Message-ID nor Date may rightly come again just so; for it the hour counts too."""
    date = mail.header("date")
    hour = "" if message_id or date else received_at.strftime("%Y-%m-%dT%H")
    text = "\n".join([line.rstrip() for line in contents.text.split("\n")]).strip()
    digest = hashlib.sha256()
    for piece in (message_id or "", fold_address(sender.address), " ".join(date.split()), subject, hour, text):
        digest.update(piece.encode("utf-8", "surrogateescape") + b"\0")
    if not text:
        digest.update((contents.html or "").strip().encode())
    for attachment in contents.attachments:
        digest.update(attachment.sha256.encode())
    return f"mail:{digest.hexdigest()}"


def _traits(
    mail: Part, contents: Contents, signal: str | None, sender: Party, reply_to: tuple[str, ...]
) -> Iterator[tuple[str, TraitValue]]:
    if len(mail.headers.get("received", ())) > MAX_RECEIVED:
        yield "mail.loop", True
    if signal is not None:
        yield "mail.automated_by", signal
    if contents.cut:
        yield "mail.cut", True
    if contents.dropped:
        yield "mail.parts_dropped", True
    if reply_to and fold_address(sender.address) not in map(fold_address, reply_to):
        yield "mail.reply_to_differs", True
    yield from contents.traits.items()
    yield from other_names(mail.headers, sender)


def _with_deliveries(mailbox: Mailbox, mail: Part, bounce: Interaction) -> Interaction:
    """What the bounce says of each recipient, and the message that came back, which finds the ticket."""
    own = frozenset({fold_address(bounce.sender.address), mailbox.address, *mailbox.recipients})
    text = bounce.text_full
    return replace(
        bounce,
        references=(*bounce.references, *returned_ids(mail, text)),
        deliveries=deliveries_of(mail, bounce.subject, text, own),
    )
