"""What a person may set for a WhatsApp channel in `balcao.yaml`.

whatsapp:
  kind: whatsapp
  secrets: [env:WHATSAPP_APP_SECRET]          # the app's; any of them may sign
  verify_token: env:WHATSAPP_VERIFY_TOKEN     # a word of yours, entered at Meta's webhook settings as well
  token: env:WHATSAPP_TOKEN                   # of a system user with whatsapp_business_messaging
  numbers: ["106540352242922"]                # phone number ids that are taken; empty: all
  template: {name: resposta, language: pt_BR, parameters: ["{ticket}", "{text}"]}
"""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from channels.fields import Duration, SecretReference, Size, StrictOptions, Url
from domain.errors import N_
from domain.units import BadValue

_FIELD = re.compile(r"\{([^{}]*)\}")
FIELDS = frozenset({"ticket", "text", "subject"})


def _parameters(given: tuple[str, ...]) -> tuple[str, ...]:
    named = {name for parameter in given for name in _FIELD.findall(parameter)}
    if named - FIELDS:
        raise BadValue(N_("a parameter may hold {ticket}, {text} and {subject}"))
    if "text" not in named:
        raise BadValue(N_("one parameter must hold {text}, or the answer's words would be lost"))
    return given


class Template(StrictOptions):
    """An approved template for answers after the 24 hours: the parameters of its body, in order."""

    name: str = Field(pattern=r"^[a-z0-9_]{1,512}$")
    language: str = Field(default="pt_BR", pattern=r"^[a-z]{2,3}(_[A-Z]{2,3})?$")
    parameters: Annotated[tuple[str, ...], AfterValidator(_parameters)] = ("{text}",)


class Options(StrictOptions):
    secrets: tuple[SecretReference, ...] = Field(min_length=1, max_length=10)
    verify_token: SecretReference
    token: SecretReference
    numbers: tuple[Annotated[str, Field(pattern=r"^[0-9]{5,20}$")], ...] = ()
    template: Template | None = None
    api: Url = "https://graph.facebook.com/v24.0"
    timeout: Duration = timedelta(seconds=10)
    max_body: Size = 10_000_000
