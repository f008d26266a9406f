"""What a person may set for a Slack channel in `balcao.yaml`.

slack:
  kind: slack
  secrets: [env:SLACK_SIGNING_SECRET]     # the app's; any of them may sign
  token: env:SLACK_BOT_TOKEN              # xoxb-…, with chat:write, files:read and the …:history of what is read
  rooms: [C0123456789]                    # channels that are taken; empty: all that the app was invited to
"""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)
    token: SecretReference
    rooms: tuple[Annotated[str, Field(pattern=r"^[CDG][A-Z0-9]{2,30}$")], ...] = ()
    api: Url = "https://slack.com/api"
    timeout: Duration = timedelta(seconds=10)
    max_body: Size = 2_000_000
