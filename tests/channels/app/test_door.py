"""The in-app API: who may send, what is missing, what became of it; and its description, held to the standard."""

import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from channels.app import Options, build
from channels.base import BuildContext
from domain.errors import IntakeUnavailable, StoreUnavailable
from domain.raw import Fate, Whereabouts
from tests.channels.cases import cases_of
from tests.channels.site import FakeIntake, signed
from web.public import public_site
from web.serving import serve

SECRETS = {
    "env:PORTAL": "the portal's key, long enough", "env:LOJA": "the shop's own key, long enough",
    "env:SIGN": "the portal's secret, long enough", "env:REPLY": "a reply secret, long enough",
}  # fmt: skip
ORIGIN = "https://portal.exemplo.com.br"
OPTIONS = {
    "applications": {
        "portal": {
            "keys": ["env:PORTAL"], "secrets": ["env:SIGN"], "origins": [ORIGIN],
            "required": ["subject", "contact.email", "context.version"],
        },
        "loja": {"keys": ["env:LOJA"]},
    },
    "max_body": "200kB",
}  # fmt: skip
GOOD = {
    "subject": "Nota", "text": "Não sai", "contact": {"id": "u-1", "email": "ana@cliente.example"},
    "context": {"version": "4.12"},
}  # fmt: skip
PORTAL = {"Authorization": f"Bearer {SECRETS['env:PORTAL']}"}
LOJA = {"Authorization": f"Bearer {SECRETS['env:LOJA']}"}


@dataclass
class Intake(FakeIntake):
    """Knows what became of what it took: `fates` by receipt."""

    fates: dict = field(default_factory=dict)
    away: Exception | None = None

    async def whereabouts(self, raw_id):
        if self.away is not None:
            raise self.away
        for raw in self.accepted:
            if raw_id == f"raw-{raw.dedup_key}".replace(":", "-"):
                return Whereabouts(**{"dedup_key": raw.dedup_key, "fate": Fate.WAITING, "envelope": raw.envelope,
                                      **self.fates.get(raw_id, {})})  # fmt: skip
        return None

    async def accept(self, raw):
        receipt = await super().accept(raw)
        return type(receipt)(raw_id=receipt.raw_id.replace(":", "-"), duplicate=receipt.duplicate)


class Api:
    def __init__(self, session, port, intake):
        self.session, self.base, self.intake = session, f"http://127.0.0.1:{port}", intake

    async def post(self, body=None, headers=PORTAL, **more):
        data = json.dumps(GOOD if body is None else body).encode() if not isinstance(body, bytes) else body
        kind = {} if "Content-Type" in headers else {"Content-Type": "application/json"}
        return await self.ask("POST", "/v1/messages", data=data, headers={**kind, **headers, **more})

    async def ask(self, method, path, **options):
        async with self.session.request(method, self.base + path, **options) as answer:
            text = await answer.read()
            return answer.status, json.loads(text) if text else None, answer.headers


@asynccontextmanager
async def api_in(folder, options=OPTIONS, **more):
    context = BuildContext(name="app", base=folder, var=folder, hostname="x", reveal=SECRETS.__getitem__)
    intake = Intake(**more)
    routes = list(build(Options.model_validate(options), context).routes(intake))
    async with serve(public_site(routes), "127.0.0.1", 0) as bound, aiohttp.ClientSession() as session:
        yield Api(session, bound.port, intake)


@pytest.fixture
async def api(tmp_path):
    async with api_in(tmp_path) as opened:
        yield opened


async def test_a_message_is_taken_and_its_receipt_leads_to_it(api):
    status, answer, headers = await api.post()

    assert status == 202
    assert headers["Location"] == f"/v1/messages/{answer['receipt']}"
    assert (await api.ask("GET", headers["Location"], headers=PORTAL))[1] == {
        "receipt": answer["receipt"], "status": "received", "ticket": None,
    }  # fmt: skip
    (raw,) = api.intake.accepted
    assert raw.envelope["application"] == "portal"
    assert SECRETS["env:PORTAL"] not in str(raw)


@pytest.mark.parametrize(
    ("fate", "status"),
    [(Fate.CLAIMED, "received"), (Fate.DONE, "filed"), (Fate.QUARANTINED, "held"), (Fate.FAILED, "held"),
     (Fate.IGNORED, "ignored"), (Fate.DISCARDED, "discarded")],
)  # fmt: skip
async def test_what_became_of_it_is_told(api, fate, status):
    receipt = (await api.post())[1]["receipt"]
    api.intake.fates[receipt] = {"fate": fate, "ticket": 42, "state": "open"}

    answer = (await api.ask("GET", f"/v1/messages/{receipt}", headers=PORTAL))[1]
    assert (answer["status"], answer["ticket"]) == (status, {"number": 42, "state": "open", "questions": []})


