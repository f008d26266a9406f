"""What holds for any bytes that came as a mail. Raises on anything that does not."""

import json
import time
from dataclasses import dataclass

from channels.mail.decode import decode
from domain.errors import Undecodable
from tests.channels.mail.reading import MAILBOX, raw

SECONDS = 2.0
LONGEST_TEXT = 2_200_000
ENVELOPE = {"mail_from": "ana@cliente.example", "rcpt_to": ["suporte@exemplo.com"]}


@dataclass(frozen=True)
class Outcome:
    """`reason` is None for what became an interaction."""

    reason: str | None
    seconds: float


def checked(payload, envelope=ENVELOPE):
    begun = time.process_time()
    try:
        (found,) = decode(MAILBOX, raw(payload, envelope=envelope))
    except Undecodable as error:
        return Outcome(str(error) or "no reason", time.process_time() - begun)
    spent = time.process_time() - begun
    assert spent < SECONDS, f"{spent:.1f} s"
    assert len(found.text_full) < LONGEST_TEXT
    lines = [found.subject, found.sender.name or "", found.sender.address, found.message_id or ""]
    lines += [*found.recipients, *found.cc, *found.references, *(file.name for file in found.attachments)]
    for line in lines:
        assert not set(line) & set("\r\n\x00"), line
    texts = [*lines, found.text, found.text_full, found.html or "", *map(str, found.traits.values())]
    assert not any("\0" in text for text in texts)
    words = json.dumps(texts, ensure_ascii=False)
    assert words.encode().decode() == words
    return Outcome(None, spent)
