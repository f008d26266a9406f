"""Attack 54: an alert claims another tenant's label, channel or incident. Who holds a key speaks for its own origin."""

import hashlib
import hmac
import json

import pytest

import channels.alerts as kind
from channels.alerts.decode import decode
from channels.alerts.plan import Plan
from channels.base import BuildContext
from channels.heartbeat import Options, build
from domain.raw import RawInteraction
from tests.channels.cases import RECEIVED_AT, SECRET, build_channel
from tests.channels.site import FakeIntake, calling, signed
from tests.pipeline import house_in

NOTICE = """
  padaria:
    kind: alerts
    secrets: [file:var/secrets/padaria.key]
    labels: {cliente: padaria}
alerts:
  notice: {label: cliente, by: email, clients: {padaria: [ti@padaria.example], banco: [ti@banco.example]}}
"""


@pytest.fixture
async def house(tmp_path, migrated):
    async with house_in(tmp_path, templates=migrated, more=NOTICE) as made:
        yield made


def alert(fingerprint="x", state="firing", **labels):
    return {"fingerprint": fingerprint, "state": state, "name": "Teste", "labels": labels}


async def tell(house, channel, *alerts):
    for one in alerts:
        await house.json(channel, one)
    await house.work()


async def test_a_bound_channel_speaks_for_its_own_client_alone(house):
    """Its client is told, the claimed one is not; and the claim is on record."""
    await tell(house, "padaria", alert(cliente="banco"))
    (ticket,) = await house.tickets()

    told = [row["recipient"] for row in await house.outgoing() if row["state"] != "silent"]
    assert told == ["ti@padaria.example"]
    traits = ticket["messages"][0]["traits"]
    assert traits["label.cliente"] == "padaria"
    assert "'banco' is not this channel's" in traits["payload.problems"]


async def test_no_channel_ends_or_counts_anothers_incident(house):
    """The same fingerprint on another channel is another incident."""
    await tell(house, "alertas", alert("disk", cliente="banco"))
    await tell(house, "padaria", alert("disk", "resolved"), alert("disk"))
    by_channel = {one["incident"]["channel"]: one for one in await house.tickets()}

    assert by_channel["alertas"]["state"] == "new"
    assert by_channel["alertas"]["incident"]["times"] == 1
    assert by_channel["padaria"]["incident"]["times"] == 1


async def test_mail_cannot_speak_for_a_monitoring_system_that_it_is_not(house):
    """The From of a notification is anybody's to write: it closes nothing."""
    await house.mail("Notification Type: RECOVERY\nHost: db-1\nState: UP\n", sender="nagios@exemplo.com.br",
                     headers="X-Note: ** RECOVERY Host Alert: db-1 is UP **\r\n")  # fmt: skip
    await house.work()
    (ticket,) = await house.tickets()

    assert ticket["messages"][0]["medium"] == "mail"
    assert ticket["incident"] is None


async def test_what_the_house_says_to_itself_cannot_be_posted(house):
    """An event in the daemon's own words, posted to a door, is only an alert that cannot be read."""
    own = {"incident": {"fingerprint": "disk", "sign": "over", "source": "x", "name": "x"}, "by": "balcao-watch"}
    await tell(house, "alertas", alert("disk"), own)

    assert [one["state"] for one in await house.tickets()] == ["new"]


@pytest.mark.parametrize("door", ["bearer", "basic", "sentry", "grafana", "secrets"])
async def test_each_proof_opens_only_with_its_secret(door, tmp_path):
    body = json.dumps(alert()).encode()
    headers = {"Content-Type": "application/json"}
    proofs = {
        "bearer": {"Authorization": f"Bearer {SECRET}"},
        "basic": {"Authorization": "Basic dXNlcjpjb250cmFjdCB0ZXN0IHNlY3JldCwgbG9uZyBlbm91Z2g="},
        "sentry": {"Sentry-Hook-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()},
        "grafana": {"X-Grafana-Alerting-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()},
    }
    options = {
        "bearer": {"bearer": "env:A"}, "basic": {"basic": {"user": "user", "password": "env:A"}},
        "sentry": {"sentry": "env:A"}, "grafana": {"grafana": "env:A"}, "secrets": {"secrets": ["env:A"]},
    }  # fmt: skip
    context = BuildContext(name="canal", base=tmp_path, var=tmp_path, hostname="x", reveal=lambda _: SECRET)
    channel = kind.build(kind.Options.model_validate(options[door]), context)
    intake = FakeIntake()
    good = signed(body) if door == "secrets" else proofs[door]
    async with calling(list(channel.routes(intake))) as caller:
        for wrong in ({}, {name: f"{value}x" for name, value in good.items()}, {"Authorization": "Bearer \xe9"}):
            status, _, _ = await caller.post(body, {**headers, **wrong, "Content-Type": "application/json"})
            assert status == 401
        status, _, _ = await caller.post(body, {**headers, **good})

    assert status == 202
    assert len(intake.accepted) == 1


async def test_a_systems_token_reports_for_that_system_alone(tmp_path):
    tokens = {"env:A": "a" * 20, "env:B": "b" * 20}
    context = BuildContext(name="canal", base=tmp_path, var=tmp_path, hostname="x", reveal=tokens.__getitem__)
    options = {"systems": {"a": {"every": "1m", "token": "env:A"}, "b": {"every": "1m", "token": "env:B"}}}
    channel = build(Options.model_validate(options), context)
    intake = FakeIntake()
    async with calling(list(channel.routes(intake))) as caller:
        for path, wanted in (
            ("a" * 20, 202),
            ("b" * 20, 202),
            ("a" * 19, 404),
            ("c" * 20, 404),
            ("a" * 20 + "/x", 404),
        ):
            caller.path = f"/hooks/canal/{path}"
            status, answer, _ = await caller.post(b'{"system": "b"}', {})
            assert status == wanted, path
            assert "a" * 19 not in json.dumps(answer)

    assert [one.envelope["system"] for one in intake.accepted] == ["a", "b"]


def test_addresses_in_an_alert_are_shown_and_never_fetched(tmp_path):
    """Attack 40: links are text, and only http and https; no channel of alerts can fetch anything."""
    body = {"fingerprint": "x", "state": "firing", "runbook": "file:///etc/passwd",
            "link": "http://169.254.169.254/latest/meta-data"}  # fmt: skip
    raw = RawInteraction(channel="c", dedup_key="1", received_at=RECEIVED_AT, payload=json.dumps(body).encode())
    (told,) = decode(raw, source="auto", plan=Plan(received_at=RECEIVED_AT))

    assert (told.alert.runbook, told.remote_files) == (None, ())
    assert build_channel("alerts", tmp_path).fetcher is None
