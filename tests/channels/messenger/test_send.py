"""Answers by the Send API: with the account's own token, within the time that Meta allows."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.graph.client import GraphClient
from channels.messenger.fetch import MessengerFetcher
from channels.messenger.files import CARRIAGE
from channels.messenger.send import MessengerSender
from channels.outward import PUBLIC
from domain.errors import FetchFailed, SendFailed
from domain.interaction import Attachment
from domain.remote import RemoteFile
from ingest.download import Bounds, download
from tests.channels.graph.meta import TOKEN, error, graph_api
from tests.channels.whatsapp.test_send import outgoing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE, IG = "104830000000001", "17841400000000001"
ANA, BIA = f"messenger/{PAGE}/6543210987654321", f"instagram/{IG}/1122334455667788"


@pytest.fixture
async def graph():
    async with graph_api() as graph:
        yield graph


async def send(graph, to=ANA, *, human_agent=False, tokens=None, **changes):
    client = GraphClient(api=graph.api, seconds=5, outward=PUBLIC)
    tokens = tokens or {PAGE: TOKEN, IG: TOKEN}
    sender = MessengerSender(client, tokens, human_agent=human_agent, now=lambda: NOW)
    try:
        return await sender.send(outgoing(to=to, **changes))
    finally:
        await sender.close()


async def refused(graph, *answers, **options):
    graph.script += answers
    with pytest.raises(SendFailed) as caught:
        await send(graph, **options)
    return caught.value


async def test_an_answer_goes_to_the_person_by_the_accounts_token(graph):
    assert await send(graph) == "m_OUT1"
    assert graph.sent == [
        (
            "me",
            {
                "recipient": {"id": "6543210987654321"},
                "messaging_type": "RESPONSE",
                "message": {"text": "Corrigimos."},
            },
        )
    ]


async def test_texts_are_cut_to_what_each_takes(graph):
    text = "não é ação " * 400
    await send(graph, text=text)
    on_messenger = [body["message"]["text"] for _, body in graph.sent]
    graph.sent.clear()
    await send(graph, to=BIA, text=text)
    on_instagram = [body["message"]["text"] for _, body in graph.sent]

    assert max(map(len, on_messenger)) <= 2000
    assert max(len(piece.encode()) for piece in on_instagram) <= 1000
    assert " ".join(on_instagram) == " ".join(on_messenger) == text.strip()


async def test_after_a_day_nothing_goes_and_it_says_so(graph):
    failure = await refused(graph, heard_at=NOW - timedelta(hours=30))

    assert failure.permanent
    assert "30 hours" in str(failure)
    assert graph.sent == []


async def test_an_agent_may_answer_for_seven_days_if_meta_granted_it(graph):
    await send(graph, human_agent=True, heard_at=NOW - timedelta(days=3))

    body = graph.sent[0][1]
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert (await refused(graph, human_agent=True, heard_at=NOW - timedelta(days=8))).permanent


async def test_a_machine_is_no_agent(graph):
    assert (await refused(graph, human_agent=True, automatic=True, heard_at=NOW - timedelta(days=3))).permanent


@pytest.mark.parametrize(
    ("answer", "permanent", "credentials"),
    [
        (error(10, subcode=2018278), True, False),
        (error(551, subcode=1545041), True, False),
        (error(100, subcode=2018001), True, False),
        (error(190, "Error validating access token", subcode=460, status=401), False, True),
        (error(200, status=403), False, True),
        (error(613, status=429), False, False),
        (error(4, status=429), False, False),
        (error(1200, subcode=1, status=500), False, False),
        (error(2, transient=True, status=500), False, False),
    ],
)
async def test_what_each_refusal_means(graph, answer, permanent, credentials):
    failure = await refused(graph, answer, tokens={PAGE: TOKEN})

    assert (failure.permanent, failure.credentials) == (permanent, credentials)


async def test_an_account_that_left_the_settings_is_tried_again(graph):
    failure = await refused(graph, tokens={IG: TOKEN})

    assert not failure.permanent
    assert graph.sent == []


async def test_one_page_that_is_refused_does_not_hold_up_the_others(graph):
    """What concerns a channel as a whole keeps all of its messages back."""
    refusal = error(190, "Error validating access token", status=401)
    alone, among_others = [
        await refused(graph, refusal, tokens=tokens) for tokens in ({PAGE: TOKEN}, {PAGE: TOKEN, IG: TOKEN})
    ]

    assert (alone.credentials, among_others.credentials) == (True, False)
    assert not among_others.permanent


@pytest.mark.parametrize("way", ["", "page/1/2", "messenger/1", "instagram/../../me", "messenger/104830000000001/a"])
async def test_who_is_nobody_is_asked_of_nobody(graph, way):
    assert (await refused(graph, to=way)).permanent


@pytest.mark.parametrize("url", ["https://evil.example/a.jpg", "http://scontent.xx.fbcdn.net/a", "https://127.0.0.1/",
                                 "https://169.254.169.254/latest", "https://fbcdn.net.evil.example/a"])  # fmt: skip
async def test_a_file_lies_on_metas_hosts_or_nowhere(url):
    """Attack 40: the address in an attachment is a stranger's to choose as far as we can tell."""
    fetcher = MessengerFetcher("https://graph.facebook.com/v24.0")
    location = await fetcher.locate(RemoteFile(reference=url, name="a"))

    assert location.headers == {}
    with pytest.raises(FetchFailed) as caught:
        await download(location, Bounds(size=1000, seconds=2))
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("application/pdf", "file"), ("image/png", "image"), ("audio/mpeg", "audio"), ("video/mp4", "video")],
)
async def test_a_file_goes_as_a_part_of_the_message(graph, content_type, kind):
    file = Attachment(name="tela ção.png", content_type=content_type, content=b"conteudo")
    assert await send(graph, text="", attachments=(file,)) == "m_OUT1"

    [(path, body)] = graph.sent
    assert (path, body["recipient"], body["messaging_type"]) == ("me", {"id": "6543210987654321"}, "RESPONSE")
    assert body["message"] == {"attachment": {"type": kind, "payload": {"is_reusable": False}}}
    assert body["filedata"] == ("tela ção.png", content_type, b"conteudo")


