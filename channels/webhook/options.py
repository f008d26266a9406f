"""What a person may set for a webhook channel in `balcao.yaml`.

chat:
  kind: webhook
  secrets: [env:CHAT_SECRET, env:CHAT_SECRET_OLD]     # any of them may sign; change them one after the other
  reply: {url: "https://chat.exemplo.com/balcao", secret: env:CHAT_REPLY_SECRET}
  vouches: [email]                                    # sender.email is known to be theirs
  max_body: 10MB
"""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url


class Reply(StrictOptions):
    """Where our answers go. Only this file names it: a URL inside a payload is never called."""

    url: Url
    secret: SecretReference
    timeout: Duration = timedelta(seconds=10)


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)
    reply: Reply | None = None
    vouches: tuple[Literal["email", "phone"], ...] = ()
    max_body: Size = 10_000_000
