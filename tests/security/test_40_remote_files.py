"""Attack 40: a media URL, a redirect or a name that changes its mind leads into our own network [no request leaves].

The real download is run; names are resolved by the test, and whatever would be connected to is a server that listens.
"""

import pytest

from domain.errors import FetchFailed
from domain.remote import Access, Location
from ingest.download import Bounds, download
from tests.files_server import Names, files_server

BOUNDS = Bounds(size=1000, seconds=2)
PROVIDER = Access(hosts=("media.example", ".cdn.example"))


@pytest.fixture
async def inside():
    """What must not be asked: a service on our own machine."""
    async with files_server() as server:
        yield server


async def refused(url, access=PROVIDER, **names):
    """The reason, and the names that were looked up."""
    resolver = Names(**names)
    with pytest.raises(FetchFailed) as raised:
        await download(Location(url=url, access=access, headers={"Authorization": "s3cret"}), BOUNDS, resolver=resolver)
    assert raised.value.permanent, raised.value
    assert "s3cret" not in str(raised.value)
    return str(raised.value), resolver.asked


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0/",
        "https://localhost/",
        "https://media.example.localhost/",
        "https://media.example%2f@127.0.0.1/",
        "https://media.example\\@127.0.0.1/",
        "https://127.0.0.1\\@media.example/",
        "https://media.example#@127.0.0.1/",
        "https://media.example:443@127.0.0.1/",
        "https://media。example/",
        "file:///etc/passwd",
        "ftp://media.example/a",
        "http://media.example/a",
        "https://media.example:6379/a",
        "https://media.example\r\nHost: evil/",
    ],
)
async def test_no_url_outside_the_providers_hosts_is_asked_for(url):
    try:
        _, asked = await refused(url, media_example=["127.0.0.1"])
    except KeyError as error:
        raise AssertionError(f"{url} was looked up") from error
    assert set(asked) <= {"media.example"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "::1",
        "fd00:ec2::254",
        "::ffff:10.0.0.1",
    ],
)
async def test_a_providers_name_that_leads_inside_is_refused(address):
    reason, _ = await refused("https://media.example/a", media_example=[address])
    assert "not public" in reason


async def test_one_address_inside_among_public_ones_is_enough():
    """DNS rebinding by several answers at once."""
    reason, _ = await refused("https://media.example/a", media_example=["93.184.216.34", "127.0.0.1"])
    assert "not public" in reason


async def test_a_name_is_resolved_once_so_that_it_cannot_change_its_mind():
    resolver = Names(media_example=["192.0.2.1"])
    with pytest.raises(FetchFailed):
        await download(Location(url="https://media.example/a", access=PROVIDER), BOUNDS, resolver=resolver)
    assert resolver.asked == ["media.example"]


@pytest.mark.parametrize(
    "target",
    [
        "{inside}/latest/meta-data",
        "//{inside_host}/x",
        "https://169.254.169.254/",
        "https://evil.example/",
        "file:///etc/passwd",
        "https://media.example@{inside_host}/",
        "http://media.example/",
        "",
    ],
)
async def test_a_redirect_is_checked_like_the_first_url(inside, target):
    inside.answers = dict.fromkeys(("/x", "/latest/meta-data", "/"), b"secret")
    async with files_server() as pbx:
        host = inside.origin.removeprefix("http://")
        pbx.answers["/a"] = (302, {"Location": target.format(inside=inside.origin, inside_host=host)}, None)
        access = Access(hosts=PROVIDER.hosts, origins=(pbx.origin,))
        with pytest.raises(FetchFailed) as raised:
            await download(Location(url=f"{pbx.origin}/a", access=access), BOUNDS, resolver=Names())
    assert raised.value.permanent
    assert inside.asked == []


async def test_what_a_person_wrote_into_the_settings_may_lie_inside(inside):
    inside.answers["/a"] = b"recording"
    access = Access(origins=(inside.origin,))
    assert await download(Location(url=f"{inside.origin}/a", access=access), BOUNDS) == b"recording"
