"""What a person may set for a mailbox in `balcao.yaml`.

caixa:
  kind: imap
  host: imap.exemplo.com.br
  username: suporte@exemplo.com.br
  password: env:IMAP_PASSWORD
  address: suporte@exemplo.com.br
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from channels.fields import CalledServer, Duration, SecretReference, Size, StrictOptions, Url
from channels.mail.options import MailOptions
from domain.errors import N_
from domain.units import BadValue

SYSTEM_FLAGS = {name.casefold(): f"\\{name}" for name in ("Seen", "Answered", "Flagged")}
KEYWORD_PATTERN = r"\$?[A-Za-z0-9._-]{1,60}"
LONGEST_IDLE = timedelta(minutes=28)
_PORTS = {"implicit": 993, "starttls": 143, "none": 143}


def _flag(value: Any) -> str:
    """`Seen` as IMAP writes it, or a keyword of one's own."""
    if not isinstance(value, str) or not re.fullmatch(KEYWORD_PATTERN, value.removeprefix("\\")):
        raise BadValue(N_('write a flag as "Seen", "Flagged", "Answered" or a word of your own: "Balcao"'))
    return SYSTEM_FLAGS.get(value.removeprefix("\\").casefold(), value.removeprefix("\\"))


def _folder(value: str) -> str:
    if not value or len(value) > 255 or any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise BadValue(N_('write a folder as the server names it: "INBOX", "INBOX/Suporte"'))
    return "INBOX" if value.casefold() == "inbox" else value


def _short_enough(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= LONGEST_IDLE:
        raise BadValue(N_("from 1s to 28m: a server may hang up on a client that is silent for longer (RFC 2177)"))
    return value


def _not_hot(value: timedelta) -> timedelta:
    if value < timedelta(seconds=1):
        raise BadValue(N_("at least 1s"))
    return value


Flag = Annotated[str, PlainValidator(_flag), WithJsonSchema({"type": "string", "pattern": rf"^\\?{KEYWORD_PATTERN}$"})]
FolderName = Annotated[str, AfterValidator(_folder)]
Pause = Annotated[Duration, AfterValidator(_not_hot)]
IdleTime = Annotated[Duration, AfterValidator(_short_enough)]


class OAuth(StrictOptions):
    """Where access tokens come from. With `refresh_token` that grant is used, else client credentials."""

    token_url: Url
    client_id: str = Field(min_length=1)
    client_secret: SecretReference | None = None
    refresh_token: SecretReference | None = None
    scope: str | None = None


class Options(MailOptions, CalledServer):
    """`folders` are read each over a connection of its own.

    `flag` and `move_to` are done to a mail once it is safely ours; without both the mailbox is opened read-only.
    """

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    username: str = Field(min_length=1)
    password: SecretReference | None = None
    oauth: OAuth | None = None
    folders: tuple[FolderName, ...] = Field(default=("INBOX",), min_length=1)
    flag: Flag | None = None
    move_to: FolderName | None = None
    poll: Pause = timedelta(minutes=1)
    idle: IdleTime = timedelta(minutes=9)
    reconcile: Pause = timedelta(minutes=15)
    timeout: Pause = timedelta(minutes=1)
    max_message: Size = 25_000_000

    @model_validator(mode="after")
    def _consistent(self) -> "Options":
        if (self.password is None) == (self.oauth is None):
            raise BadValue(N_('how to log in is missing or said twice: set either "password" or "oauth"'))
        if self.move_to in self.folders:
            raise BadValue(N_('"move_to" is one of "folders": what is moved there would be read again'))
        if len(set(self.folders)) < len(self.folders):
            raise BadValue(N_('a folder stands twice in "folders"'))
        return self

    @property
    def effective_port(self) -> int:
        return self.port or _PORTS[self.tls]
