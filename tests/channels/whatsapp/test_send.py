"""Answers by the Cloud API: free text within a day, the template afterwards; what every refusal means."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from channels.graph.client import GraphClient
from channels.outward import PUBLIC
from channels.whatsapp.files import objection
from channels.whatsapp.options import Template
from channels.whatsapp.send import LONGEST_TEXT, WhatsAppSender
from domain.errors import SendFailed
from domain.interaction import Attachment
from domain.outgoing import OutgoingMessage
from tests.channels.graph.meta import TOKEN, error, graph_api

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEMPLATE = Template(name="resposta", language="pt_BR", parameters=("{ticket}", "{text}"))
ANA = "106540352242922/5511912345678"


@pytest.fixture
async def graph():
    async with graph_api() as graph:
        yield graph


def outgoing(**changes):
    fields = {
        "outbox_id": 1, "channel": "whatsapp", "ticket": 7, "to": ANA, "subject": "Re: x", "text": "Corrigimos.\n",
        "html": None, "language": "pt-BR", "automatic": False, "idempotency_key": "reply:1", "message_id": None,
        "in_reply_to": "wamid.IN1", "references": (), "sender": None, "reply_to": None, "attempts": 1,
        "created_at": NOW, "heard_at": NOW - timedelta(hours=1),
    }  # fmt: skip
    return OutgoingMessage(**{**fields, **changes})


async def send(graph, message=None, *, template=None, token=TOKEN, seconds=5.0):
    sender = WhatsAppSender(
        GraphClient(api=graph.api, seconds=seconds, outward=PUBLIC), token, template, now=lambda: NOW
    )
    try:
        return await sender.send(message or outgoing())
    finally:
        await sender.close()


async def refused(graph, *answers, message=None, template=None, token=TOKEN):
    graph.script += answers
    with pytest.raises(SendFailed) as caught:
        await send(graph, message, template=template, token=token)
    return caught.value


async def test_an_answer_goes_from_the_number_that_was_written_to_and_quotes(graph):
    remote_id = await send(graph)

    assert remote_id == "wamid.OUT1"
    assert graph.sent == [
        (
            "106540352242922",
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "5511912345678",
                "type": "text",
                "text": {"preview_url": False, "body": "Corrigimos."},
                "context": {"message_id": "wamid.IN1"},
            },
        )
    ]


async def test_a_person_without_a_number_is_written_to_by_user_id(graph):
    await send(graph, outgoing(to="106540352242922/BR.1502576394655843"))

    body = graph.sent[0][1]
    assert body["recipient"] == "BR.1502576394655843"
    assert "to" not in body


async def test_a_group_is_answered_as_a_group(graph):
    await send(graph, outgoing(to="106540352242922/group:HFEwfhEW83hf=="))

    assert (graph.sent[0][1]["recipient_type"], graph.sent[0][1]["to"]) == ("group", "HFEwfhEW83hf==")


async def test_after_a_day_the_template_carries_the_words(graph):
    late = outgoing(heard_at=NOW - timedelta(hours=24), text="Linha um\n\nlinha    dois")

    await send(graph, late, template=TEMPLATE)

    [(_, body)] = graph.sent
    assert body["type"] == "template"
    assert body["template"]["name"] == "resposta"
    assert body["template"]["language"] == {"code": "pt_BR"}
    assert body["template"]["components"] == [
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "7"}, {"type": "text", "text": "Linha um linha dois"}],
        }
    ]


async def test_within_a_day_free_text_goes_even_with_a_template(graph):
    await send(graph, outgoing(heard_at=NOW - timedelta(hours=23)), template=TEMPLATE)

    assert graph.sent[0][1]["type"] == "text"


async def test_when_meta_says_that_the_window_is_closed_the_template_goes_at_once(graph):
    graph.script.append(error(131047, "(#131047) Re-engagement message"))

    await send(graph, template=TEMPLATE)

    assert [body["type"] for _, body in graph.sent] == ["text", "template"]


async def test_what_a_status_said_about_the_window_counts(graph):
    await send(graph, outgoing(refused="131047 Re-engagement message", attempts=2), template=TEMPLATE)

    assert [body["type"] for _, body in graph.sent] == ["template"]


async def test_without_a_template_a_late_answer_fails_and_says_what_is_missing(graph):
    failure = await refused(graph, message=outgoing(heard_at=NOW - timedelta(days=3)))

    assert failure.permanent
    assert "131047" in str(failure)
    assert "template" in str(failure)
    assert graph.sent == []


async def test_words_that_do_not_fit_into_the_template_fail_instead_of_being_cut(graph):
    late = outgoing(heard_at=NOW - timedelta(days=3), text="a" * 1025)

    assert (await refused(graph, message=late, template=TEMPLATE)).permanent


async def test_long_texts_go_in_pieces_and_only_the_first_quotes(graph):
    text = "palavra " * 1000

    assert await send(graph, outgoing(text=text)) == "wamid.OUT2"
    bodies = [body["text"]["body"] for _, body in graph.sent]
    assert max(map(len, bodies)) <= LONGEST_TEXT
    assert " ".join(bodies) == text.strip()
    assert ["context" in body for _, body in graph.sent] == [True, False]


async def test_what_has_arrived_of_a_long_text_is_not_sent_again(graph):
    sender = WhatsAppSender(GraphClient(api=graph.api, seconds=5, outward=PUBLIC), TOKEN, None, now=lambda: NOW)
    long = outgoing(text="palavra " * 1000)
    graph.script += [(200, {"messages": [{"id": "wamid.A"}]}), error(131056)]
    with pytest.raises(SendFailed) as caught:
        await sender.send(long)
    assert not caught.value.outcome_unknown, "Meta said no to the second piece: it can be repeated"
    await sender.send(long)
    await sender.close()

    first, second, again = [body["text"]["body"] for _, body in graph.sent]
    assert first != second == again


def attached(name="manual.pdf", content_type="application/pdf", content=b"%PDF-1.7"):
    file = Attachment(name=name, content_type=content_type, content=content)
    return outgoing(text="", attachments=(file,), idempotency_key="reply:1/1", in_reply_to=None)


@pytest.mark.parametrize(
    ("name", "declared", "kind", "sent_as"),
    [
        ("manual.pdf", "application/pdf", "application/pdf", {"document": {"filename": "manual.pdf"}}),
        ("nota.xml", "application/xml", "text/plain", {"document": {"filename": "nota.xml"}}),
        ("lista.csv", "text/csv", "text/plain", {"document": {"filename": "lista.csv"}}),
        ("tela.png", "image/png", "image/png", {"image": {}}),
        ("aviso.mp3", "audio/mpeg", "audio/mpeg", {"audio": {}}),
        ("passo.mp4", "video/mp4", "video/mp4", {"video": {}}),
    ],
)
async def test_a_file_is_uploaded_and_sent_by_its_id(graph, name, declared, kind, sent_as):
    message = attached(name, declared)
    assert objection(message.to, message.attachments[0]) is None
    assert await send(graph, message) == "wamid.OUT1"

    [(line, filename, uploaded_as, content)] = graph.uploads
    assert (line, filename, uploaded_as, content) == ("106540352242922", name, kind, b"%PDF-1.7")
    [(_, body)] = graph.sent
    ((shown, named),) = sent_as.items()
    assert (body["type"], body[shown]) == (shown, {"id": "0000000000000001", **named})


async def test_no_template_carries_files_after_the_day(graph):
    late = dataclasses.replace(attached(), heard_at=NOW - timedelta(hours=30))
    failure = await refused(graph, message=late, template=TEMPLATE)

    assert failure.permanent
    assert "no template carries files" in str(failure)
    assert graph.uploads == []


async def test_a_type_that_meta_refuses_fails_with_its_words(graph):
    failure = await refused(graph, message=attached("a.zip", "application/zip"))

    assert failure.permanent
    assert "one of the following types" in str(failure)


@pytest.mark.parametrize(
    ("content_type", "size", "why"),
    [
        ("application/zip", 10, "WhatsApp takes no files of the type application/zip"),
        ("image/png", 5_000_001, "it is larger than 5 MB"),
        ("video/mp4", 16_000_001, "it is larger than 16 MB"),
        ("application/pdf", 16_000_001, None),
    ],
)
def test_what_whatsapp_takes_is_known_before(content_type, size, why):
    assert objection(ANA, Attachment(name="x", content_type=content_type, content=bytes(size))) == why


@pytest.mark.parametrize("code", [130429, 131056, 80007, 4, 131016, 131000, 1, 2, 133010, 132015])
async def test_limits_and_outages_are_tried_again(graph, code):
    failure = await refused(graph, error(code, status=429))

    assert not failure.permanent
    assert not failure.credentials
    assert str(code) in str(failure)


@pytest.mark.parametrize("code", [131026, 131009, 100, 131051, 131030])
async def test_what_is_in_vain_is_buried(graph, code):
    assert (await refused(graph, error(code))).permanent


@pytest.mark.parametrize("code", [190, 10, 131031, 131042])
async def test_when_it_is_we_who_are_refused_nothing_is_given_up(graph, code):
    failure = await refused(graph, error(code, status=403))

    assert failure.credentials
    assert not failure.permanent


async def test_a_revoked_token_is_an_alarm(graph):
    failure = await refused(graph, token="revoked")

    assert failure.credentials
    assert "190" in str(failure)
    assert "revoked" not in str(failure)


async def test_a_pause_that_is_asked_for_is_told_on(graph):
    status, body = error(130429, status=429)

    assert (await refused(graph, (status, body, {"Retry-After": "17"}))).retry_after == 17


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_gateway_that_breaks_may_have_passed_it_on(graph, status):
    failure = await refused(graph, (status, None))

    assert (failure.permanent, failure.outcome_unknown) == (False, True)


async def test_a_redirect_is_not_followed(graph):
    failure = await refused(graph, (302, None, {"Location": "http://127.0.0.1:1/"}))

    assert failure.permanent
    assert len(graph.sent) == 1


async def test_an_api_that_is_away_certainly_took_nothing(graph):
    graph.base = "http://127.0.0.1:9"

    failure = await refused(graph)

    assert (failure.permanent, failure.outcome_unknown, failure.away) == (False, False, True)


@pytest.mark.parametrize("way", ["5511912345678", "../me/5511912345678", "1065/x y", "", "106540352242922/"])
async def test_what_is_no_way_of_ours_is_asked_of_nobody(graph, way):
    assert (await refused(graph, message=outgoing(to=way))).permanent
    assert graph.sent == []


async def test_customer_text_is_never_read_as_a_parameter(graph):
    """Attack 36: only the settings' own fields are filled in, once."""
    late = outgoing(heard_at=NOW - timedelta(days=2), text="{ticket} {{7*7}} {subject}")

    await send(graph, late, template=TEMPLATE)

    parameters = graph.sent[0][1]["template"]["components"][0]["parameters"]
    assert parameters[1]["text"] == "{ticket} {{7*7}} {subject}"
