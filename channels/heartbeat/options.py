"""What a person may set for a channel of heartbeats in `balcao.yaml`.

batimentos:
  kind: heartbeat
  systems:
    backup-padaria:
      every: 1d                                   # at least so often
      grace: 2h                                   # and so late at most
      token: file:var/secrets/backup-padaria      # GET or POST /hooks/batimentos/<token>
      labels: {cliente: padaria}
  secrets: [file:var/secrets/batimentos]          # or signed: POST /hooks/batimentos {"system": "backup-padaria"}
"""

import re
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url
from domain.units import BadValue

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?")
SHORTEST = timedelta(seconds=10)


def _slug(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadValue('the name of a system may hold only a-z, 0-9 and "-" (at most 80)')
    return name


def _not_hot(every: timedelta) -> timedelta:
    if every < SHORTEST:
        raise BadValue("a system can be asked to report every 10s at most")
    return every


class System(StrictOptions):
    """`name`, `summary`: what people read. Without `token` it can only report by a signed post."""

    every: Annotated[Duration, AfterValidator(_not_hot)]
    grace: Duration = timedelta(minutes=5)
    token: SecretReference | None = None
    name: str | None = Field(default=None, min_length=1, max_length=200)
    summary: str = Field(default="não deu sinal de vida", max_length=300)
    severity: str = Field(default="critical", min_length=1, max_length=50)
    labels: dict[str, str] = Field(default_factory=dict)
    runbook: Url | None = None


class Options(StrictOptions):
    systems: dict[Annotated[str, AfterValidator(_slug)], System] = Field(min_length=1)
    secrets: tuple[SecretReference, ...] = Field(default=(), max_length=10)
    max_body: Size = 100_000

    @model_validator(mode="after")
    def _has_roads(self) -> Self:
        if not self.secrets and (silent := next((name for name, one in self.systems.items() if not one.token), None)):
            raise BadValue("nothing tells how %(name)s reports: give it a token, or the channel secrets", name=silent)
        return self
