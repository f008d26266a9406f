"""An OutgoingMessage as the bytes of a mail. Never raises, whatever strangers' text is in it.

Everything is written here by hand in 7 bits: headers from encoded words, bodies in quoted-printable. The standard
library refuses some texts when it generates (a poison acknowledgement, dangers.md §6.2) and this Python's own misses
the fix of CVE-2024-6923. No line of a header can come from a value: controls become a space first.

    an agent's words: the envelope sender is a signed address, so that a bounce finds its message. DKIM is the relay's.
    automatic: Auto-Submitted: auto-replied (RFC 3834 §5), X-Auto-Response-Suppress: All, null reverse path.
    `Precedence` is left out: RFC 3834 §3.1.8 names it as non-standard, and some servers hold `bulk` back.
"""

import asyncio
import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote

from channels.cleaning import clean_file_name, clean_line
from domain.interaction import Attachment
from domain.mailbox import Mailbox
from domain.outgoing import OutgoingMessage

MAX_REFERENCES = 20
_LONGEST_ADDRESS = 320
_WORD_BYTES = 39  # of UTF-8 in one encoded word, so that a line stays under 76 characters
_CRLF = b"\r\n"
_DOT_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\x80-\U0010ffff-]"
_ADDRESS = re.compile(rf"{_DOT_ATOM}+@[A-Za-z0-9.\x80-\U0010ffff-]+|{_DOT_ATOM}+@\[[0-9A-Za-z:.]+\]")
_QUOTED_LOCAL = re.compile(r'"[ !#-\[\]-~]*"@[A-Za-z0-9.-]+')
_PLAIN = re.compile(r"[ !-~]*")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,400}>")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}", re.ASCII)
_QUOTABLE = re.compile(r"[ !#-\[\]-~]*")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """`sender` '' is the null reverse path. `needs_smtputf8`: an address that cannot be written in ASCII."""

    sender: str
    recipient: str
    needs_smtputf8: bool


def envelope_of(message: OutgoingMessage, mailbox: Mailbox) -> Envelope | None:
    """Where it goes and who is told if it fails; None when `to` is not exactly one address."""
    recipient = mail_address(message.to)
    if recipient is None:
        return None
    named = mail_address(message.envelope_sender or "") or mail_address(message.sender or "") or mailbox.address
    sender = "" if message.automatic else named
    return Envelope(sender, recipient, not (recipient + sender).isascii())


def mail_address(address: str) -> str | None:
    """The one address that `address` is, its domain in ASCII where it can be; None if it is none, or several."""
    address = address.strip()
    if len(address) > _LONGEST_ADDRESS or not (_ADDRESS.fullmatch(address) or _QUOTED_LOCAL.fullmatch(address)):
        return None
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def compose(message: OutgoingMessage, mailbox: Mailbox, now: datetime) -> bytes:
    """The whole mail, CR LF line ends. `now` is its Date."""
    lines = [_header(name, value) for name, value in _headers(message, mailbox, now)]
    return b"".join(lines) + _body(message)


async def composed(message: OutgoingMessage, mailbox: Mailbox, now: datetime) -> bytes:
    """As compose; large files are turned into text off the loop."""
    if not message.attachments:
        return compose(message, mailbox, now)
    return await asyncio.to_thread(compose, message, mailbox, now)


def _headers(message: OutgoingMessage, mailbox: Mailbox, now: datetime) -> Iterator[tuple[str, str]]:
    """Names and values; values are already fit for a header."""
    yield "From", f"{_display_name(mailbox.name)}<{mail_address(message.sender or '') or mailbox.address}>"
    to = mail_address(message.to)
    yield "To", f"<{to}>" if to else "undisclosed-recipients:;"
    yield "Subject", _words(clean_line(message.subject))
    yield "Date", format_datetime(now)
    reply_to = mail_address(message.reply_to or "")
    if reply_to:
        yield "Reply-To", f"<{reply_to}>"
    yield from _ids(message)
    if message.automatic:
        yield "Auto-Submitted", "auto-replied"
        yield "X-Auto-Response-Suppress", "All"
    if _LANGUAGE.fullmatch(message.language):
        yield "Content-Language", message.language
    yield "MIME-Version", "1.0"


def _ids(message: OutgoingMessage) -> Iterator[tuple[str, str]]:
    references = [found for found in message.references if _MESSAGE_ID.fullmatch(found)]
    if len(references) > MAX_REFERENCES:  # the first is where the thread hangs, the last are what it is sorted by
        references = [references[0], *references[1 - MAX_REFERENCES :]]
    for name, value in (("Message-ID", message.message_id), ("In-Reply-To", message.in_reply_to)):
        if value and _MESSAGE_ID.fullmatch(value):
            yield name, value
    if references:
        yield "References", "\r\n ".join(references)


def _header(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("utf-8", "replace")


def _display_name(name: str) -> str:
    name = clean_line(name, 200)
    if not name:
        return ""
    if _PLAIN.fullmatch(name) and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" '
    return _words(name) + " "


def _words(text: str) -> str:
    """ASCII as it is, anything else (and what only looks encoded) as encoded words, folded between them."""
    if _PLAIN.fullmatch(text) and "=?" not in text and len(text) <= 900:
        return text
    words, piece = [], b""
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(piece) + len(octets) > _WORD_BYTES:
            words.append(piece)
            piece = b""
        piece += octets
    words.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{binascii.b2a_base64(word, newline=False).decode()}?=" for word in words)


def _body(message: OutgoingMessage) -> bytes:
    text = _text_part("text/plain", message.text)
    if message.html is not None:
        text = _multipart("alternative", message, (text, _text_part("text/html", message.html)))
    if not message.attachments:
        return text
    return _multipart("mixed", message, (text, *map(_file_part, message.attachments)))


def _multipart(kind: str, message: OutgoingMessage, parts: Iterable[bytes]) -> bytes:
    """The boundary is the same on every try. Neither quoted-printable nor base64 ever writes "=_"."""
    boundary = f"=_balcao_{kind}_{max(0, message.outbox_id):x}".encode()
    opening = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind.encode(), boundary)
    return opening + b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary


def _file_part(file: Attachment) -> bytes:
    """RFC 2046 §5.2.1 forbids base64 around a message, so one that is attached travels as a plain file."""
    kind = file.content_type if _CONTENT_TYPE.fullmatch(file.content_type) else "application/octet-stream"
    if kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    label, disposition = _file_name(clean_file_name(file.name))
    head = (
        f"Content-Type: {kind};\r\n name={label}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {disposition}\r\n\r\n"
    )
    return head.encode("ascii") + base64.encodebytes(file.content).replace(b"\n", _CRLF)


def _file_name(name: str) -> tuple[str, str]:
    """As old programs look for it (Content-Type), and as RFC 2231 has it; one plain name where that does for both."""
    if _QUOTABLE.fullmatch(name):
        return f'"{name}"', f'filename="{name}"'
    octets = name.encode("utf-8", "replace")
    return f'"{_words(name)}"', f"filename*=utf-8''{quote(octets, safe='')}"


def _text_part(kind: str, text: str) -> bytes:
    head = f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    octets = binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    return head.encode() + octets.replace(b"\n", _CRLF) + _CRLF
