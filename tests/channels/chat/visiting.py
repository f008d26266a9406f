"""A web chat's door with its site, an intake to watch, and a visitor who calls it as a page would."""

import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp

from channels.base import BuildContext
from channels.chat import Options, build
from channels.chat.door import Visits
from domain.raw import Fate, Whereabouts
from tests.channels.site import FakeIntake
from web.public import public_site
from web.serving import serve

ORIGIN = "https://www.exemplo.com.br"
KEYS = {
    "env:CHAT": "the first secret of the chat, long enough",
    "env:OLDER": "an older secret of the chat, long enough",
    "env:SITE": "the secret of the embedding site, long enough",
}
OPTIONS = {
    "origins": [ORIGIN, "https://loja.exemplo.com.br"],
    "secrets": ["env:CHAT"],
    "users": {"secrets": ["env:SITE"]},
    "max_body": "200kB",
}


@dataclass
class FakeChats:
    """Streams kept in a dictionary; `away` is raised instead."""

    told: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    hours: object = None
    away: Exception | None = None
    asked: int = 0

    async def heads(self, channel, visitors):
        self.asked += 1
        if self.away is not None:
            raise self.away
        return {one: self.told[one][-1].number for one in visitors if self.told.get(one)}

    async def events(self, channel, visitor, after, limit):
        if self.away is not None:
            raise self.away
        known = self.told.get(visitor, [])
        return known[-limit:] if after < 0 else [one for one in known if one.number > after][:limit]

    async def file(self, channel, visitor, event, position):
        return self.files.get((visitor, event, position))

    async def opening(self, calendar, now):
        return self.hours


@dataclass
class ChatIntake(FakeIntake):
    chats: FakeChats = field(default_factory=FakeChats)

    async def whereabouts(self, raw_id):
        for raw in self.accepted:
            if raw_id == f"raw-{raw.dedup_key}":
                return Whereabouts(dedup_key=raw.dedup_key, fate=Fate.WAITING, envelope=raw.envelope)
        return None


@dataclass
class Page:
    """A page of `origin` whose script calls the chat."""

    session: aiohttp.ClientSession
    base: str
    intake: object = None
    visits: object = None
    origin: str = ORIGIN
    token: str = ""

    async def ask(self, method, path, *, headers=None, **options):
        own = {"Origin": self.origin} if self.origin else {}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        merged = {name: value for name, value in {**own, **(headers or {})}.items() if value is not None}
        async with self.session.request(method, self.base + path, headers=merged, **options) as answer:
            body = await answer.read()
            return answer.status, json.loads(body) if body else None, answer.headers

    async def enter(self, **asked):
        """Become a visitor; the session as the door gave it."""
        status, given, _ = await self.ask("POST", "/session", json=asked)
        assert status == 200, given
        self.token = given["token"]
        return given

    async def say(self, text="Olá", message_id="m-0000001", **more):
        return await self.ask("POST", "/messages", json={"id": message_id, "text": text, **more})

    @asynccontextmanager
    async def listening(self, after=None, **headers):
        """The stream's events, one by one: `async for name, value, number in events`."""
        known = {} if after is None else {"Last-Event-ID": str(after)}
        own = {"Origin": self.origin, "Authorization": f"Bearer {self.token}", **known, **headers}
        async with self.session.get(f"{self.base}/events", headers=own) as answer:
            yield answer, _events(answer)


async def _events(answer):
    number, name = None, "message"
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        key, _, value = line.partition(": ")
        match key:
            case "id":
                number = int(value)
            case "event":
                name = value
            case "data":
                yield name, json.loads(value), number
                number, name = None, "message"


def reveal(reference):
    return KEYS[reference]


@asynccontextmanager
async def visiting(tmp_path, *, limits_=None, site=None, clock=time.time, **options):
    """A page before a chat of these options, with a fake intake behind it; `limits_` are the channel's own, `site`
    those of the public site."""
    if limits_ is not None:
        options["limits"] = limits_
    context = BuildContext(name="chat", base=tmp_path, var=tmp_path, hostname="balcao.example", reveal=reveal)
    channel = build(Options.model_validate({**OPTIONS, **options}), context)
    intake = ChatIntake()
    visits = Visits(replace(channel.routes.__self__, clock=clock), intake)
    async with (
        serve(public_site(visits.routes(), site), "127.0.0.1", 0) as bound,
        aiohttp.ClientSession() as session,
    ):
        yield Page(session, f"http://127.0.0.1:{bound.port}/chat/chat", intake, visits)
