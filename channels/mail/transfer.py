"""Content-Transfer-Encodings undone, as far as they can be. Never raises.

Labels are taken loosely (`Base-64`, `"quoted-printable";`), damage costs what is damaged. Text labelled base64 that
plainly is none, and encodings nobody knows, stay as they came.
"""

import binascii
import io
import re
from itertools import islice

_LABEL = re.compile(r"[\s;,(]")
_BASE64_LABELS = frozenset({"base64", "base-64", "b64", "x-base64", "base64-encoded"})
_QUOTED_LABELS = frozenset({"quoted-printable", "quoted_printable", "quotedprintable", "quoted", "qp"})
_UU_LABELS = frozenset({"x-uuencode", "uuencode", "x-uue", "uue", "x-uu"})
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_PADDED = re.compile(rb"==?=?\s*")  # begins with a letter of its own, so that most of a body is skipped
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{4,}={0,2}")
_LOST_SOFT_BREAK = re.compile(rb"=[ \t]+\n")
_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ?([^\n]*)\n", re.MULTILINE)
_SAMPLE = 4_000
_MOST_PIECES = 1_000


def encoding_of(label: str) -> str:
    """base64, quoted-printable, uuencode, or '' for all that leaves the body as it is."""
    name = _LABEL.split(label.strip().strip("\"'").lower(), maxsplit=1)[0].strip("\"'")
    if name in _BASE64_LABELS:
        return "base64"
    if name in _QUOTED_LABELS:
        return "quoted-printable"
    return "uuencode" if name in _UU_LABELS else ""


def undone(body: bytes | memoryview, label: str) -> bytes:
    """What is given as a view is copied only where its encoding wants that; base64 does not."""
    encoding = encoding_of(label) if label else ""
    if encoding == "base64":
        return _from_base64(body)
    body = bytes(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(_LOST_SOFT_BREAK.sub(b"=\n", body) if b"= " in body or b"=\t" in body else body)
    if encoding == "uuencode":
        _, files = without_uuencoded(body)
        return files[0][1] if files else body
    return body


def without_uuencoded(body: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """A text and the files that stood in it as `begin 644 name … end`."""
    if body.count(b"begin ") > _MOST_PIECES:
        return body, []
    kept: list[bytes] = []
    files: list[tuple[str, bytes]] = []
    end = closing = 0
    for begin in islice(_BEGIN.finditer(body), _MOST_PIECES):
        if begin.start() < end:
            continue
        if closing < begin.end() - 1:
            closing = body.find(b"\nend", begin.end() - 1)
        if closing < 0:
            break
        if body.find(b"\nbegin ", begin.end() - 1, closing) >= 0:
            continue
        content = _from_uu(body[begin.end() : closing + 1])
        if content is None:
            continue
        kept.append(body[end : begin.start()])
        files.append((begin[1].decode("utf-8", "surrogateescape").strip(), content))
        end = closing + len(b"\nend")
    return (b"".join(kept) + body[end:] if files else body), files


def _from_uu(lines: bytes) -> bytes | None:
    """None when a line cannot be of such a file: then it was only text that looked like its beginning."""
    content = []
    for written in io.BytesIO(lines):
        line = written.rstrip(b"\n")
        if not line:
            continue
        size = ((line[0] - 32) & 63) * 4 // 3 + 5
        try:
            content.append(binascii.a2b_uu(line[:size]))
        except binascii.Error:
            return None
    return b"".join(content)


def _from_base64(body: bytes | memoryview) -> bytes:
    """Pieces that were encoded one by one are all read; text behind the last of them is not."""
    if _is_plain(bytes(body[:_SAMPLE])):
        return bytes(body)
    end = _PADDED.search(body)
    if end is None or end.end() >= len(body):
        return _piece(body)
    pieces: list[bytes] = []
    begun = 0
    while end is not None and len(pieces) < _MOST_PIECES:
        pieces.append(_piece(body[begun : end.end()]))
        begun = end.end()
        if not _goes_on(bytes(body[begun : begun + 100])):
            return b"".join(pieces)
        end = _PADDED.search(body, begun)
    return b"".join([*pieces, _piece(body[begun:])])


def _goes_on(following: bytes) -> bool:
    line = following.split(b"\n", 1)[0].strip()
    return len(line) % 4 == 0 and bool(_BASE64_LINE.fullmatch(line))


def _piece(body: bytes | memoryview) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", bytes(body))
        letters = letters[:-1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _is_plain(sample: bytes) -> bool:
    """Words with spaces between them, which are not groups of four."""
    if sample.count(b" ") * 12 <= len(sample):
        return False
    words = sample.split()
    return sum(len(word) % 4 == 0 for word in words) * 10 < len(words) * 7
