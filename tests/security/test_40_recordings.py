"""Attack 40: a call record names an address that it would like us to ask. No request leaves."""

import pytest
from aiohttp import web

from channels.voice.recordings import RecordingFetcher, Store, recording_of
from domain.errors import FetchFailed
from domain.remote import RemoteFile
from ingest.download import Bounds, download
from triage.remote_files import objection_to
from web.serving import serve

BOUNDS = Bounds(size=1000, seconds=5)
OURS = RecordingFetcher(
    stores=(
        Store(base="https://pabx.exemplo.com/gravacoes/", user="balcao", password="s"),
        Store(base="https://api.twilio.com", user="AC1", password="t", provider=True),
    )
)


@pytest.mark.parametrize(
    "reference",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:127.0.0.1]/x.wav",
        "file:///etc/passwd",
        "https://pabx.exemplo.com.evil.example/x.wav",
        "https://pabx.exemplo.com:8443/x.wav",
        "http://pabx.exemplo.com/gravacoes/x.wav",
        "https://balcao@pabx.exemplo.com/x.wav",
        "https://evil.example/?https://pabx.exemplo.com/x.wav",
        "gopher://127.0.0.1/",
        "https://[",
    ],
)
async def test_a_recording_elsewhere_is_not_located(reference):
    with pytest.raises(FetchFailed) as refused:
        await OURS.locate(recording_of(reference))

    assert refused.value.permanent


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("x.wav", "https://pabx.exemplo.com/gravacoes/x.wav"),
        ("/var/spool/asterisk/monitor/2026/x.wav", "https://pabx.exemplo.com/gravacoes/x.wav"),
        ("../../../etc/passwd", "https://pabx.exemplo.com/gravacoes/passwd"),
        ("C:\\gravacoes\\x y.wav", "https://pabx.exemplo.com/gravacoes/x%20y.wav"),
        ("x.wav?u=https://evil.example/", "https://pabx.exemplo.com/gravacoes/"),
    ],
)
async def test_a_path_is_only_a_name_below_the_address_of_the_settings(reference, url):
    if url.endswith("/"):
        with pytest.raises(FetchFailed):
            await OURS.locate(recording_of(reference))
        return
    located = await OURS.locate(recording_of(reference))

    assert located.url == url
    assert located.access.origins == ("https://pabx.exemplo.com",)


async def test_credentials_go_to_their_own_store_alone():
    ours, theirs = [
        await OURS.locate(recording_of(url))
        for url in ("https://pabx.exemplo.com/a.wav", "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1")
    ]
    assert ours.headers["Authorization"] != theirs.headers["Authorization"]
    assert "Basic" not in repr(ours)


async def test_a_recording_comes_with_the_password_and_not_beyond_its_bounds():
    seen = []

    async def answer(request):
        seen.append((request.path, request.headers.get("Authorization")))
        return web.Response(body=b"RIFF" + b"0" * (2000 if "long" in request.path else 10))

    app = web.Application()
    app.router.add_get("/{name}", answer)
    async with serve(app, "127.0.0.1", 0) as bound:
        store = Store(base=f"http://127.0.0.1:{bound.port}/", user="balcao", password="segredo")
        fetcher = RecordingFetcher(stores=(store,))
        assert (await download(await fetcher.locate(recording_of("x.wav")), BOUNDS)).startswith(b"RIFF")
        with pytest.raises(FetchFailed, match="larger than"):
            await download(await fetcher.locate(recording_of("long.wav")), BOUNDS)

    assert seen[0] == ("/x.wav", "Basic YmFsY2FvOnNlZ3JlZG8=")


async def test_a_file_of_an_sms_leads_on_to_twilios_own_hosts_alone():
    """https://www.twilio.com/docs/messaging/guides/accepted-mime-types: api.twilio.com redirects to its CDN."""
    location = await OURS.locate(
        RemoteFile(reference="https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1", name="anexo-1")
    )
    followed = [
        objection_to(f"https://{host}/AC1/x?Signature=s", location.access) is None
        for host in ("mms.twiliocdn.com", "media.twiliocdn.com", "twiliocdn.com.evil.example", "eviltwiliocdn.com")
    ]
    assert followed == [True, True, False, False]
