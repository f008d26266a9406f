"""What a person may set for a web chat in `balcao.yaml`.

chat:
  kind: chat
  origins: [https://www.exemplo.com.br]       # the pages that may show it
  secrets: [file:var/secrets/chat.key]        # signs visitors' tokens; the first signs, all are believed
  calendar: atendimento                       # of the rules: when people are there
"""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from channels.fields import Duration, Origin, SecretReference, Size, StrictOptions
from domain.errors import N_
from domain.units import BadValue

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LEAST_STAY = timedelta(minutes=1)


def _stay(duration: timedelta) -> timedelta:
    if duration < _LEAST_STAY:
        raise BadValue(N_('this is too short; write at least "1m"'))
    return duration


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise BadValue(N_('write a colour as #rrggbb: "#0b5cab"'))
    return text.lower()


Stay = Annotated[Duration, AfterValidator(_stay)]
Colour = Annotated[str, AfterValidator(_colour)]


class Users(StrictOptions):
    """`secrets`: with which the embedding site signs whom it knows."""

    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)


class Tokens(StrictOptions):
    """`lifetime`: until a token is renewed; `remembered`: how long a visitor may stay away and still be the same."""

    lifetime: Stay = timedelta(hours=1)
    remembered: Stay = timedelta(days=30)


class Limits(StrictOptions):
    """Of one visitor, of one address, and in all."""

    messages_per_minute: int = Field(default=20, ge=1, le=10_000)
    address_messages_per_minute: int = Field(default=120, ge=1, le=100_000)
    address_sessions_per_minute: int = Field(default=30, ge=1, le=100_000)
    visitor_streams: int = Field(default=6, ge=1, le=100)
    address_streams: int = Field(default=60, ge=1, le=10_000)
    streams: int = Field(default=1000, ge=1, le=100_000)


class Look(StrictOptions):
    """None: the widget's own words and colour. `language` auto: the page's, else the browser's."""

    title: str | None = Field(default=None, min_length=1, max_length=60)
    greeting: str | None = Field(default=None, min_length=1, max_length=500)
    colour: Colour | None = None
    language: Literal["auto", "pt-BR", "en"] = "auto"


class Options(StrictOptions):
    origins: tuple[Origin, ...] = Field(min_length=1, max_length=100)
    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)
    users: Users | None = None
    calendar: str | None = Field(default=None, min_length=1, max_length=100)
    max_files: int = Field(default=5, ge=0, le=20)
    max_body: Size = 12_000_000
    tokens: Tokens = Field(default_factory=Tokens)
    limits: Limits = Limits()
    look: Look = Look()
