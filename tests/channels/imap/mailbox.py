"""A mailbox on a real Dovecot, and a receiver that reads it."""

import itertools
from dataclasses import dataclass, field

from domain.raw import Receipt
from tests.channels.imap.transport import receiver_of
from tests.channels.ledger import FakeLedger

_numbers = itertools.count(1)


def mail(subject="erro", *, message_id=None, body="oi\r\n", sender="ana@cliente.example"):
    number = next(_numbers)
    head = f"Return-Path: <{sender}>\r\nFrom: {sender}\r\nTo: suporte@exemplo.com\r\nSubject: {subject}\r\n"
    dated = f"Date: Mon, 2 Mar 2026 09:00:00 -0300\r\nMessage-ID: {message_id or f'<{number}@cliente.example>'}\r\n"
    return f"{head}{dated}\r\n{body}".encode()


@dataclass
class Kept:
    """An intake that remembers: dedup_key → raw, in order of acceptance. `broken` is raised instead."""

    raws: dict = field(default_factory=dict)
    repeated: int = 0
    broken: Exception | None = None
    ledger: FakeLedger = field(default_factory=FakeLedger)

    async def accept(self, raw):
        if self.broken is not None:
            raise self.broken
        known = raw.dedup_key in self.raws
        self.repeated += known
        self.raws.setdefault(raw.dedup_key, raw)
        return Receipt(raw_id=raw.dedup_key, duplicate=known)

    def subjects(self):
        return [subject_of(raw.payload) for raw in self.raws.values()]

    def silent(self):
        """Subjects of what will not be acknowledged."""
        return [subject_of(raw.payload) for raw in self.raws.values() if raw.envelope.get("backfilled")]


def subject_of(content):
    return content.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode()


def reader(dovecot, tmp_path, user, **options):
    """A receiver of this user's mailbox."""
    return receiver_of(dovecot, tmp_path, **{"username": user, **options}, secrets={"env:IMAP_PASSWORD": "segredo"})
