"""Bytes into headers and parts: a MIME reader that cannot recurse, blow up or be talked into new headers.

The standard library's parser reads line by line (30 ms per MB), recurses for each level and raises half a dozen
kinds of exceptions on hostile mail (dangers.md §6.4). This one finds blank lines and boundaries with `bytes.find`; a
part is a stretch of the mail's bytes and copies none of them until its content is asked for.

    mail that came with CR LF: a bare CR or LF in the header is a space, never a line end (attack 13)
    after that every line end is LF
    a multipart deeper than MAX_DEPTH, or without parts, is one part; parts beyond MAX_PARTS are not read

A multipart whose boundary is missing or wrong is read by the first line that looks like one. One that repeats its
end line goes on behind it: what the outer of two equal boundaries encloses is not lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from channels.cleaning import MEDIA_TYPE
from channels.mail.boundaries import Guesses, between
from channels.mail.fields import MAX_HEADER_BYTES, Header, Headers, read_header
from channels.mail.transfer import encoding_of, undone
from channels.mail.words import codec_of, text_of

MAX_DEPTH = 30
MAX_PARTS = 1_000
_LONGEST_PARAMETERS = 8_000
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,100})\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;]*)", re.DOTALL)
_HEX = re.compile(rb"%([0-9a-fA-F]{2})")
_BEFORE_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*(?=[!-9;-~]+[ \t]*:|>?From )")
_LONE_BOUNDARY = re.compile(rb"^--[^\s]{1,200}[ \t]*$\n?", re.MULTILINE)
_MEANT_TYPE = re.compile(
    r"[\s\"']*([a-z0-9-]{1,50}/[a-z0-9+.-]{1,100}|html|multipart)\s*/?[\"']?\s*(?:\([^()]*\)\s*)?[,;:]?(.*)",
    re.IGNORECASE | re.DOTALL,
)
_MISNAMED = {
    "text/htm": "text/html", "text/xhtml": "text/html", "application/xhtml+xml": "text/html", "html": "text/html",
    "html/text": "text/html", "plain/text": "text/plain", "text/txt": "text/plain", "multipart": "multipart/mixed",
    "message/news": "message/rfc822",
}  # fmt: skip


@dataclass(slots=True)
class Part:
    """`headers`: lower-case name → raw unfolded values, in order. `body` is not yet transfer-decoded.

    `order` names the fields as they stand, top to bottom: who wrote a trace field is told by what stands above it.
    `cut`: its header had more than we read. `guesses` is shared by all parts of one source.
    """

    headers: Headers
    source: bytes
    start: int
    end: int
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    cut: bool = False
    guesses: Guesses | None = None

    def header(self, name: str) -> str:
        """The first of these fields that says anything."""
        return next(filter(None, self.headers.get(name, ())), "")

    @property
    def body(self) -> bytes:
        return self.source[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The body with its Content-Transfer-Encoding undone; what cannot be undone stays as it is."""
        label = self.header("content-transfer-encoding")
        if label and encoding_of(label) == "base64":  # a view: files are what large mail consists of
            return undone(memoryview(self.source)[self.start : self.end], label)
        return undone(self.body, label)


def read_mail(payload: bytes) -> Part:
    return read_part(with_plain_line_ends(payload))


def read_within(part: Part, start: int, end: int, default_type: str = "text/plain") -> Part:
    """What stands within a part, read as a part of the same source."""
    part.guesses = part.guesses or Guesses(part.source)
    inner = read_part(part.source, default_type, start, end)
    inner.guesses = part.guesses
    return inner


def read_part(source: bytes, default_type: str = "text/plain", start: int = 0, end: int | None = None) -> Part:
    """The part that is `source[start:end]`, with LF line ends: header, blank line, body."""
    end = len(source) if end is None else end
    if source.startswith(b"\n", start, end):
        header, body = Header(), start + 1
    else:
        blank = source.find(b"\n\n", start, end)
        head_end, body = (end, end) if blank < 0 else (blank, blank + 2)
        header = read_header(source[start : min(head_end, start + MAX_HEADER_BYTES)])
        header.cut = header.cut or head_end - start > MAX_HEADER_BYTES
        if header.end is not None:
            body = start + header.end
    part = Part(header.fields, source, min(body, end), end, default_type, order=header.order, cut=header.cut)
    declared = part.header("content-type")
    if declared:
        part.content_type, part.parameters = content_type_of(declared)
        _read_raw_bytes_as(part)
    return part


