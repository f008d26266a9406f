"""Bytes into headers and parts: a MIME reader that cannot recurse, blow up or be talked into new headers.

The standard library's parser reads line by line (30 ms per MB), recurses for each level and raises half a dozen
kinds of exceptions on hostile mail (dangers.md §6.4). This one finds blank lines and boundaries with `bytes.find`.

    mail that came with CR LF: a bare CR or LF in the header is a space, never a line end (attack 13)
    after that every line end is LF
    a multipart deeper than MAX_DEPTH, or without a boundary, is one part; parts beyond MAX_PARTS are not read
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.mail.words import text_of

MAX_HEADER_BYTES = 256_000
MAX_HEADER_LINES = 10_000
MAX_DEPTH = 30
MAX_PARTS = 1_000
_LONGEST_PARAMETERS = 8_000
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,100})\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;]*)", re.DOTALL)
_FIELD_NAME = re.compile(r"[!-9;-~]+[ \t]*:")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_FOLDING = (" ", "\t")
_HEX = re.compile(rb"%([0-9a-fA-F]{2})")

Headers = dict[str, list[str]]


@dataclass(slots=True)
class Part:
    """`headers`: lower-case name → raw unfolded values, in order. `body` is not yet transfer-decoded.

    `order` names the fields as they stand, top to bottom: who wrote a trace field is told by what stands above it.
    """

    headers: Headers
    body: bytes
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def header(self, name: str) -> str:
        values = self.headers.get(name)
        return values[0] if values else ""

    @property
    def content(self) -> bytes:
        """The body with its Content-Transfer-Encoding undone; what cannot be undone stays as it is."""
        encoding = self.header("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return _from_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        return self.body


def read_part(data: bytes, default_type: str = "text/plain") -> Part:
    """`data` is a part with LF line ends: header, blank line, body."""
    if data.startswith(b"\n"):
        head, body = b"", data[1:]
    else:
        head, blank, body = data.partition(b"\n\n")
        if not blank:
            head = data
    headers, order, more_body = _read_headers(head)
    part = Part(headers, more_body + b"\n\n" + body if more_body else body, order=order)
    declared = part.header("content-type")
    if declared:
        kind, part.parameters = parameters(declared)
        part.content_type = kind if kind.count("/") == 1 else "text/plain"
    else:
        part.content_type = default_type
    return part


def read_mail(payload: bytes) -> Part:
    return read_part(with_plain_line_ends(payload))


def with_plain_line_ends(payload: bytes) -> bytes:
    """Every line end as LF. In the header of mail that came with CR LF, bare ones become a space."""
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
    boundary = part.parameters.get("boundary", "").rstrip()
    if not part.content_type.startswith("multipart/") or not boundary:
        return
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for data in _between(part.body, b"--" + boundary.encode("utf-8", "surrogateescape")):
        yield read_part(data, default)


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


def _read_headers(head: bytes) -> tuple[Headers, list[str], bytes]:
    """The fields, their order, and what follows the first line that is none (then the blank line was forgotten)."""
    headers: Headers = {}
    order: list[str] = []
    pieces: list[str] = []
    lines = head[:MAX_HEADER_BYTES].decode("utf-8", "surrogateescape").split("\n")
    for number, line in enumerate(lines[:MAX_HEADER_LINES]):
        if line[:1] in _FOLDING and pieces:
            pieces.append(line)
            continue
        _keep(headers, order, pieces)
        pieces = [line]
        if line and not _FIELD_NAME.match(line):
            pieces = []
            if number or not line.startswith("From "):
                return headers, order, b"\n".join(head.split(b"\n")[number:])
    _keep(headers, order, pieces)
    return headers, order, b""


def _keep(headers: Headers, order: list[str], pieces: list[str]) -> None:
    if pieces:
        field_name, colon, value = ("".join(pieces) if len(pieces) > 1 else pieces[0]).partition(":")
        if colon:
            name = field_name.rstrip().lower()
            headers.setdefault(name, []).append(value.strip())
            order.append(name)


def _between(body: bytes, delimiter: bytes) -> Iterator[bytes]:
    """What stands between the lines that are `delimiter`, up to the one with two dashes more."""
    at = 0 if body.startswith(delimiter) else body.find(b"\n" + delimiter) + 1
    start: int | None = None
    while at or (start is None and body.startswith(delimiter)):
        line_end = body.find(b"\n", at)
        line_end = len(body) if line_end < 0 else line_end
        tail = body[at + len(delimiter) : min(line_end, at + len(delimiter) + 100)].rstrip(b" \t")
        if tail in (b"", b"--"):
            if start is not None:
                yield body[start : max(start, at - 1)]
            start = line_end + 1
        if tail == b"--":
            return
        at = body.find(b"\n" + delimiter, line_end) + 1
    if start is not None and start <= len(body):
        yield body[start:]


def _from_base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", body)
        letters = letters[:-1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
