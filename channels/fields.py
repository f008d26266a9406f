"""Setting fields that several channels share. Values are written and read as domain.units says."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from channels.signing import SHORTEST_SECRET, SigningKey
from domain.errors import N_, ConfigError, Mistake, Position
from domain.units import (
    DURATION_PATTERN,
    REFERENCE_PATTERN,
    SIZE_PATTERN,
    BadValue,
    must_be_somewhere,
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
    must_be_somewhere(parts.hostname)
    return value


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


class CalledServer(StrictOptions):
    """A server that is called, in the open or by TLS; `ca`: certificates to trust then (channels/authorities.py)."""

    tls: bool | str
    ca: Path | None = None

    @model_validator(mode="after")
    def _trusts_somebody_it_asks(self) -> Self:
        if self.ca is not None and self.tls in {False, "none"}:
            raise BadValue(N_('"ca" is for an encrypted connection, and "tls" is off'))
        return self


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