def content_type_of(declared: str) -> tuple[str, dict[str, str]]:
    """A Content-Type as it was meant: in quotes, with a comment, a comma or nothing where its semicolon should be."""
    kind, described = parameters(declared)
    if not MEDIA_TYPE.fullmatch(kind):
        meant = _MEANT_TYPE.match(declared[:_LONGEST_PARAMETERS])
        if meant:
            kind, described = meant[1].lower(), parameters(";" + meant[2])[1]
    kind = _MISNAMED.get(kind, kind)
    return kind if MEDIA_TYPE.fullmatch(kind) else "text/plain", described


def _read_raw_bytes_as(part: Part) -> None:
    """Header bytes that are no UTF-8 are of the charset the part declares, if it is one they can be of."""
    codec = codec_of(part.parameters.get("charset", ""))
    if codec is None or codec.startswith("utf"):
        return
    for name, values in part.headers.items():
        for number, value in enumerate(values):
            if not value.isascii() and not name.startswith("content-") and not _is_unicode(value):
                values[number] = text_of(value.encode("utf-8", "surrogateescape"), codec)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def with_plain_line_ends(payload: bytes) -> bytes:
    """Every line end as LF. In the header of mail that came with CR LF, bare ones become a space."""
    before = _BEFORE_HEADER.match(payload[:1000])
    if before and before.end():
        payload = payload[before.end() :]
    first = payload.find(b"\n")
    if first > 0 and payload[first - 1 : first] == b"\r":
        end = payload.find(b"\r\n\r\n")
        head = payload if end < 0 else payload[:end]
        lines = head.count(b"\r\n")
        if head.count(b"\n") != lines or head.count(b"\r") != lines:
            payload = _BARE.sub(b" ", head) + payload[len(head) :]
    payload = payload.replace(b"\r\n", b"\n")
    return payload.replace(b"\r", b"\n") if b"\r" in payload else payload


def children(part: Part) -> Iterator[Part]:
    """The parts of a multipart, in order; none if it is not one."""
    if not part.content_type.startswith("multipart/"):
        return
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    whole, found = _divided(part)
    for start, end in found:
        yield read_within(whole, start, end, default)


def _divided(part: Part) -> tuple[Part, Iterator[tuple[int, int]]]:
    """What the parts are stretches of: the mail, or this body where it was encoded as a whole, which is not allowed."""
    boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    marks = [mark for mark in dict.fromkeys((boundary, boundary.strip(b"'"))) if mark]
    for mark in marks:
        found = between(part.source, part.start, part.end, b"--" + mark)
        first = next(found, None)
        if first is not None:
            return part, chain([first], found)
    part.guesses = part.guesses or Guesses(part.source)
    guess = part.guesses.first(part.start, part.end)
    if guess is not None:
        return part, between(part.source, part.start, part.end, b"--" + guess)
    if encoding_of(part.header("content-transfer-encoding")):
        content = part.content
        return Part({}, content, 0, len(content)), between(content, 0, len(content), b"--" + boundary)
    return part, iter(())


def without_boundaries(body: bytes) -> bytes:
    """The text of what was to be a multipart and is none, without lines that only look like boundaries."""
    return _LONE_BOUNDARY.sub(b"", body) if body.lstrip().startswith(b"--") else body


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """`text/plain; charset=x; name*0="a"` → the lower-case value and its parameters, RFC 2231 pieces joined."""
    kind, semicolon, rest = value[:_LONGEST_PARAMETERS].partition(";")
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(semicolon + rest):
        name, text = match[1].lower(), _unquoted(match[2].strip())
        base, star, number = name.partition("*")
        if not star:
            found.setdefault(name, text)
            continue
        digits = number.rstrip("*")
        index = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 0
        pieces.setdefault(base, {}).setdefault(index, (text, name.endswith("*")))
    for base, numbered in pieces.items():
        found[base] = _joined(numbered)
    return kind.strip().lower(), found


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231 continuations in the order of their numbers; the result keeps charset as an encoded word's would."""
    ordered = [numbered[index] for index in sorted(numbered)]
    if not any(encoded for _, encoded in ordered):
        return "".join(text for text, _ in ordered)
    charset, data = "", b""
    for position, (text, encoded) in enumerate(ordered):
        octets = text
        if position == 0 and encoded and text.count("'") >= 2:
            charset, _, octets = text.split("'", 2)
        piece = octets.encode("utf-8", "surrogateescape")
        data += _HEX.sub(lambda code: bytes([int(code[1], 16)]), piece) if encoded else piece
    return text_of(data, charset)


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"'), flags=re.DOTALL)
