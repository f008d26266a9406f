"""What a person may set for a webhook channel in `balcao.yaml`.

chat:
  kind: webhook
  secrets: [env:CHAT_SECRET, env:CHAT_SECRET_OLD]     # any of them may sign; change them one after the other
  reply: {url: "https://chat.exemplo.com/balcao", secret: env:CHAT_REPLY_SECRET}
  vouches: [email]                                    # sender.email is known to be theirs
  max_body: 10MB
"""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url
from domain.errors import N_
from domain.units import BadValue


class Reply(StrictOptions):
    """Where our answers go. Only this file names it: a URL inside a payload is never called."""

    url: Url
    secret: SecretReference
    timeout: Duration = timedelta(seconds=10)


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(default=(), max_length=10)
    unsigned: bool = False
    reply: Reply | None = None
    vouches: tuple[Literal["email", "phone"], ...] = ()
    max_body: Size = 10_000_000

    @model_validator(mode="after")
    def _has_a_proof(self) -> Self:
        if bool(self.secrets) == self.unsigned:
            raise BadValue(N_("say what proves a request: `secrets`, or `unsigned: true` if nothing does"))
        if self.unsigned and self.vouches:
            raise BadValue(N_("who proves nothing cannot vouch: `vouches` needs `secrets`"))
        return self