async def test_only_the_application_that_sent_it_is_told(api):
    """Attack 54: another application's key finds nothing, whatever it asks for."""
    receipt = (await api.post())[1]["receipt"]

    for headers, wanted in ((LOJA, 404), ({}, 401), (PORTAL, 200)):
        assert (await api.ask("GET", f"/v1/messages/{receipt}", headers=headers))[0] == wanted
    for other in ("0" * 16, "x", "%00", "..%2f..%2fetc", "ç"):
        assert (await api.ask("GET", f"/v1/messages/{other}", headers=PORTAL))[0] == 404


async def test_what_is_missing_is_told_field_by_field(api):
    status, answer, headers = await api.post({"text": " ", "contact": {"phone": "190"}})

    assert status == 422
    assert headers["Content-Type"] == "application/problem+json"
    assert {one["field"]: one["detail"] for one in answer["errors"]} == {
        "contact.phone": "a telephone number expected, like +55 11 91234-5678",
        "text": "is required (or an attachment)",
        "subject": "is required",
        "contact.email": "is required",
        "context.version": "is required",
    }
    assert api.intake.accepted == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"contact": None}, ["contact.id", "contact.email"]),
        ({"contact": "Ana"}, ["contact", "contact.id", "contact.email"]),
        ({"contact": {"id": 7, "email": "ana"}}, ["contact.id", "contact.email"]),
        ({"text": 5}, ["text"]),
        ({"context": [], "subject": ""}, ["context", "subject", "context.version"]),
        ({"attachments": {}}, ["attachments"]),
        ({"attachments": [1, {"name": 5, "content": "b2s="}, {}]},
         ["attachments[0]", "attachments[1].name", "attachments[2].content"]),
        ({"attachments": [{"content": "b2s="}] * 51}, ["attachments"]),
        ({"sent_at": "ontem"}, ["sent_at"]),
    ],
)  # fmt: skip
async def test_what_is_wrong_names_its_field(api, changes, fields):
    status, answer, _ = await api.post({**GOOD, **changes})

    assert status == 422
    assert [one["field"] for one in answer["errors"]] == fields


async def test_each_application_requires_its_own(api):
    assert (await api.post({"text": "oi", "contact": {"id": "u"}}, LOJA))[0] == 202


async def test_a_form_is_a_message_too(api):
    case = next(case for case in cases_of("app") if case.path.name == "form.bin")
    headers = {**LOJA, "Content-Type": case.raw().envelope["content_type"]}

    assert (await api.post(case.path.read_bytes(), headers))[0] == 202
    status, answer, _ = await api.post(case.path.read_bytes(), {**headers, **PORTAL})
    assert (status, [one["field"] for one in answer["errors"]]) == (422, ["contact.email"])


async def test_an_idempotency_key_makes_two_tries_one_message(api):
    first, again = await api.post(**{"Idempotency-Key": "k-1"}), await api.post(**{"Idempotency-Key": "k-1"})
    other = await api.post({**GOOD, "text": "outra"}, **{"Idempotency-Key": "k-1"})
    theirs = await api.post(GOOD, LOJA, **{"Idempotency-Key": "k-1"})

    assert [answer[0] for answer in (first, again, other, theirs)] == [202, 200, 422, 202]
    assert first[1]["receipt"] == again[1]["receipt"] != theirs[1]["receipt"]
    assert len(api.intake.accepted) == 2


async def test_a_signature_proves_an_application_and_its_id_is_the_key(api):
    body = json.dumps(GOOD).encode()
    mine = signed(body, message_id="m-1", secret=SECRETS["env:SIGN"])

    first, again = await api.post(body, mine), await api.post(body, mine)
    assert [first[0], again[0]] == [202, 200]
    receipt = first[1]["receipt"]
    asking = signed(receipt.encode(), message_id="q-1", secret=SECRETS["env:SIGN"])
    assert (await api.ask("GET", f"/v1/messages/{receipt}", headers=asking))[0] == 200
    assert (await api.ask("GET", f"/v1/messages/{receipt}", headers=mine))[0] == 401


UNPROVED = {
    "nothing": {},
    "empty": {"Authorization": ""},
    "another key": {"Authorization": "Bearer something that is long enough"},
    "half a key": {"Authorization": PORTAL["Authorization"][:-1]},
    "key without Bearer": {"Authorization": SECRETS["env:PORTAL"]},
    "basic": {"Authorization": "Basic cG9ydGFsOng="},
    "not ASCII": {"Authorization": "Bearer çãé"},
    "another application's secret": signed(json.dumps(GOOD).encode(), secret=SECRETS["env:LOJA"]),
    "stale": signed(json.dumps(GOOD).encode(), at=time.time() - 4000, secret=SECRETS["env:SIGN"]),
    "another body": signed(b"{}", secret=SECRETS["env:SIGN"]),
    "a key beside a wrong signature": {**PORTAL, "webhook-signature": "v1,AAAA"},
}


