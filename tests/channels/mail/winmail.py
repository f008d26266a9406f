"""winmail.dat as Outlook makes it, and damaged: attributes, MAPI lists, packed RTF."""

import struct

BODY, PROPERTIES, CODEPAGE = 0x800C, 0x9003, 0x9007
BEGIN_FILE, FILE_TITLE, FILE_DATA, FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
STRING, UNICODE, BINARY, OBJECT, LONG = 0x1E, 0x1F, 0x102, 0x0D, 0x03
P_BODY, P_HTML, P_RTF, P_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
P_LONG_NAME, P_NAME, P_DATA = 0x3707, 0x3704, 0x3701
_BEGUN = 207


def attribute(name: int, data: bytes, *, length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return struct.pack("<BHHI", 1, name, 6, size) + data + struct.pack("<H", sum(data) & 0xFFFF)


def winmail(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def variable(kind: int, name: int, data: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(data)) + data + bytes(-len(data) % 4)


def number(name: int, value: int) -> bytes:
    return struct.pack("<HHI", LONG, name, value)


def named(kind: int, label: str, data: bytes) -> bytes:
    """A property with a GUID and a name of its own."""
    letters = label.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<HH", kind, 0x8001) + bytes(16) + struct.pack("<II", 1, len(letters))
    return head + letters + bytes(-len(letters) % 4) + struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)


def listed(*values: bytes) -> bytes:
    return struct.pack("<I", len(values)) + b"".join(values)


def file(name: str, data: bytes, *, long_name: str | None = None) -> bytes:
    said = [attribute(BEGIN_FILE, bytes(14)), attribute(FILE_TITLE, name.encode("cp1252") + b"\0")]
    if long_name is not None:
        properties = listed(variable(UNICODE, P_LONG_NAME, long_name.encode("utf-16-le") + b"\0\0"))
        said.append(attribute(FILE_PROPERTIES, properties))
    return b"".join([*said, attribute(FILE_DATA, data)])


def plain_rtf(rtf: bytes) -> bytes:
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def packed_rtf(tokens: bytes, size: int = 0) -> bytes:
    return struct.pack("<II4sI", len(tokens) + 12, size, b"LZFu", 0) + tokens


def bomb(repetitions: int) -> bytes:
    """Packed RTF in which each two bytes stand for seventeen."""
    ahead = (((_BEGUN + 17 * token + 1) % 4096) << 4 | 15 for token in range(repetitions * 8))
    references = struct.pack(f">{repetitions * 8}H", *ahead)
    return packed_rtf(b"".join(b"\xff" + references[at : at + 16] for at in range(0, len(references), 16)))
