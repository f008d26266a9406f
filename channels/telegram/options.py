"""What a person may set for a Telegram bot in `balcao.yaml`.

bot:
  kind: telegram
  token: env:TELEGRAM_TOKEN             # from @BotFather
  receive: polling                      # or webhook, with `secret` and, to have it set at start, `public_url`
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url
from domain.errors import N_
from domain.units import BadValue

LONGEST_POLL = timedelta(seconds=50)
"""Telegram's own limit."""
_USERNAME = r"@?[A-Za-z][A-Za-z0-9_]{3,31}"


def _username(name: str) -> str:
    return name.removeprefix("@")


def _poll(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= LONGEST_POLL:
        raise BadValue(N_("write a time from 1s to 50s"))
    return value


def _group(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value >= 0:
        raise BadValue(N_("the id of a group is a negative number: -1001234567890"))
    return value


Username = Annotated[str, Field(pattern=f"^{_USERNAME}$"), AfterValidator(_username)]
Poll = Annotated[Duration, AfterValidator(_poll)]
GroupId = Annotated[int, PlainValidator(_group), WithJsonSchema({"type": "integer", "exclusiveMaximum": 0})]


class Options(StrictOptions):
    """`groups`: whether what is said in groups is for us; `group_ids` narrows that to these."""

    token: SecretReference
    receive: Literal["polling", "webhook"] = "polling"
    secret: SecretReference | None = None
    public_url: Url | None = None
    base_url: Url = "https://api.telegram.org"
    username: Username | None = None
    groups: Literal["ignore", "mentions", "all"] = "ignore"
    group_ids: tuple[GroupId, ...] = ()
    greeting: str | None = Field(default=None, min_length=1, max_length=4000)
    poll: Poll = LONGEST_POLL
    max_body: Size = 1_000_000

    @model_validator(mode="after")
    def _consistent(self) -> "Options":
        if self.receive == "webhook" and self.secret is None:
            raise BadValue(N_('"receive: webhook" needs a "secret", which Telegram shows with each call'))
        if self.receive == "polling" and self.public_url is not None:
            raise BadValue(N_('"public_url" is for "receive: webhook"'))
        if self.groups == "mentions" and self.username is None:
            raise BadValue(N_('"groups: mentions" needs the "username" of the bot, as it is mentioned'))
        return self
