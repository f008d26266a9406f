"""Setting fields that several channels share. Values are written and read as domain.units says."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from channels.signing import SHORTEST_SECRET, SigningKey
from domain.addresses import is_nobodys
from domain.errors import N_, ConfigError, Mistake, Position
from domain.units import (
    DURATION_PATTERN,
    REFERENCE_PATTERN,
    SIZE_PATTERN,
    BadValue,
    parse_duration,
    parse_reference,
    parse_size,
)


class StrictOptions(BaseModel):
    """Options of a channel: an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def parse_url(value: Any) -> str:
    advice = 'write a URL without user name, password or fragment: "https://chat.exemplo.com/balcao"'
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise BadValue(advice)
    try:
        parts = urlsplit(value)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        raise BadValue(advice) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_number:
        raise BadValue(advice)
    if "@" in parts.netloc or parts.fragment:
        raise BadValue(advice)
    _must_be_somewhere(parts.hostname)
    return value


def _must_be_somewhere(host: str) -> None:
    """An address stands as such, not as a number or in octal; and it is one that a peer may have."""
    try:
        nobodys = is_nobodys(host)
    except ValueError:
        if _NUMBERS.fullmatch(host):
            raise BadValue(N_("write an IP address with its four numbers: 10.0.0.5")) from None
        return
    if nobodys:
        raise BadValue(N_("%(host)s is no address of a peer: nothing is ever sent there"), host=host)


_NUMBERS = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)
ORIGIN_PATTERN = r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?"


def parse_origin(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(ORIGIN_PATTERN, value):
        raise BadValue(N_('write an origin as browsers send it: "https://portal.exemplo.com.br"'))
    return value.lower()


def as_written(parse: Callable[[Any], Any], pattern: str) -> tuple[PlainValidator, WithJsonSchema]:
    """The parts of a type whose values `parse` reads; an editor is told `pattern`."""
    return PlainValidator(parse), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadValue("there is no such time zone; write one as America/Sao_Paulo") from None
    return name


Size = Annotated[int, *as_written(parse_size, SIZE_PATTERN)]
Duration = Annotated[timedelta, *as_written(parse_duration, DURATION_PATTERN)]
SecretReference = Annotated[str, *as_written(parse_reference, REFERENCE_PATTERN)]
Origin = Annotated[str, *as_written(parse_origin, ORIGIN_PATTERN)]
Url = Annotated[str, *as_written(parse_url, r"https?://[^\s@#]+")]
Zone = Annotated[str, AfterValidator(_known_zone)]


class Basic(StrictOptions):
    """User and password of HTTP (RFC 7617)."""

    user: str = Field(min_length=1, pattern="^[^:]+$")
    password: SecretReference


def secret_bytes(reference: str, reveal: Callable[[str], str], where: str, *, least: int = SHORTEST_SECRET) -> bytes:
    """Raises ConfigError for a secret that is missing or too short; `where` names the setting."""
    secret = reveal(reference).encode()
    if len(secret) < least:
        text, values = N_("%(reference)s: a secret needs at least %(least)s bytes"), {"least": least}
        raise ConfigError([Mistake(Position(where, 1, 1), text, {"reference": reference, **values})])
    return secret


def signing_keys(references: Sequence[str], reveal: Callable[[str], str], where: str) -> tuple[SigningKey, ...]:
    """The keys behind secret references. Raises ConfigError; `where` names the setting."""
    keys = []
    for reference in references:
        try:
            keys.append(SigningKey.from_text(reveal(reference)))
        except ValueError as error:
            text, values = "%(reference)s: %(reason)s", {"reference": reference, "reason": str(error)}
            raise ConfigError([Mistake(Position(where, 1, 1), text, values)]) from None
    return tuple(keys)
