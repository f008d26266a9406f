"""Too much at once, at a real daemon: who floods is filed after others, and near a full disk turned away."""

import contextlib
import http.client
import json
import subprocess
import time

import pytest

from channels.signing import SigningKey, sign
from ingest.shares import ADDRESS, SENDER
from tests.channels.telegram.server import TOKEN
from tests.chaos.customers import ORIGIN, WAYS, post
from tests.chaos.house import WHOLE, House
from tests.chaos.postgres import may_mount
from tests.chaos.relay import MoodyRelay, Providers
from tests.e2e.daemon import wait_for
from tests.patience import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.long]

DISK, WATERMARK, RESERVE = 96, 64, 16
"""Megabytes."""
FLOOD = 10_000
FIRST_BATCH = 200
"""`worker.batch`. Within it the order is that of arrival."""
NOT_NOW = {"smtp": "451", "lmtp": "451"}
BY_ADDRESS = {"alertas"}
"""Ways on which nobody says who he is."""


@pytest.fixture(scope="module")
def beside():
    relay, providers = MoodyRelay(), Providers(TOKEN)
    relay.start()
    yield {"relay": relay, "providers": providers}
    providers.close()
    relay.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory, beside):
    """On a small disk of its own."""
    folder = tmp_path_factory.mktemp("backpressure")
    var = folder / "var"
    var.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(var)]
    if not may_mount() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk to fill")
    databases = f"journal: {{disk_reserve: {RESERVE}MB, disk_watermark: {WATERMARK}MB}}"
    made = House(folder, roles=WHOLE, databases=databases, **beside)
    try:
        yield made.start()
    finally:
        made.stop()
        subprocess.run(["umount", "-l", str(var)], check=False)


@contextlib.contextmanager
def taken(house, megabytes):
    """Of the disk; what the daemon has seen of it is a second old at most."""
    ballast = house.folder / "var" / "ballast"
    ballast.write_bytes(bytes(megabytes * 1_000_000))
    time.sleep(1.1)
    try:
        yield
    finally:
        ballast.unlink()
        time.sleep(1.1)


def as_one_visitor(house):
    """A chat's way in: one visitor keeps his token, where `by_chat` is somebody new each time."""
    place = house.place()
    tokens = {}

    def say(mark):
        token = tokens.get(mark) or json.loads(post(place, "/chat/chat/session", b"{}", {"Origin": ORIGIN})[1])["token"]
        tokens[mark] = token
        body = json.dumps({"id": f"m-{mark}", "text": f"marca {mark}"}).encode()
        return post(place, "/chat/chat/messages", body, {"Origin": ORIGIN, "Authorization": f"Bearer {token}"})[0]

    return say


def ways(house):
    """channel → how a message of this mark is handed over; the same mark is the same sender, and the same message."""

    def by(way):
        return lambda mark: way(house.place(), mark, 10 * int(mark.rsplit("-", 1)[1]))

    return {name: by(way) for name, way in WAYS.items()} | {"chat": as_one_visitor(house)}


def flooded(send, mark):
    """How many answers to the same message, over and over, were a yes until one was a no: each try counts.

    A share grows all the while, by up to 50 a second: on a busy machine it takes many to be faster.
    """
    end, number = time.monotonic() + PATIENCE, 0
    while (answer := send(mark))[0] == "2" and time.monotonic() < end:
        number += 1
    return number, answer


def test_each_way_in_tells_a_flood_to_come_again_and_takes_the_others(house):
    """Then with no space left it tells everybody; and with the space all of it is over."""
    send = ways(house)
    with taken(house, DISK - WATERMARK + 4):
        told = {}
        for channel in WAYS:
            burst = ADDRESS.burst if channel in BY_ADDRESS else SENDER.burst
            number, told[channel] = flooded(send[channel], f"mk1-{channel}-1")
            assert number >= burst, f"{channel} was told no after {number}"
        assert told == {channel: NOT_NOW.get(channel, "429") for channel in WAYS}
        others = {channel: send[channel](f"mk1-{channel}-2")[0] for channel in WAYS if channel not in BY_ADDRESS}
        assert set(others.values()) == {"2"}, others
        assert house.metrics()['balcao_shares_spent_total{channel="site"}'] >= 1
    with taken(house, DISK - RESERVE + 4):
        full = {channel: send[channel](f"mk1-{channel}-3") for channel in WAYS}
        assert full == {channel: NOT_NOW.get(channel, "503") for channel in WAYS}
    again = {channel: send[channel](f"mk1-{channel}-1")[0] for channel in WAYS}
    assert set(again.values()) == {"2"}, again


def test_a_no_says_when_to_come_again(house):
    send = ways(house)["app"]
    with taken(house, DISK - WATERMARK + 4):
        assert flooded(send, "mk2-app-1")[1] == "429"
        connection = http.client.HTTPConnection("127.0.0.1", house.ports["public"], timeout=5)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {house.place().secrets['portal']}"}
        body = json.dumps({"text": "oi", "contact": {"id": "u-10-mk2-a"}})
        connection.request("POST", "/v1/messages", body, headers)
        answer = connection.getresponse()
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["Content-Type"] == "application/problem+json"
        connection.close()


def test_one_message_is_filed_before_a_flood_that_came_before_it(tmp_path, beside):
    """The worker is away while a flood of one sender comes, and then a mail and a webhook of others."""
    house = House(tmp_path, roles=("web", "receive"), **beside)
    house.start(ready=False)
    try:
        wait_for(lambda: listens(house), what="the doors")
        flood(house, FLOOD)
        single = ways(house)
        assert single["smtp"]("mk3-smtp-1") == "250"
        assert single["site"]("mk3-site-1") == "202"
        house._launch("work")
        wait_for(lambda: positions(house, {"mk3-smtp-1", "mk3-site-1"}), within=90, what="the two tickets")
        found = positions(house, {"mk3-smtp-1", "mk3-site-1"})
    finally:
        house.stop()
    assert max(found.values()) <= FIRST_BATCH, f"filed as number {found} of {FLOOD}"


def listens(house):
    with contextlib.suppress(OSError):
        return {ways(house)["site"]("mk3-site-0")[0], ways(house)["smtp"]("mk3-smtp-0")} == {"2", "250"}
    return False


def flood(house, count):
    """Different messages of one sender, over one connection, all accepted."""
    place = house.place()
    key = SigningKey.from_text(place.secrets["site"])
    connection = http.client.HTTPConnection("127.0.0.1", place.ports["public"], timeout=20)
    for number in range(count):
        value = {"sender": {"id": "flood"}, "conversation": f"f{number}", "text": f"flood {number}"}
        body = json.dumps(value).encode()
        headers = sign(key, message_id=f"flood-{number}", body=body, now=time.time())
        connection.request("POST", "/hooks/site", body, headers | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 202
    connection.close()


def positions(house, marks):
    """Mark → number of its ticket, once all are filed: numbers are given in the order of filing."""
    found = {}
    for ticket in house.tickets():
        text = json.dumps(ticket["messages"])
        found |= {mark: ticket["number"] for mark in marks if mark in text}
    return found if found.keys() == marks else None
