"""winmail.dat: the files, and the text if there is any, that Outlook wraps into one attachment ([MS-OXTNEF]).

A reader of our own: the library for it is no longer kept, copies the rest of the data for each attribute (hours for a
mail of many), and loses all files to one damaged attribute. Here every attribute stands for itself, and what was read
before a damage is kept; `problem` says so.

    signature, key, attributes: level (1 byte), id (4), length (4), data, checksum (2)
    an attachment begins with its rendering data; its properties, and the message's, are MAPI lists
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.mail.rtf import LONGEST, text_from_rtf
from channels.mail.words import body_text

MAX_ATTRIBUTES = 20_000
MAX_FILES = 500
_SIGNATURE = 0x223E9F78
_BEGIN_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_BODY, _PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_P_BODY, _P_HTML, _P_RTF, _P_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_P_LONG_NAME, _P_NAME, _P_DATA = 0x3707, 0x3704, 0x3701
_MULTIPLE = 0x1000
_UNICODE, _STRING, _OBJECT, _BINARY = 0x001F, 0x001E, 0x000D, 0x0102
_VARIABLE = frozenset({_UNICODE, _STRING, _OBJECT, _BINARY})
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}

Properties = dict[int, tuple[int, bytes]]


@dataclass(slots=True)
class Tnef:
    text: str = ""
    html: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    problem: str | None = None
    unpacked: int = 0


@dataclass(slots=True)
class _File:
    name: str = ""
    long_name: str = ""
    content: bytes = b""


def read_tnef(data: bytes, most_rtf: int = LONGEST) -> Tnef:
    """Never raises. `most_rtf` is how many bytes its RTF may unpack to; `unpacked` says how many it took."""
    found = Tnef()
    files: list[_File] = []
    try:
        _read(data, found, files, most_rtf)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        found.problem = f"damaged: {error}"[:200]
    found.files = [(file.long_name or file.name, file.content) for file in files[:MAX_FILES] if file.content]
    return found


def _read(data: bytes, found: Tnef, files: list[_File], most_rtf: int) -> None:
    charset = "cp1252"
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        raise ValueError("this is no TNEF")
    for name, value in _attributes(data):
        if name == _CODEPAGE and len(value) >= 4:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif name == _BODY:
            found.text = body_text(value.rstrip(b"\0"), charset)
        elif name == _PROPERTIES:
            _take_message(_properties(value), found, charset, most_rtf)
        elif name == _BEGIN_FILE:
            files.append(_File())
        elif files and name == _FILE_TITLE:
            files[-1].name = body_text(value.rstrip(b"\0"), charset)
        elif files and name == _FILE_DATA:
            files[-1].content = value
        elif files and name == _FILE_PROPERTIES:
            _take_file(_properties(value), files[-1], charset)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, count = 6, 0
    while at + 9 <= len(data):
        count += 1
        if count > MAX_ATTRIBUTES:
            raise ValueError("more attributes than are read")
        _, name, _, length = struct.unpack_from("<BHHI", data, at)
        at += 9
        if at + length > len(data):
            raise ValueError("an attribute is cut off")
        yield name, data[at : at + length]
        at += length + 2


def _properties(data: bytes) -> Properties:
    """The values we know, by id. What is behind a property that cannot be read is not."""
    found: Properties = {}
    count, at = struct.unpack_from("<I", data)[0], 4
    for _ in range(min(count, MAX_ATTRIBUTES)):
        if at + 4 > len(data):
            break
        kind, name = struct.unpack_from("<HH", data, at)
        at += 4
        if name >= 0x8000:
            at = _past_name(data, at)
        multiple, kind = kind & _MULTIPLE, kind & ~_MULTIPLE
        if kind not in _VARIABLE and kind not in _SIZES:
            break
        values, at = _values(data, at, kind, counted=bool(multiple) or kind in _VARIABLE)
        if values:
            found.setdefault(name, (kind, values[0]))
    return found


def _past_name(data: bytes, at: int) -> int:
    """A named property has a GUID, and a number or a name of its own."""
    named = struct.unpack_from("<I", data, at + 16)[0]
    at += 20
    return at + 4 if named == 0 else at + 4 + _padded(struct.unpack_from("<I", data, at)[0])


def _values(data: bytes, at: int, kind: int, *, counted: bool) -> tuple[list[bytes], int]:
    count = 1
    if counted:
        count, at = struct.unpack_from("<I", data, at)[0], at + 4
    values: list[bytes] = []
    for _ in range(min(count, MAX_ATTRIBUTES)):
        size = _SIZES.get(kind, 0)
        if kind in _VARIABLE:
            size, at = struct.unpack_from("<I", data, at)[0], at + 4
        if at + size > len(data):
            raise ValueError("a property is cut off")
        if not values:
            values.append(data[at : at + size])
        at += _padded(size)
    return values, at


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4


def _text(properties: Properties, name: int, charset: str) -> str:
    kind, value = properties.get(name, (_STRING, b""))
    if kind == _UNICODE:
        return body_text(value, "utf-16-le").rstrip("\0")
    return body_text(value.rstrip(b"\0"), charset)


def _take_message(properties: Properties, found: Tnef, charset: str, most_rtf: int) -> None:
    if _P_CODEPAGE in properties:
        number = struct.unpack_from("<I", properties[_P_CODEPAGE][1])[0]
        charset = "utf-8" if number == 65001 else f"cp{number}"
    found.text = found.text or _text(properties, _P_BODY, charset)
    found.html = _text(properties, _P_HTML, charset)
    if _P_RTF in properties and not found.text.strip() and not found.html.strip():
        found.text, read = text_from_rtf(properties[_P_RTF][1], most_rtf - found.unpacked)
        found.unpacked += read


def _take_file(properties: Properties, file: _File, charset: str) -> None:
    file.long_name = _text(properties, _P_LONG_NAME, charset)
    file.name = file.name or _text(properties, _P_NAME, charset)
    kind, content = properties.get(_P_DATA, (_BINARY, b""))
    file.content = file.content or (content[16:] if kind == _OBJECT else content)