@pytest.mark.parametrize("headers", UNPROVED.values(), ids=UNPROVED)
async def test_what_proves_nothing_is_401(api, headers):
    """Attack 48."""
    status, answer, _ = await api.post(GOOD, headers)

    assert status == 401
    assert answer["detail"]
    assert api.intake.accepted == []


async def test_pages_of_other_origins_may_not_use_a_key(api):
    mine, theirs = {**PORTAL, "Origin": ORIGIN}, {**PORTAL, "Origin": "https://evil.example"}
    status, _, headers = await api.post(GOOD, mine)
    refused, _, without = await api.post(GOOD, theirs)

    assert (status, headers["Access-Control-Allow-Origin"]) == (202, ORIGIN)
    assert refused == 403
    assert "Access-Control-Allow-Origin" not in without
    assert (await api.post(GOOD, {**LOJA, "Origin": ORIGIN}))[0] == 403


@pytest.mark.parametrize(("origin", "status"), [(ORIGIN, 204), ("https://evil.example", 403), ("null", 403)])
async def test_browsers_ask_first(api, origin, status):
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = await api.ask("OPTIONS", "/v1/messages", headers=asking)

    assert answer[0] == status
    assert ("Access-Control-Allow-Headers" in answer[2]) == (status == 204)


BODIES = {
    "empty": (b"", "application/json", 400),
    "a list": (b"[1]", "application/json", 400),
    "NaN": (b'{"a": NaN}', "application/json", 400),
    "very deep": (b'{"a":' * 9000 + b"1" + b"}" * 9000, "application/json", 400),
    "another type": (b"a=b", "application/x-www-form-urlencoded", 415),
    "no type": (b"{}", "", 415),
    "latin-1": (b"{}", "application/json; charset=latin-1", 415),
    "no boundary": (b"--x--", "multipart/form-data", 400),
    "an empty form": (b"", "multipart/form-data; boundary=x", 400),
    "a part without a name": (b"--x\r\n\r\noi\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
    "a part without an end": (b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\noi',
                              "multipart/form-data; boundary=x", 400),
    "1,000 parts": (b"--x\r\n\r\n" * 1000 + b"--x--", "multipart/form-data; boundary=x", 400),
    "too large": (b'{"text": "' + b"a" * 300_000 + b'"}', "application/json", 413),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "status"), BODIES.values(), ids=BODIES)
async def test_bodies_that_are_none_are_refused_and_harm_nobody(api, body, kind, status):
    """Attack 50."""
    assert (await api.post(body, {**PORTAL, "Content-Type": kind}))[0] == status
    assert (await api.post())[0] == 202


async def test_compressed_bodies_and_wild_keys_are_refused(api):
    assert (await api.post(GOOD, {**PORTAL, "Content-Encoding": "gzip"}))[0] == 415
    assert (await api.post(GOOD, PORTAL, **{"Idempotency-Key": "k" * 201}))[0] == 400


@pytest.mark.parametrize("more", [{"broken": IntakeUnavailable("full")}, {"away": StoreUnavailable("away")}])
async def test_what_cannot_be_promised_or_told_now_is_503(tmp_path, more):
    async with api_in(tmp_path, **more) as api:
        status, answer, headers = await api.post()
        if "away" in more:
            status, answer, headers = await api.ask("GET", f"/v1/messages/{answer['receipt']}", headers=PORTAL)

    assert (status, headers["Retry-After"]) == (503, "5")
    assert "full" not in str(answer)


async def test_the_description_is_valid_and_says_what_is_answered(api):
    status, document, _ = await api.ask("GET", "/v1/openapi.json")

    assert status == 200
    OpenAPIV31SpecValidator(document).validate()
    taken, missing = await api.post(), await api.post({})
    told = await api.ask("GET", f"/v1/messages/{taken[1]['receipt']}", headers=PORTAL)
    for name, answer in (("Message", GOOD), ("Taken", taken[1]), ("Status", told[1]), ("Problem", missing[1])):
        jsonschema.validate(answer, {"$ref": f"#/components/schemas/{name}", "components": document["components"]})
    served = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert served == {("POST", "/v1/messages"), ("GET", "/v1/messages/{receipt}"), ("GET", "/v1/openapi.json")}
