"""What a person may set for a phone channel in `balcao.yaml`.

phone:
  kind: voice
  secrets: [file:secrets/phone]
"""

from pydantic import Field

from channels.fields import SecretReference, Size, StrictOptions


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)
    max_body: Size = 1_000_000
