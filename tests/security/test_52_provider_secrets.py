"""Attack 52 for chat providers: no token in what is shown, logged, stored or asked for by URL."""

import pytest

from channels.graph.client import GraphClient
from channels.outward import PUBLIC
from channels.whatsapp.send import WhatsAppSender
from domain.errors import SendFailed
from tests.channels.cases import SECRET, build_channel
from tests.channels.graph.meta import graph_api
from tests.channels.whatsapp.test_send import outgoing
from tests.security.providers import PROVIDERS


@pytest.mark.parametrize("provider", PROVIDERS, ids=str)
def test_a_channel_that_is_shown_shows_no_secret(provider, tmp_path):
    channel = build_channel(provider.kind, tmp_path)

    assert SECRET not in repr((channel.sender, channel.fetcher, channel))


async def test_a_failure_tells_nothing_of_the_token(tmp_path):
    """It goes into the log and onto the ticket."""
    async with graph_api() as graph:
        sender = WhatsAppSender(GraphClient(api=graph.api, seconds=5, outward=PUBLIC), "s3cr3t-token", None)
        with pytest.raises(SendFailed) as caught:
            await sender.send(outgoing(heard_at=None))
        await sender.close()

    assert "s3cr3t-token" not in f"{caught.value} {caught.value.detail} {graph.sent}"
