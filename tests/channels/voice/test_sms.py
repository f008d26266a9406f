"""SMS by Twilio, against a server that answers as its documentation says, errors included."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from channels.api_call import ApiCaller
from channels.outward import PUBLIC
from channels.voice.sms import CARRIAGE, TwilioSms
from domain.errors import SendFailed
from domain.interaction import Attachment
from tests.channels.mail.outgoing import message
from web.serving import serve


@asynccontextmanager
async def twilio(status=201, told=None, headers=None):
    asked = []

    async def answer(request):
        asked.append((request.path, request.headers["Authorization"], dict(await request.post())))
        return web.json_response({"sid": "SM1"} if told is None else told, status=status, headers=headers)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with serve(app, "127.0.0.1", 0) as bound:
        sender = TwilioSms(
            caller=ApiCaller(who="Twilio", seconds=5, outward=PUBLIC),
            api=f"http://127.0.0.1:{bound.port}", account="AC1", token="segredo", sender="+5511999990000", callback="https://balcao.exemplo.com/hooks/telefone",
        )  # fmt: skip
        yield sender, asked
        await sender.close()


SMS = replace(message(), to="+5511912345678", text="Retornaremos em breve.\n")


async def test_an_sms_is_a_form_with_the_accounts_password():
    async with twilio() as (sender, asked):
        assert await sender.send(SMS) == "SM1"

    assert asked == [
        (
            "/2010-04-01/Accounts/AC1/Messages.json",
            "Basic QUMxOnNlZ3JlZG8=",
            {
                "To": "+5511912345678",
                "From": "+5511999990000",
                "Body": "Retornaremos em breve.",
                "StatusCallback": "https://balcao.exemplo.com/hooks/telefone",
            },
        )
    ]


@pytest.mark.parametrize(
    ("status", "code", "permanent", "credentials"),
    [
        (400, 21211, True, False),
        (400, 21610, True, False),
        (400, 21614, True, False),
        (400, 99999, True, False),
        (401, 20003, False, True),
        (429, 20429, False, False),
        (400, 30022, False, False),
        (503, 20503, False, False),
    ],
)
async def test_a_code_says_whether_to_try_again(status, code, permanent, credentials):
    async with twilio(status, {"code": code, "message": "no", "status": status}) as (sender, _):
        with pytest.raises(SendFailed, match=str(code)) as refused:
            await sender.send(SMS)

    assert (refused.value.permanent, refused.value.credentials) == (permanent, credentials)


async def test_a_gateways_answer_leaves_open_whether_it_was_sent():
    async with twilio(502, {}) as (sender, _):
        with pytest.raises(SendFailed) as refused:
            await sender.send(SMS)

    assert (refused.value.permanent, refused.value.outcome_unknown) == (False, True)


async def test_what_is_too_long_is_not_sent():
    async with twilio() as (sender, asked):
        with pytest.raises(SendFailed, match="at most 1600"):
            await sender.send(replace(SMS, text="a" * 1601))

    assert asked == []


def test_a_file_is_refused_with_the_reason_and_what_to_do_instead():
    reason = CARRIAGE.objection_to(SMS.to, Attachment(name="a.png", content_type="image/png", content=b"x"))
    assert "public addresses only" in reason
    assert "send a link" in reason
