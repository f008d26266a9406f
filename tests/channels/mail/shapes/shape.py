"""One broken or hostile mail, and what a person expects to read of it.

    written(name, rest, …)   the usual header of Ana's mail, then `rest`: more header lines, an empty line, a body
    whole(name, payload, …)  nothing but these bytes

Text is written with LF and sent with CR LF. What is not said is expected to be the usual: Ana, the subject "Pedido",
no files, no traits, a person's mail.
"""

from dataclasses import dataclass, field

from channels.mail.decode import decode
from domain.errors import Undecodable
from tests.channels.mail.reading import MAILBOX, raw

FROM = "From: Ana Souza <ana@cliente.example>\n"
TO = "To: suporte@exemplo.com\n"
SUBJECT = "Subject: Pedido\n"
DATE = "Date: Mon, 2 Mar 2026 08:00:00 -0300\n"
ID = "Message-ID: <1@cliente.example>\n"
HEAD = FROM + TO + SUBJECT + DATE + ID
ENVELOPE = {"mail_from": "ana@cliente.example", "rcpt_to": ["suporte@exemplo.com"]}
USUAL = {
    "subject": "Pedido",
    "sender": ("Ana Souza", "ana@cliente.example"),
    "files": [],
    "traits": {},
    "automated": "none",
}


@dataclass(frozen=True)
class Shape:
    name: str
    payload: bytes
    expected: dict
    envelope: dict = field(default_factory=lambda: ENVELOPE)


def octets(text, *, crlf=True):
    if isinstance(text, bytes):
        return text
    return (text.replace("\n", "\r\n") if crlf else text).encode("utf-8", "surrogateescape")


def written(name, rest, *, crlf=True, head=HEAD, envelope=ENVELOPE, **expected):
    return Shape(name, octets(head, crlf=crlf) + octets(rest, crlf=crlf), {**USUAL, **expected}, envelope)


def whole(name, payload, *, crlf=True, envelope=ENVELOPE, **expected):
    return Shape(name, octets(payload, crlf=crlf), expected, envelope)


def parts(kind, *inside, boundary="b", close=True, more=""):
    """A multipart's header field and body."""
    body = "".join(f"--{boundary}\n{part}\n" for part in inside)
    end = f"--{boundary}--\n" if close else ""
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\n\n{body}{end}'


def plain(text, more=""):
    return f"Content-Type: text/plain; charset=utf-8\n{more}\n{text}"


def html(text, more=""):
    return f"Content-Type: text/html; charset=utf-8\n{more}\n{text}"


def pdf(name="nota.pdf", content="%PDF-1.4"):
    return f'Content-Type: application/pdf; name="{name}"\nContent-Disposition: attachment\n\n{content}'


def found_in(shape):
    """What the decoder reads, in the words of `expected`."""
    try:
        (read,) = decode(MAILBOX, raw(shape.payload, envelope=shape.envelope))
    except Undecodable as error:
        return {"undecodable": str(error)}
    return {
        "text": read.text_full,
        "new": read.text,
        "subject": read.subject,
        "sender": (read.sender.name, read.sender.address),
        "to": list(read.recipients),
        "cc": list(read.cc),
        "reply_to": list(read.reply_to),
        "files": [attachment.name for attachment in read.attachments],
        "originals": [attachment.original_name for attachment in read.attachments],
        "contents": [attachment.content for attachment in read.attachments],
        "inline": [attachment.name for attachment in read.attachments if attachment.inline],
        "kinds": [attachment.content_type for attachment in read.attachments],
        "traits": dict(read.traits),
        "automated": str(read.automated),
        "date": read.occurred_at.isoformat(),
        "id": read.message_id,
        "references": list(read.references),
        "in_reply_to": list(read.in_reply_to),
        "html": read.html,
        "way_back": read.return_path,
    }


def differences(shape, found):
    """What is not as expected: (what, found, expected).

    `has` and `lacks` are about pieces of the text, `begins` about beginnings: pairs of what and its beginning.
    """
    for what, wanted in shape.expected.items():
        if what == "begins":
            yield from (
                (part, found[part], beginning) for part, beginning in wanted if not found[part].startswith(beginning)
            )
        elif what == "has":
            yield from (("text", found["text"][:400], piece) for piece in wanted if piece not in found["text"])
        elif what == "lacks":
            yield from (("not in text", found["text"][:400], piece) for piece in wanted if piece in found["text"])
        elif found.get(what) != wanted:
            yield what, found.get(what), wanted