@pytest.mark.parametrize(
    ("name", "content_type", "kind", "named"),
    [
        ("Comprovante nº 3.pdf", "application/pdf", "file", "Comprovante no 3.pdf"),
        ("tela ção.png", "image/png", "image", "tela cao.png"),
        ("発票.jpg", "image/jpeg", "image", "arquivo.jpg"),
        ("recado.m4a", "audio/x-m4a", "audio", "recado.m4a"),
    ],
)
async def test_instagram_is_given_the_file_first_and_then_told_its_id(graph, name, content_type, kind, named):
    file = Attachment(name=name, content_type=content_type, content=b"conteudo")
    assert await send(graph, to=BIA, text="", attachments=(file,)) == "m_OUT1"

    assert graph.uploads == [(kind, named, content_type, b"conteudo")]
    [(path, body)] = graph.sent
    assert (path, body["recipient"], body["messaging_type"]) == ("me", {"id": "1122334455667788"}, "RESPONSE")
    assert body["message"] == {"attachment": {"type": kind, "payload": {"attachment_id": "1500000000000001"}}}


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        (error(100, "(#100) Upload attachment failure.", subcode=2018047), True),
        (error(613, status=429), False),
        ((200, {}), False),
        ((502, None), False),
    ],
)
async def test_a_file_that_instagram_does_not_keep_is_not_sent(graph, answer, permanent):
    graph.refuses_uploads = answer
    file = Attachment(name="a.png", content_type="image/png", content=b"conteudo")
    with pytest.raises(SendFailed) as caught:
        await send(graph, to=BIA, text="", attachments=(file,))

    assert caught.value.permanent is permanent
    assert graph.sent == []


@pytest.mark.parametrize(
    ("to", "content_type", "size", "told"),
    [
        (BIA, "image/png", 10, None),
        (BIA, "image/png", 8_000_001, "larger than 8 MB"),
        (BIA, "application/pdf", 8_000_001, None),
        (BIA, "video/mp4", 25_000_001, "larger than 25 MB"),
        (BIA, "image/webp", 10, "not image/webp"),
        (BIA, "application/zip", 10, "not application/zip"),
        (ANA, "image/png", 8_000_001, "larger than 8 MB"),
        (ANA, "application/pdf", 25_000_001, "larger than 25 MB"),
        (ANA, "application/pdf", 8_000_001, None),
    ],
)
def test_what_meta_takes_is_known_before(to, content_type, size, told):
    reason = CARRIAGE.objection_to(to, Attachment(name="x", content_type=content_type, content=bytes(size)))
    assert (reason is None) if told is None else (told in reason)
