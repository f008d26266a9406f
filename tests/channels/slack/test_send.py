"""Answers by chat.postMessage: in the thread, and what each of Slack's words means."""

import pytest

from channels.api_call import ApiCaller
from channels.outward import PUBLIC
from channels.slack.fetch import SlackFetcher, access
from channels.slack.send import LONGEST_TEXT, SlackSender, may_be_given
from domain.errors import FetchFailed, SendFailed
from domain.interaction import Attachment
from domain.remote import RemoteFile
from ingest.download import Bounds, download
from tests.channels.slack.workspace import TOKEN, web_api
from tests.channels.whatsapp.test_send import outgoing

THREAD = "T061EG9R6/C024BE91L/1772452400.000100"


@pytest.fixture
async def slack():
    async with web_api() as workspace:
        yield workspace


async def send(slack, to=THREAD, token=TOKEN, **changes):
    sender = SlackSender(ApiCaller(who="Slack", seconds=5, outward=PUBLIC), token, slack.api)
    try:
        return await sender.send(outgoing(to=to, **changes))
    finally:
        await sender.close()


async def refused(slack, *answers, **options):
    slack.script += answers
    with pytest.raises(SendFailed) as caught:
        await send(slack, **options)
    return caught.value


def no(word, status=200, headers=None):
    return status, {"ok": False, "error": word}, headers or {}


async def test_an_answer_goes_into_the_thread(slack):
    assert await send(slack, text="Corrigimos <já> & bem.") == "C024BE91L/1772452600.000001"
    assert slack.posted == [
        {
            "channel": "C024BE91L",
            "thread_ts": "1772452400.000100",
            "text": "Corrigimos &lt;já&gt; &amp; bem.",
            "mrkdwn": False,
            "unfurl_links": False,
        }
    ]


async def test_a_direct_message_is_answered_where_it_was_written(slack):
    await send(slack, to="T061EG9R6/D024BE91L")

    assert "thread_ts" not in slack.posted[0]


async def test_long_texts_go_in_pieces(slack):
    await send(slack, text="palavra " * 1000)

    assert len(slack.posted) == 2
    assert max(len(body["text"]) for body in slack.posted) <= LONGEST_TEXT


PDF = Attachment(name="manual ção.pdf", content_type="application/pdf", content=b"%PDF-1.7 conteudo")


async def test_a_file_is_uploaded_and_shown_in_the_thread(slack):
    assert await send(slack, text="", attachments=(PDF,)) == "C024BE91L/F00000000"

    assert slack.uploads == {"F00000000": (PDF.content, PDF.size)}
    [shown] = slack.shown
    assert shown == {
        "files": [{"id": "F00000000", "title": "manual ção.pdf"}],
        "channel_id": "C024BE91L",
        "thread_ts": "1772452400.000100",
    }


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize(("word", "permanent", "credentials"), [("missing_scope", False, True),
                                                                ("file_upload_size_restricted", True, False),
                                                                ("ratelimited", False, False)])  # fmt: skip
async def test_what_slack_says_to_a_file_counts_as_for_words(slack, step, word, permanent, credentials):
    slack.refuse[step] = word
    failure = await refused(slack, text="", attachments=(PDF,))

    assert (failure.permanent, failure.credentials) == (permanent, credentials)
    assert word in str(failure)


@pytest.mark.parametrize("place", ["https://evil.example/{id}", "http://files.slack.com/{id}",
                                   "{base}.evil.example/{id}",
                                   "https://files.slack.com@evil.example/{id}", "http://127.0.0.1:1/{id}"])  # fmt: skip
async def test_what_an_agent_sends_goes_nowhere_else(slack, place):
    """Attack 40, the other way round."""
    slack.place = place
    failure = await refused(slack, text="", attachments=(PDF,))

    assert "names no place" in str(failure)
    assert slack.shown == []


def test_slacks_own_host_is_given_files():
    assert may_be_given("https://files.slack.com/upload/v1/x", "https://slack.com/api")
    assert not may_be_given("https://slack.com/upload/v1/x", "https://slack.com/api")


@pytest.mark.parametrize("word", ["token_revoked", "account_inactive", "invalid_auth", "missing_scope"])
async def test_when_it_is_we_who_are_refused_nothing_is_given_up(slack, word):
    failure = await refused(slack, no(word))

    assert (failure.credentials, failure.permanent) == (True, False)
    assert word in str(failure)


async def test_a_revoked_token_is_not_told(slack):
    failure = await refused(slack, token="xoxb-revoked")

    assert failure.credentials
    assert "xoxb" not in f"{failure} {failure.detail}"


async def test_the_pause_that_slack_asks_for_is_told_on(slack):
    failure = await refused(slack, no("ratelimited", 429, {"Retry-After": "30"}))

    assert (failure.permanent, failure.retry_after) == (False, 30)


@pytest.mark.parametrize("word", ["internal_error", "service_unavailable", "rate_limited"])
async def test_outages_are_tried_again(slack, word):
    assert not (await refused(slack, no(word))).permanent


async def test_what_may_have_been_posted_is_not_known(slack):
    assert (await refused(slack, no("fatal_error"))).outcome_unknown


@pytest.mark.parametrize("word", ["channel_not_found", "not_in_channel", "is_archived", "msg_too_long", "anything_new"])
async def test_what_concerns_this_message_or_room_is_buried(slack, word):
    failure = await refused(slack, no(word))

    assert (failure.permanent, failure.credentials) == (True, False)


@pytest.mark.parametrize("way", ["", "C1", "T1/C1/x", "T1/../C1", "t1/c1"])
async def test_what_is_no_place_is_asked_of_nobody(slack, way):
    assert (await refused(slack, to=way)).permanent
    assert slack.posted == []


async def fetched(slack, reference, token=TOKEN):
    fetcher = SlackFetcher(ApiCaller(who="Slack", seconds=5, outward=PUBLIC), token, slack.api)
    try:
        location = await fetcher.locate(RemoteFile(reference=reference, name="a.pdf"))
        return await download(location, Bounds(size=10_000, seconds=5))
    finally:
        await fetcher.close()


async def test_a_file_is_fetched_with_the_token_by_its_address_or_its_id(slack):
    slack.files["F3CHECKINFO"] = "F3"

    assert await fetched(slack, f"{slack.base}/files-pri/F1") == b"%PDF-1.7 conteudo"
    assert await fetched(slack, "F3CHECKINFO") == b"%PDF-1.7 conteudo"


async def test_a_file_that_slack_does_not_give_says_why(slack):
    with pytest.raises(FetchFailed, match="file_not_found") as caught:
        await fetched(slack, "F0NOWHERE")
    assert caught.value.permanent
    with pytest.raises(FetchFailed, match="account_inactive") as caught:
        await fetched(slack, "F0NOWHERE", token="revoked")
    assert not caught.value.permanent


@pytest.mark.parametrize("url", ["https://evil.example/x", "http://files.slack.com/x", "https://169.254.169.254/",
                                 "http://127.0.0.1:1/",
                                 "https://files.slack.com.evil.example/x", "file:///etc/passwd"])  # fmt: skip
async def test_the_token_goes_to_no_other_host_whatever_a_message_names(slack, url):
    """Attack 40."""
    with pytest.raises(FetchFailed) as caught:
        await fetched(slack, url)

    assert caught.value.permanent


def test_beside_slacks_hosts_only_an_api_that_a_person_set_is_asked():
    assert access("https://slack.com/api").origins == ()
    assert access("http://127.0.0.1:9/api").origins == ("http://127.0.0.1:9",)
