"""Forms as the object that expressions look into; JSON is that object already.

multipart/form-data                 fields: name ─▶ text (a list where a name comes several times)
application/x-www-form-urlencoded   json:   name ─▶ what a field holds that is itself a JSON object
                                    files:  {field, name, content_type, size, content in base64}, as `attachments` reads

What a body is, is told by its first bytes, so that a captured one can be read without its headers. Each post of a
multipart form has a boundary of its own: `unbounded` is the body without it, the same when it is sent again.
"""

import re
from base64 import b64encode
from binascii import a2b_qp
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from channels.json_door import require_plain_json
from channels.json_text import MalformedJson, read_object
from channels.multipart import FORM, Part, parts_of, type_of
from channels.repeated import put

URLENCODED = "application/x-www-form-urlencoded"
MOST_FIELDS = 500
_CHARSET = re.compile(r"charset=\"?(utf-8|us-ascii|iso-8859-[0-9]{1,2}|windows-125[0-9])\b", re.IGNORECASE)
_BYTES_AS_TEXT = ("utf-8", "cp1252")
_FIRST_LINE = re.compile(rb"--[^\r\n]{1,70}(?=\r\n)")
_LONE_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_PAIRS = re.compile(rb"[!#-Z\\\]-z|~][!-~]*")
"""How an encoded form begins, which has a "=", too; JSON begins with a brace, a bracket or a quotation mark."""


def takes(media_type: str) -> None:
    """Raises UnsupportedMedia."""
    if not _says_form(media_type):
        require_plain_json(media_type)


def opened(body: bytes, media_type: str) -> Mapping[str, Any]:
    """A form is read later; what says that it is JSON must be JSON. Raises MalformedJson."""
    return {} if _says_form(media_type) and _is_form(body) else read_object(body)


def _says_form(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() in {FORM, URLENCODED}


def read_body(body: bytes) -> dict[str, Any]:
    """Raises MalformedJson."""
    if not _is_form(body):
        return read_object(body)
    if _FIRST_LINE.match(body):
        parts = list(parts_of(body, type_of(body)))
        pairs = [(part.name, _text(part)) for part in parts if part.file_name is None]
        return {**_fields(pairs), "files": [_file(part) for part in parts if part.file_name]}
    return {**_fields(_pairs(body)), "files": []}


def unbounded(body: bytes) -> bytes:
    first = _FIRST_LINE.match(body)
    return body.replace(first[0], b"--") if first else body


def _is_form(body: bytes) -> bool:
    first = body[:1000]
    return _FIRST_LINE.match(body) is not None or (b"=" in first and _PAIRS.fullmatch(first) is not None)


def _pairs(body: bytes) -> list[tuple[str, str]]:
    pieces = body.strip().split(b"&", MOST_FIELDS)
    if len(pieces) > MOST_FIELDS:
        raise MalformedJson(f"the form has more than {MOST_FIELDS} fields")
    pairs = (piece.partition(b"=") for piece in pieces if piece)
    return [(_plain(name), _plain(value)) for name, _, value in pairs]


def _plain(written: bytes) -> str:
    """By way of quoted-printable, which is read in C: `unquote` takes seconds for megabytes."""
    quoted = _LONE_PERCENT.sub(b"%25", written).replace(b"+", b"%20").replace(b"=", b"%3D").replace(b"%", b"=")
    return _decoded(a2b_qp(quoted), _BYTES_AS_TEXT)


def _fields(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        put(fields, name, value)
    return {"fields": fields, "json": dict(_json(fields))}


def _json(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, str) and value.lstrip().startswith("{"):
            try:
                yield name, read_object(value.encode("utf-8", "replace"))
            except MalformedJson:
                continue


def _text(part: Part) -> str:
    """As declared, else UTF-8, else what Windows writes."""
    declared = _CHARSET.search(part.content_type)
    return _decoded(part.content, (*([declared[1]] if declared else ()), *_BYTES_AS_TEXT))


def _decoded(content: bytes, charsets: Iterable[str]) -> str:
    for charset in charsets:
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def _file(part: Part) -> dict[str, Any]:
    return {
        "field": part.name, "name": part.file_name, "content_type": part.content_type,
        "size": len(part.content), "content": b64encode(part.content).decode(),
    }  # fmt: skip
