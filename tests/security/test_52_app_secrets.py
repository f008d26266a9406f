"""Attack 52 for the in-app API: keys stand in no answer, no journal entry, no name of a channel that is shown."""

import json

from channels.app import Options, build
from channels.base import BuildContext
from tests.channels.app.test_door import GOOD, OPTIONS, PORTAL, SECRETS, api_in
from tests.channels.site import signed

BODY = json.dumps(GOOD).encode()


async def test_no_key_is_kept_with_a_message_or_told(tmp_path):
    async with api_in(tmp_path) as api:
        told = [await api.post(BODY, PORTAL), await api.post(BODY, signed(BODY, secret=SECRETS["env:SIGN"])),
                await api.post(b"{", PORTAL), await api.ask("GET", "/v1/openapi.json")]  # fmt: skip
        kept = repr(api.intake.accepted)

    for secret in SECRETS.values():
        assert secret not in kept
        assert all(secret not in f"{answer} {dict(headers)}" for _, answer, headers in told)


def test_a_channel_that_is_shown_shows_no_secret(tmp_path):
    reply = {"url": "https://portal.exemplo.com.br/x", "secret": "env:REPLY"}
    options = {"applications": {"portal": {**OPTIONS["applications"]["portal"], "reply": reply}}}
    context = BuildContext(name="app", base=tmp_path, var=tmp_path, hostname="x", reveal=SECRETS.__getitem__)
    channel = build(Options.model_validate(options), context)

    assert all(secret not in repr(channel) for secret in SECRETS.values())
