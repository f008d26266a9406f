"""The types of single settings: how a person writes them, what the program is given, what an editor is told."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from domain.broker import parse_broker
from domain.mailbox import fold_address
from domain.units import (
    DOOR_PATTERN,
    DURATION_PATTERN,
    LISTEN_PATTERN,
    REFERENCE_PATTERN,
    SIZE_PATTERN,
    BadValue,
    HandedOver,
    Listen,
    must_be_somewhere,
    parse_door,
    parse_duration,
    parse_listen,
    parse_reference,
    parse_size,
)

_PERSON = r"[^\s@<>\"(),:;\\\[\]]*@[^\s@<>\"(),:;\\\[\]]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


class Block(BaseModel):
    """A section of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def duration_text(seconds: float) -> str:
    """As it would be written, in the largest unit that leaves a whole number."""
    milliseconds = round(seconds * 1000)
    return _in_largest_unit(milliseconds, (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)))


def size_text(size: int) -> str:
    return _in_largest_unit(size, (("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1)))


def _in_largest_unit(amount: int, units: Sequence[tuple[str, int]]) -> str:
    smallest = units[-1][0]
    unit, factor = next(((unit, factor) for unit, factor in units if amount and amount % factor == 0), (smallest, 1))
    return f"{amount // factor}{unit}"


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


def _person(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(_PERSON, value):
        raise BadValue('write an e-mail address or a whole domain: "maria@exemplo.com", "@exemplo.com"')
    return fold_address(value)


def _host_name(name: str) -> str:
    if len(name) > 253 or not all(re.fullmatch(_LABEL, label) for label in name.split(".")):
        raise BadValue('write a host name: "atendimento.exemplo.com.br"')
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


def _server(value: Any) -> str:
    if isinstance(value, str):
        if value.startswith("postgresql://"):
            return value
        if value.startswith(("env:", "file:")):
            return parse_reference(value)
    raise BadValue('write "postgresql://user@host/name" or a reference to it, "env:NAME" or "file:path"')


def _journal(value: Any) -> str:
    if isinstance(value, str) and value.startswith(("amqp:", "amqps:")):
        if parse_broker(value).has_password:
            raise BadValue("write no password into the address: let journal.password refer to it")
        return value
    return _database(value)


def _collector(value: Any) -> str:
    host = None
    with suppress(ValueError):
        parts = urlsplit(value) if isinstance(value, str) and value.isascii() and value.isprintable() else None
        if parts is not None and parts.scheme in {"http", "https"} and parts.port != 0:
            host = parts.hostname
    if not host or set(value) & set(" @#"):
        raise BadValue('write where the collector takes OTLP over HTTP, without a password: "http://127.0.0.1:4318"')
    must_be_somewhere(host)
    return str(value)


def _shown(show: Callable[[Any], str]) -> PlainSerializer:
    return PlainSerializer(show, return_type=str, when_used="json")


Duration = Annotated[float, PlainValidator(_seconds), _written_as(DURATION_PATTERN, "90s"), _shown(duration_text)]
Size = Annotated[int, PlainValidator(parse_size), _written_as(SIZE_PATTERN, "25MB"), _shown(size_text)]
ListenOn = Annotated[Listen, PlainValidator(parse_listen), _written_as(LISTEN_PATTERN, "127.0.0.1:8080"), _shown(str)]
Door = Annotated[
    Listen | HandedOver, PlainValidator(parse_door), _written_as(DOOR_PATTERN, "127.0.0.1:8080"), _shown(str)
]
Secret = Annotated[str, PlainValidator(parse_reference), _written_as(REFERENCE_PATTERN, "env:NAME")]
DatabaseUrl = Annotated[
    str,
    PlainValidator(_database),
    _written_as(r"(sqlite:///.+|postgresql://.+|env:.+|file:.+)", "env:DATABASE_URL"),
]
ServerUrl = Annotated[
    str, PlainValidator(_server), _written_as(r"(postgresql://.+|env:.+|file:.+)", "file:var/secrets/database.url")
]
JournalUrl = Annotated[
    str,
    PlainValidator(_journal),
    _written_as(r"(sqlite:///.+|postgresql://.+|amqps?://.+|env:.+|file:.+)", "amqps://balcao@mq1,mq2,mq3/balcao"),
]
CollectorUrl = Annotated[str, PlainValidator(_collector), _written_as(r"https?://[^\s@#]+", "http://127.0.0.1:4318")]
QueueName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$", examples=["balcao.journal"])]
Person = Annotated[str, PlainValidator(_person), _written_as(_PERSON, "maria@exemplo.com")]
HostName = Annotated[str, AfterValidator(_host_name)]
Timezone = Annotated[str, AfterValidator(_known_timezone)]
Network = Annotated[str, AfterValidator(_network)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
