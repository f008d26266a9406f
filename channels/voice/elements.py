"""The body of a post, or a piece of a file, as the records it holds; read by what it looks like.

    {…}                     one JSON object, or those in its list `events`
    [{…}, {…}]              several
    a=1&b=2                 a form
    <cdr>…</cdr>            XML, without a document type (channels.voice.xml_tree)
    Event: Hangup⏎…         AMI, blocks divided by an empty line
    "x","y"⏎                CSV; with the names of its columns in the first line, or by number: `0`, `1`, …

A list's broken element costs only itself: it stays in the list as what was wrong with it.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from channels.json_text import MalformedJson, kind_of, read_object
from channels.voice.xml_tree import xml_tree
from channels.wild import Wild
from domain.errors import Undecodable

MOST = 5000
_FORM = re.compile(rb"[\w.%+\[\]-]{1,100}=[^\n\r]*")
_HEADING = re.compile(r"[A-Za-z][\w .()/-]{0,60}")


@dataclass(frozen=True, slots=True)
class Broken:
    """An element that is no record at all."""

    element: object
    reason: str


Element = Wild | Broken


def elements_of(body: bytes) -> list[Element]:
    """Raises Undecodable when the body as a whole cannot be read."""
    bare = body.removeprefix(b"\xef\xbb\xbf").strip()
    if bare[:1] == b"[":
        return _listed(_list_of(bare), "")
    if bare[:1] == b"<":
        return [Wild(xml_tree(bare))]
    if bare[:1] != b"{" and (found := _text_of(bare)) is not None:
        return found
    payload = _object_of(body)
    return _listed(payload["events"], "events") if "events" in payload else [Wild(payload)]


def _object_of(body: bytes) -> dict[str, Any]:
    try:
        return read_object(body)
    except MalformedJson as error:
        raise Undecodable(str(error)) from None


def _list_of(body: bytes) -> object:
    """orjson reads lists as it reads objects; `read_object` mends what orjson refuses, and knows objects only."""
    return _object_of(b'{"events":' + body + b"}")["events"]


def _listed(found: object, path: str) -> list[Element]:
    if not isinstance(found, list):
        raise Undecodable(f"{path}: an array expected, got {kind_of(found)}")
    if len(found) > MOST:
        raise Undecodable(f"{path or 'list'}: at most {MOST} in one body, got {len(found)}")
    return [_element(element, f"{path}[{index}]") for index, element in enumerate(found)]


def _element(element: object, path: str) -> Element:
    if isinstance(element, dict):
        return Wild(element, path)
    return Broken(element, f"{path}: an object expected, got {kind_of(element)}")


def _text_of(body: bytes) -> list[Element] | None:
    """None for what is no text that we know of: then JSON's own words say what is wrong with it."""
    first_line = body.split(b"\n", 1)[0].strip()
    if first_line.lower().startswith((b"event:", b"response:", b"asterisk call manager")):
        return _blocks(_decoded(body))
    if _FORM.fullmatch(body):
        form = _form(body)
        # FreeSWITCH posts its record as a field of a form.
        return elements_of(form["cdr"].encode()) if form.get("cdr", "")[:1] in {"<", "{"} else [Wild(form)]
    if first_line[:1] == b'"' or first_line.count(b",") > 3:
        return _rows(_decoded(body))
    return None


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500, errors="replace"))
    except ValueError as error:
        raise Undecodable(f"the form cannot be read: {error}") from None


def _blocks(text: str) -> list[Element]:
    blocks = re.split(r"\n\s*\n", text.replace("\r", ""))
    found: list[Element] = []
    for block in blocks[:MOST]:
        lines = [line.partition(":") for line in block.split("\n") if ":" in line]
        fields = {name.strip(): value.strip() for name, _, value in lines}
        if "Event" in fields:
            found.append(Wild(fields, f"[{len(found)}]" if len(blocks) > 1 else ""))
    return found


def _rows(text: str) -> list[Element]:
    rows = list(_read_csv(text))[:MOST]
    names = _names_of(rows)
    body = rows[1:] if names else rows
    keys: Sequence[str] = names or [str(number) for number in range(max(map(len, rows), default=0))]
    path = len(body) > 1
    return [Wild(_named(keys, row), f"[{index}]" if path else "") for index, row in enumerate(body)]


def _named(keys: Sequence[str], row: Sequence[str]) -> Mapping[str, str]:
    return dict(zip(keys, row, strict=False))


def _names_of(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The first row, if it reads like headings: words, none twice, where the second one is not like that."""
    if len(rows) < 2 or not all(_HEADING.fullmatch(cell) for cell in rows[0]) or len(set(rows[0])) < len(rows[0]):
        return None
    return list(rows[0])


def _read_csv(text: str) -> Iterator[list[str]]:
    try:
        for row in csv.reader(io.StringIO(text), strict=False):
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise Undecodable(f"the CSV cannot be read: {error}") from None


def row_of(value: Mapping[str, Any], most: int) -> list[str] | None:
    """The cells of an object whose names number columns from 0 on, at least up to `most`; None if it is none."""
    row = [str(value[str(number)]) for number in range(len(value)) if str(number) in value]
    return row if len(row) == len(value) > most else None
