"""What a person may set for Messenger and Instagram in `balcao.yaml`.

messenger:
  kind: messenger
  secrets: [env:META_APP_SECRET]            # the app's; any of them may sign
  verify_token: env:META_VERIFY_TOKEN       # a word of yours, entered at Meta's webhook settings as well
  accounts:                                 # pages and Instagram accounts, each with the token of its page
    - {id: "104830000000001", token: env:PAGE_TOKEN}
    - {id: "17841400000000001", token: env:PAGE_TOKEN}
"""

from datetime import timedelta

from pydantic import Field

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url


class Account(StrictOptions):
    """A page or an Instagram account of ours, as Meta numbers it, and the token that may write for it."""

    id: str = Field(pattern=r"^[0-9]{3,30}$")
    token: SecretReference


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)
    verify_token: SecretReference
    accounts: tuple[Account, ...] = Field(default=(), max_length=200)
    human_agent: bool = False
    api: Url = "https://graph.facebook.com/v24.0"
    timeout: Duration = timedelta(seconds=10)
    max_body: Size = 10_000_000
