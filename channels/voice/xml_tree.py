"""Small XML documents as nested dictionaries, by expat and with nothing that makes XML dangerous.

    <cdr><variables><uuid>x</uuid></variables></cdr>   ──▶   {"": "cdr", "variables": {"uuid": "x"}}
    <profile index="1"/><profile/>                     ──▶   {"profile": [{"@index": "1"}, {}]}

A document type is refused as such: without one there are no entities to expand, no files to read and nothing to
fetch. Depth and number of elements are bounded.
"""

from typing import Any
from xml.parsers import expat

from channels.repeated import put
from domain.errors import Undecodable

DEEPEST = 40
MOST_ELEMENTS = 20_000


def xml_tree(body: bytes) -> dict[str, Any]:
    """`""` is the name of the root. Raises Undecodable."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Undecodable(f"line {error.lineno}, column {error.offset + 1}: {expat.ErrorString(error.code)}") from None
    except (ValueError, LookupError) as error:
        raise Undecodable(f"this XML cannot be read: {error}") from None
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._count = 0

    def refuse(self, *_: object) -> int:
        raise Undecodable("XML with a document type or entities is not read")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise Undecodable(f"XML of more than {DEEPEST} levels or {MOST_ELEMENTS} elements is not read")
        fields: dict[str, Any] = {f"@{key}": value for key, value in attributes.items()}
        if not self._open:
            self.root = {"": name, **fields}
            fields = self.root
        self._open.append((name, fields, []))

    def text(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, fields, texts = self._open.pop()
        if not self._open:
            return
        value: Any = fields or "".join(texts).strip()
        parent = self._open[-1][1]
        put(parent, name, value)
