"""Media by their ids: asked of the Graph API for each try, downloaded with the token from Meta's hosts alone."""

import pytest

from channels.graph.client import GraphClient
from channels.graph.fetch import HOSTS, MediaFetcher, access
from channels.outward import PUBLIC
from domain.errors import FetchFailed
from domain.remote import RemoteFile
from ingest.download import Bounds, download
from tests.channels.graph.meta import TOKEN, graph_api

BOUNDS = Bounds(size=1_000_000, seconds=5)


@pytest.fixture
async def graph():
    async with graph_api() as graph:
        yield graph


async def located(graph, reference, token=TOKEN):
    fetcher = MediaFetcher(GraphClient(api=graph.api, seconds=5, outward=PUBLIC), token, graph.api)
    try:
        return await fetcher.locate(RemoteFile(reference=reference, name="imagem.jpg"))
    finally:
        await fetcher.close()


async def test_a_file_is_fetched_where_the_graph_api_says_that_it_lies(graph):
    graph.media["1003383421387256"] = ("{base}/cdn/1003383421387256", b"\xff\xd8\xff jpeg")

    location = await located(graph, "1003383421387256")

    assert await download(location, BOUNDS) == b"\xff\xd8\xff jpeg"


async def test_a_revoked_token_is_tried_again(graph):
    with pytest.raises(FetchFailed, match="190") as caught:
        await located(graph, "1", token="revoked")

    assert not caught.value.permanent


async def test_a_file_that_is_gone_is_given_up(graph):
    with pytest.raises(FetchFailed, match="100/33") as caught:
        await located(graph, "77")

    assert caught.value.permanent


@pytest.mark.parametrize("reference", ["../me", "1?fields=x", "http://10.0.0.1/", "", "1/messages", "a b"])
async def test_what_is_no_media_id_is_asked_of_nobody(graph, reference):
    with pytest.raises(FetchFailed, match="no media id"):
        await located(graph, reference)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://169.254.169.254/latest", "https://evil.example/x",
                                 "file:///etc/passwd", "https://lookaside.fbsbx.com.evil.example/x"])  # fmt: skip
async def test_the_token_goes_to_no_other_host_whatever_the_answer_names(graph, url):
    """Attack 40."""
    graph.media["5"] = (url, b"")

    with pytest.raises(FetchFailed) as caught:
        await download(await located(graph, "5"), BOUNDS)

    assert caught.value.permanent


def test_beside_metas_hosts_only_an_api_that_a_person_set_is_asked():
    assert access("https://graph.facebook.com/v24.0").origins == ()
    assert access("http://127.0.0.1:9/v24.0").origins == ("http://127.0.0.1:9",)
    assert access("https://graph.facebook.com/v24.0").hosts == HOSTS
