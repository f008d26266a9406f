"""What a person may set for a phone channel in `balcao.yaml`.

phone:
  kind: voice
  secrets: [file:secrets/phone]
  timezone: America/Sao_Paulo          # of times that tell no zone
  area_code: "11"                      # completes numbers that are dialled without it
  ringing: 10m                         # a call of which no more is heard for so long is filed as it stands
  window: 24h                          # a call joins the open ticket of its number for so long
"""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from channels.fields import Duration, SecretReference, Size, StrictOptions
from domain.units import BadValue


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadValue("there is no such time zone; write one as America/Sao_Paulo") from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)
    max_body: Size = 1_000_000
    timezone: Zone | None = None
    area_code: str | None = Field(default=None, pattern="^[1-9][1-9]$")
    ringing: Duration = timedelta(minutes=10)
    window: Duration = timedelta(hours=24)
