"""Answers by sendMessage, through the real library: split, replied, and every refusal with what it means for us."""

from datetime import UTC, datetime

import pytest

from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage
from tests.channels.telegram.server import AWAY, BLOCKED, CUT, FLOODED, NO_CHAT, TOKEN, UNAUTHORIZED, bot_api, refusal
from tests.channels.telegram.transport import channel_of


def message(text="Recebemos. Seu número é 7.", **fields):
    values = {
        "outbox_id": 1,
        "channel": "canal",
        "ticket": 7,
        "to": "telegram:12345678",
        "subject": "Recebemos",
        "html": "<p>Recebemos</p>",
        "language": "pt-BR",
        "automatic": True,
        "idempotency_key": "ack:7",
        "message_id": None,
        "in_reply_to": "42",
        "references": (),
        "sender": None,
        "reply_to": None,
        "attempts": 1,
        "created_at": datetime.now(UTC),
    }
    return OutgoingMessage(text=text, **{**values, **fields})


@pytest.fixture
async def api():
    async with bot_api() as api:
        yield api


@pytest.fixture
async def sender(api):
    sender = channel_of(api).sender
    yield sender
    await sender.close()


async def failure(sender, sent=None):
    with pytest.raises(SendFailed) as raised:
        await sender.send(sent or message())
    assert TOKEN not in str(raised.value)
    return raised.value


async def test_an_answer_is_a_reply_to_what_it_answers(api, sender):
    assert await sender.send(message()) == "12345678:5001"
    [sent] = api.sent
    assert (sent["chat_id"], sent["text"]) == (12345678, "Recebemos. Seu número é 7.")
    assert sent["reply_parameters"] == {"message_id": 42, "allow_sending_without_reply": True}
    assert "parse_mode" not in sent


async def test_what_looks_like_markup_is_text(api, sender):
    await sender.send(message("<b>{{7*7}}</b> *x* _y_ [z](http://x)"))
    assert api.sent[0]["text"] == "<b>{{7*7}}</b> *x* _y_ [z](http://x)"


async def test_a_topic_of_a_group_is_answered_there(api, sender):
    await sender.send(message(to="telegram:-1001234567890/17"))
    assert (api.sent[0]["chat_id"], api.sent[0]["message_thread_id"]) == (-1001234567890, 17)


async def test_a_long_answer_goes_in_pieces_and_only_the_first_is_a_reply(api, sender):
    text = "\n\n".join(f"{number} " + "palavra " * 150 for number in range(9))
    assert await sender.send(message(text)) == "12345678:5003"
    assert all(len(sent["text"]) <= 4096 for sent in api.sent)
    assert "".join("".join(sent["text"] for sent in api.sent).split()) == "".join(text.split())
    assert ["reply_parameters" in sent for sent in api.sent] == [True, False, False]


async def test_pictures_that_count_twice_are_cut_in_time(api, sender):
    await sender.send(message("😀" * 4096))
    assert [len(sent["text"]) for sent in api.sent] == [2048, 2048]


@pytest.mark.parametrize("to", ["ana@exemplo.com", "telegram:", "telegram:12x", "12345678", "telegram:1/x"])
async def test_who_is_nobody_on_telegram_is_not_written_to(api, sender, to):
    assert (await failure(sender, message(to=to))).permanent
    assert api.asked == []


@pytest.mark.parametrize("answer", [BLOCKED, NO_CHAT, refusal(403, "Forbidden: user is deactivated")])
async def test_a_blocked_bot_and_a_chat_that_is_gone_are_for_good(api, sender, answer):
    api.plans["sendMessage"] = [answer]
    error = await failure(sender)
    assert (error.permanent, error.credentials) == (True, False)
    assert answer[1]["description"].split(": ")[-1].lower() in str(error).lower()


async def test_a_refused_token_is_ours_to_mend(api, sender):
    api.plans["sendMessage"] = [UNAUTHORIZED]
    error = await failure(sender)
    assert (error.permanent, error.credentials) == (False, True)


async def test_after_too_much_nothing_is_sent_to_anybody_until_the_time_is_over(api):
    now = 1000.0
    sender = channel_of(api).sender
    sender._clock = lambda: now
    api.plans["sendMessage"] = [FLOODED]
    assert (await failure(sender)).retry_after == 7
    now = 1003.0
    assert (await failure(sender, message(to="telegram:99"))).retry_after == 4
    assert len(api.calls("sendMessage")) == 1
    now = 1007.5
    await sender.send(message())
    await sender.close()


@pytest.mark.parametrize(("answer", "unknown"), [(AWAY, False), (CUT, True)])
async def test_trouble_on_the_way_is_temporary_and_says_whether_it_may_have_arrived(api, sender, answer, unknown):
    api.plans["sendMessage"] = [answer]
    error = await failure(sender)
    assert (error.permanent, error.outcome_unknown) == (False, unknown)


async def test_nobody_there_is_known_not_to_have_arrived(api):
    api.url = "http://127.0.0.1:1"
    sender = channel_of(api).sender
    error = await failure(sender)
    assert (error.permanent, error.outcome_unknown, error.away) == (False, False, True)
    await sender.close()


async def test_a_group_that_has_moved_is_answered_where_it_is_now(api, sender):
    api.plans["sendMessage"] = [
        refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001234567890)
    ]
    assert await sender.send(message(to="telegram:-987")) == "-1001234567890:5001"
    assert api.sent[0]["chat_id"] == -1001234567890
    assert "reply_parameters" not in api.sent[0]


async def test_pieces_that_have_arrived_are_not_sent_again(api, sender):
    text = "a" * 4000 + "\n\n" + "b" * 4000
    taken = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}
    api.plans["sendMessage"] = [(200, {"ok": True, "result": taken}), AWAY]
    await failure(sender, message(text, automatic=False))
    await sender.send(message(text, automatic=False))
    assert [sent["text"][0] for sent in api.sent] == ["b"]


def attached(content=b"%PDF-1.7", **more):
    file = Attachment(name="manual ção.pdf", content_type="application/pdf", content=content)
    return message("", attachments=(file,), automatic=False, in_reply_to=None, **more)


async def test_a_file_goes_as_a_document(api, sender):
    assert await sender.send(attached(to="telegram:-1001234567890/17")) == "-1001234567890:5001"
    [sent] = api.sent
    assert sent["document"] == ("manual ção.pdf", b"%PDF-1.7")
    assert (sent["chat_id"], sent["message_thread_id"]) == (-1001234567890, 17)


@pytest.mark.parametrize("answer", [BLOCKED, NO_CHAT, refusal(413, "Request Entity Too Large")])
async def test_a_file_that_telegram_refuses_is_refused_for_good_and_holds_up_nobody(api, sender, answer):
    api.plans["sendDocument"] = [answer]
    error = await failure(sender, attached())

    assert (error.permanent, error.away, error.credentials) == (True, False, False)


async def test_a_file_whose_answer_is_lost_may_have_arrived(api, sender):
    api.plans["sendDocument"] = [CUT]
    error = await failure(sender, attached())

    assert (error.permanent, error.outcome_unknown) == (False, True)
