"""What a person may set for the in-app API in `balcao.yaml`.

app:
  kind: app
  applications:
    portal:
      keys: [env:PORTAL_KEY]                       # Authorization: Bearer …
      secrets: [env:PORTAL_SECRET]                 # or signed as Standard Webhooks describes
      origins: [https://portal.exemplo.com.br]     # whose pages may call with the key
      required: [subject, contact.email, context.version]
"""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from channels.fields import Duration, Origin, SecretReference, Size, StrictOptions, Url
from domain.errors import N_
from domain.units import BadValue

_FIELD = re.compile(r"subject|text|attachments|contact\.(?:id|name|email|phone)|context\.[A-Za-z0-9_]{1,60}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def _field(name: str) -> str:
    if not _FIELD.fullmatch(name):
        raise BadValue(N_("write a field: subject, text, attachments, contact.email, context.version"))
    return name


class Reply(StrictOptions):
    """Where answers to this application's users are posted, signed."""

    url: Url
    secret: SecretReference
    timeout: Duration = timedelta(seconds=10)


class Application(StrictOptions):
    keys: tuple[SecretReference, ...] = Field(default=(), max_length=10)
    secrets: tuple[SecretReference, ...] = Field(default=(), max_length=10)
    origins: tuple[Origin, ...] = Field(default=(), max_length=50)
    required: tuple[Annotated[str, AfterValidator(_field)], ...] = Field(default=(), max_length=50)
    vouches: tuple[Literal["email", "phone"], ...] = ()
    reply: Reply | None = None

    @model_validator(mode="after")
    def can_prove_itself(self) -> "Application":
        if not self.keys and not self.secrets:
            raise BadValue(N_('an application needs "keys" or "secrets" to prove itself'))
        return self


def _named(applications: dict[str, Application]) -> dict[str, Application]:
    for name in applications:
        if not _NAME.fullmatch(name):
            raise BadValue(N_('the application name "%(name)s" may hold only a-z, 0-9 and "-" (at most 40)'), name=name)
    return applications


class Options(StrictOptions):
    applications: Annotated[dict[str, Application], AfterValidator(_named)] = Field(min_length=1, max_length=100)
    max_body: Size = 25_000_000
