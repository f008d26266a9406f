"""The types of single settings: how a person writes them, what the program is given, what an editor is told."""

import ipaddress
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from domain.units import (
    DURATION_PATTERN,
    LISTEN_PATTERN,
    REFERENCE_PATTERN,
    SIZE_PATTERN,
    BadValue,
    Listen,
    parse_duration,
    parse_listen,
    parse_reference,
    parse_size,
)


class Block(BaseModel):
    """A section of the settings. One whose lines are all commented out counts as empty, not as a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_empty(cls, value: Any) -> Any:
        return {} if value is None else value


def _written_as(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "examples": [example]})


def _seconds(value: Any) -> float:
    return parse_duration(value).total_seconds()


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise BadValue('unknown time zone; write it like "America/Sao_Paulo" or "UTC"') from None
    return name


def _network(name: str) -> str:
    try:
        ipaddress.ip_network(name, strict=False)
    except ValueError:
        raise BadValue('write an IP address or a network: "127.0.0.1", "10.0.0.0/8", "fd00::/8"') from None
    return name


def _database(value: Any) -> str:
    if isinstance(value, str):
        if value.startswith(("sqlite:///", "postgresql://")):
            return value
        if value.startswith(("env:", "file:")):
            return parse_reference(value)
    raise BadValue(
        'write a database as "sqlite:///path", "postgresql://…" or a reference to it, "env:NAME" or "file:path"'
    )


Duration = Annotated[float, PlainValidator(_seconds), _written_as(DURATION_PATTERN, "90s")]
Size = Annotated[int, PlainValidator(parse_size), _written_as(SIZE_PATTERN, "25MB")]
ListenOn = Annotated[Listen, PlainValidator(parse_listen), _written_as(LISTEN_PATTERN, "127.0.0.1:8080")]
Secret = Annotated[str, PlainValidator(parse_reference), _written_as(REFERENCE_PATTERN, "env:NAME")]
DatabaseUrl = Annotated[
    str,
    PlainValidator(_database),
    _written_as(r"(sqlite:///.+|postgresql://.+|env:.+|file:.+)", "env:DATABASE_URL"),
]
Timezone = Annotated[str, AfterValidator(_known_timezone)]
Network = Annotated[str, AfterValidator(_network)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
