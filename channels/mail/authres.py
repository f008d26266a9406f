"""One Authentication-Results field as data. Never raises; what does not follow the grammar to its end is nothing.

    mx.exemplo.com 1; dkim=pass (2048-bit key) header.d=cliente.com header.s=k1; spf=fail smtp.mailfrom=x@evil.example
    └ id ──────┘ version └ method=result, comments dropped, properties `type.name=value` ┘

Microsoft 365 writes no id; such a field has the id `microsoft365`.

authres (PyPI) was looked at: its last release is of 2019, it refuses fields that large providers write, and a wrong
guess at what a comment or a quoted string holds is here the difference between a customer and a stranger.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

UNNAMED = "microsoft365"
MOST_BYTES = 16_000
_PIECE = re.compile(r"\\.|[\"()]|[^\\\"()]+|\\", re.DOTALL)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SEGMENT = re.compile(rf"(?:{_QUOTED}|[^;\"])*", re.DOTALL)
_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_ID = re.compile(rf"({_QUOTED}|[^\s\";=]+)(?:\s+\d+)?", re.DOTALL)
_METHOD = re.compile(rf"({_NAME})(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)(?=\s|$)")
_PROPERTY = re.compile(rf"\s+({_NAME}(?:\s*\.\s*{_NAME})?)\s*=\s*((?:{_QUOTED}|[^\s\";])+)", re.DOTALL)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Result:
    """`properties`: `header.d` → value. Method, result and names are lower-case."""

    method: str
    result: str
    properties: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.properties.get(name)


NOTHING: tuple[str, tuple[Result, ...]] = ("", ())


def read_results(value: str) -> tuple[str, tuple[Result, ...]]:
    """The id in lower case, and what is claimed under it; ('', ()) for what cannot be read."""
    bare = _without_comments(value) if len(value) <= MOST_BYTES else None
    segments = _segments(bare) if bare is not None else None
    if not segments:
        return NOTHING
    named = _ID.fullmatch(segments[0])
    claims = segments[1:] if named else segments
    results = [_result(claim) for claim in claims if claim and claim.lower() != "none"]
    if None in results or not (named or results):
        return NOTHING
    return _unquoted(named[1]).lower() if named else UNNAMED, tuple(filter(None, results))


def _without_comments(value: str) -> str | None:
    """Comments, which nest, become a space; None when a comment or a quoted string does not end."""
    kept: list[str] = []
    depth, quoted = 0, False
    for piece in _PIECE.findall(value):
        if piece == '"' and not depth:
            quoted = not quoted
        if piece in ("(", ")") and not quoted:
            depth += 1 if piece == "(" else -1
            if depth < 0:
                return None
            kept.append(" ")
        elif not depth:
            kept.append(piece)
    return None if depth or quoted else "".join(kept)


def _segments(bare: str) -> list[str] | None:
    """What stands between the semicolons."""
    found, at = [], 0
    while True:
        match = _SEGMENT.match(bare, at)
        assert match is not None
        found.append(match[0].strip())
        if match.end() == len(bare):
            return found
        if bare[match.end()] != ";":
            return None
        at = match.end() + 1


def _result(claim: str) -> Result | None:
    method = _METHOD.match(claim)
    if method is None:
        return None
    properties: dict[str, str] = {}
    at = method.end()
    while at < len(claim):
        match = _PROPERTY.match(claim, at)
        if match is None:
            return None
        text = _unquoted(match[2])
        if properties.setdefault(_SPACE.sub("", match[1]).lower(), text) != text:
            return None
        at = match.end()
    return Result(method[1].lower(), method[2].lower(), properties)


def _unquoted(text: str) -> str:
    if '"' not in text:
        return text
    return re.sub(rf"({_QUOTED})", lambda quoted: re.sub(r"\\(.)", r"\1", quoted[1][1:-1]), text, flags=re.DOTALL)
