"""What a person may set for any mail channel in `balcao.yaml`, and the types of such values."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from domain.mailbox import Mailbox, fold_address
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

_DOMAIN = r"[^\s@<>\"(),:;\\\[\]]+"
ADDRESS_PATTERN = rf"[^\s@<>\"(),:;\\\[\]]+@{_DOMAIN}"
RECIPIENT_PATTERN = rf"({ADDRESS_PATTERN}|@{_DOMAIN})"


def parse_address(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(ADDRESS_PATTERN, value):
        raise BadValue('write an e-mail address: "suporte@exemplo.com"')
    return value


def parse_recipient(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(RECIPIENT_PATTERN, value):
        raise BadValue('write an e-mail address or a whole domain: "suporte@exemplo.com", "@exemplo.com"')
    return fold_address(value)


def _as_written(parse: Callable[[Any], Any], pattern: str) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(parse), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


Size = Annotated[int, *_as_written(parse_size, SIZE_PATTERN)]
Duration = Annotated[timedelta, *_as_written(parse_duration, DURATION_PATTERN)]
ListenAddress = Annotated[Listen, *_as_written(parse_listen, LISTEN_PATTERN)]
SecretReference = Annotated[str, *_as_written(parse_reference, REFERENCE_PATTERN)]
Address = Annotated[str, *_as_written(parse_address, ADDRESS_PATTERN)]
Recipient = Annotated[str, *_as_written(parse_recipient, RECIPIENT_PATTERN)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Relay(Strict):
    """The server that takes our outgoing mail. `tls: starttls` and `implicit` verify its certificate."""

    host: str = Field(min_length=1)
    port: int = Field(default=25, ge=1, le=65535)
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    username: str | None = None
    password: SecretReference | None = None


class MailOptions(Strict):
    """`recipients` defaults to `address` alone.

    `outgoing` is where mail is written while no `relay` is set: a directory, relative to `var`.
    """

    address: Address = "suporte@localhost"
    name: str = Field(default="Suporte", max_length=200)
    recipients: tuple[Recipient, ...] = ()
    plus_addressing: bool = True
    relay: Relay | None = None
    outgoing: Path = Path("outgoing")

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(
            address=fold_address(self.address),
            name=self.name,
            recipients=frozenset(self.recipients or (fold_address(self.address),)),
            plus_addressing=self.plus_addressing,
        )
