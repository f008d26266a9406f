"""`multipart/form-data` (RFC 7578) as the object that JSON would have been, with its files beside it.

subject, text                     fields of the message
contact.email, context.version    a dot leads into an object
message                           the whole message as JSON; other fields lie over it
any part with a file name         an attachment
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from channels.json_text import MalformedJson, read_object

FORM = "multipart/form-data"
MOST_PARTS = 200
LONGEST_HEAD = 8192
_BOUNDARY = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(r';\s*name="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILE_NAME = re.compile(r';\s*filename="((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FILE_NAME_UTF8 = re.compile(r";\s*filename\*=utf-8''([^\s;]+)", re.IGNORECASE)
_OBJECTS = ("contact", "context")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """`file_name` is None for a field."""

    name: str
    file_name: str | None
    content_type: str
    content: bytes


def type_of(body: bytes) -> str:
    """The Content-Type of a captured body whose header was not kept: a form begins with its boundary."""
    first = body[:80].split(b"\r\n", 1)[0]
    if first.startswith(b"--") and first.isascii():
        return f'{FORM}; boundary="{first[2:].decode()}"'
    return "application/json"


def read_form(body: bytes, content_type: str) -> tuple[dict[str, Any], list[File]]:
    """Raises MalformedJson (whose message is about the form)."""
    fields: dict[str, Any] = {}
    files: list[File] = []
    for part in parts_of(body, content_type):
        if part.file_name is not None:
            files.append(File(part.file_name, part.content_type, part.content))
        elif part.name == "message":
            fields = {**read_object(part.content), **fields}
        else:
            _set(fields, part.name, part.content.decode("utf-8", "replace"))
    return fields, files


def _set(fields: dict[str, Any], name: str, value: str) -> None:
    head, dot, tail = name.partition(".")
    if dot and head in _OBJECTS:
        inner = fields.setdefault(head, {})
        if isinstance(inner, dict):
            inner[tail] = value
    else:
        fields[name] = value


def _boundary(content_type: str) -> bytes:
    found = _BOUNDARY.search(content_type)
    if found is None or not content_type.isascii():
        raise MalformedJson("the Content-Type names no boundary")
    return (found[1] or found[2]).encode()


def parts_of(body: bytes, content_type: str) -> Iterator[Part]:
    """Raises MalformedJson."""
    boundary = _boundary(content_type)
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 1)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise MalformedJson(f"the form has no last boundary, or more than {MOST_PARTS} parts")
    for number, piece in enumerate(pieces[1:-1], start=1):
        start = piece.find(b"\r\n\r\n", 0, LONGEST_HEAD)
        if start < 0:
            raise MalformedJson(f"part {number} of the form has no header")
        yield _part(piece[:start].decode("utf-8", "replace"), piece[start + 4 :], number)


def _part(head: str, content: bytes, number: int) -> Part:
    header = dict(_fields_of(head))
    disposition = header.get("content-disposition", "")
    name = _NAME.search(disposition)
    if not disposition.lower().startswith("form-data") or name is None:
        raise MalformedJson(f"part {number} of the form has no name")
    return Part(_plain(name[1]), _file_name(disposition), header.get("content-type", ""), content)


def _fields_of(head: str) -> Iterator[tuple[str, str]]:
    for line in head.split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _file_name(disposition: str) -> str | None:
    if found := _FILE_NAME_UTF8.search(disposition):
        return unquote(found[1])
    found = _FILE_NAME.search(disposition)
    return _plain(found[1]) if found else None


def _plain(quoted: str) -> str:
    """Browsers write `%22` for a quotation mark, others a backslash before it."""
    return re.sub(r"\\(.)", r"\1", quoted).replace("%22", '"').replace("%0D", " ").replace("%0A", " ")
