"""Files: where they lie is asked of the Bot API, and the real download fetches them from there alone."""

import pytest

from domain.errors import FetchFailed
from domain.remote import RemoteFile
from ingest.download import Bounds, download
from tests.channels.telegram.server import FLOODED, TOKEN, UNAUTHORIZED, bot_api, refusal
from tests.channels.telegram.transport import channel_of

FILE = RemoteFile(reference="abc", name="foto.jpg")
BOUNDS = Bounds(size=1000, seconds=5)


@pytest.fixture
async def api():
    async with bot_api(files={"photos/abc.jpg": b"picture"}) as api:
        yield api


@pytest.fixture
async def fetcher(api):
    fetcher = channel_of(api).fetcher
    yield fetcher
    await fetcher.close()


async def failure(fetcher):
    with pytest.raises(FetchFailed) as raised:
        await fetcher.locate(FILE)
    assert TOKEN not in str(raised.value)
    return raised.value


async def test_a_file_is_fetched_from_the_configured_server(fetcher):
    location = await fetcher.locate(FILE)

    assert await download(location, BOUNDS) == b"picture"
    assert TOKEN not in repr(location)


async def test_a_file_that_is_gone_there_is_gone(api, fetcher):
    location = await fetcher.locate(FILE)
    api.files.clear()
    with pytest.raises(FetchFailed) as raised:
        await download(location, BOUNDS)
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "permanent", "words"),
    [
        (refusal(400, "Bad Request: file is too big"), True, "20 MB"),
        (refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable"), False, "temporarily"),
        (refusal(400, "Bad Request: invalid file_id"), True, "nvalid file_id"),
        (UNAUTHORIZED, False, "Unauthorized"),
        (FLOODED, False, "Flood"),
        ((200, {"ok": True, "result": {"file_id": "abc", "file_unique_id": "u"}}), False, "no place"),
    ],
)
async def test_what_telegram_says_decides_whether_to_try_again(api, fetcher, answer, permanent, words):
    api.plans["getFile"] = [answer]
    error = await failure(fetcher)
    assert error.permanent is permanent
    assert words in str(error)


async def test_silence_is_kept_as_long_as_telegram_asks(api, fetcher):
    api.plans["getFile"] = [FLOODED]
    assert (await failure(fetcher)).retry_after == 7


async def test_telegrams_own_server_is_reached_by_https_at_public_addresses_only(api):
    fetcher = channel_of(api, base_url="https://api.telegram.org").fetcher
    assert fetcher._access.hosts == ("api.telegram.org",)
    assert fetcher._access.origins == ()
