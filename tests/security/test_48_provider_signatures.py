"""Attack 48 for chat providers: none, wrong, empty or non-ASCII signatures, changed bodies. Always 401, never 5xx."""

import asyncio

import pytest

from tests.channels.cases import build_channel
from tests.channels.site import FakeIntake, calling
from tests.security.providers import OTHER, PROVIDERS


@pytest.fixture(params=PROVIDERS, ids=str)
async def door(request, tmp_path):
    intake = FakeIntake()
    async with calling(list(build_channel(request.param.kind, tmp_path).routes(intake))) as caller:
        caller.provider, caller.intake = request.param, intake
        yield caller


def changed(headers, name, value):
    return {**headers, name: value}


def attempts(provider):
    good = provider.sign(provider.good)
    signature = good[provider.header]
    return {
        "none": {name: value for name, value in good.items() if name != provider.header},
        "empty": changed(good, provider.header, ""),
        "another secret": provider.sign(provider.good, OTHER),
        "another body": provider.sign(provider.good + b" "),
        "cut": changed(good, provider.header, signature[:-1]),
        "longer": changed(good, provider.header, signature + "0"),
        "upper case": changed(good, provider.header, signature.upper()),
        "only the prefix": changed(good, provider.header, signature.partition("=")[0] + "="),
        "no prefix": changed(good, provider.header, signature.rpartition("=")[2]),
        "non-ASCII": changed(good, provider.header, "çãé"),
        "many": changed(good, provider.header, " ".join([signature[:-1]] * 100)),
    }


async def test_what_is_not_proved_is_refused_with_401(door):
    for name, headers in attempts(door.provider).items():
        status, answer, _ = await door.post(door.provider.good, headers)
        assert (name, status) == (name, 401)
        assert answer["detail"]
    assert door.intake.accepted == []
    assert (await door.post(door.provider.good, door.provider.sign(door.provider.good)))[0] == 200


@pytest.mark.parametrize("junk", [b"\xff\xfe", b"sha256=\xe9\xe3", b"\x80" * 100])
async def test_header_bytes_that_are_no_text_are_refused_with_401(door, junk):
    good = door.provider.sign(door.provider.good)
    others = "".join(f"{name}: {value}\r\n" for name, value in good.items() if name != door.provider.header)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(
        f"POST {door.path} HTTP/1.1\r\nHost: x\r\n{others}{door.provider.header}: ".encode()
        + junk
        + f"\r\nContent-Length: {len(door.provider.good)}\r\nConnection: close\r\n\r\n".encode()
        + door.provider.good
    )
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 401 ")
