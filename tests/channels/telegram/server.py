"""A Bot API server on 127.0.0.1 that behaves as https://core.telegram.org/bots/api says, errors included.

getUpdates   a greater offset forgets what is below it; waits for the first update; of two pollers the older one is
             ended with 409, and both are while a webhook is set
files        getFile names a path; /file/bot<token>/<path> gives the bytes
`plans`      method → answers to give first: (status, body), or CUT for a connection that ends without one
"""

import asyncio
import json
import queue
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.listening import listening

TOKEN = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcK"
BOT = {"id": 4839574812, "is_bot": True, "first_name": "Suporte", "username": "exemplo_suporte_bot"}
CUT = "cut"


def refusal(status, description, **parameters):
    body = {"ok": False, "error_code": status, "description": description}
    return status, {**body, "parameters": parameters} if parameters else body


FLOODED = refusal(429, "Too Many Requests: retry after 7", retry_after=7)
UNAUTHORIZED = refusal(401, "Unauthorized")
BLOCKED = refusal(403, "Forbidden: bot was blocked by the user")
NO_CHAT = refusal(400, "Bad Request: chat not found")
TERMINATED = refusal(
    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
HOOKED = refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
AWAY = (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"})


@dataclass
class BotApi:
    updates: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    files: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    plans: dict = field(default_factory=dict)
    webhook: dict = field(default_factory=lambda: {"url": "", "has_custom_certificate": False})
    token: str = TOKEN
    url: str = ""
    next_id: int = 870_000_001
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: asyncio.Future | None = None

    def put(self, **content):
        """An update of the next number; returns it."""
        update = {"update_id": self.next_id, **content}
        self.next_id += 1
        self.updates.append(update)
        self._stirred.set()
        return update

    def say(self, text, message_id=None, chat=12345678, **more):
        message_id = message_id or self.next_id
        person = {"id": chat, "is_bot": False, "first_name": "Ana"}
        return self.put(
            message={
                "message_id": message_id,
                "from": person,
                "chat": {"id": chat, "type": "private", "first_name": "Ana"},
                "date": 1_772_452_800,
                **({"text": text} if text else {}),
                **more,
            }
        )

    def calls(self, method):
        return [values for name, values in self.asked if name == method]

    async def handle(self, request):
        token, method = request.match_info["token"], request.match_info["method"]
        values = {name: _plain(value) for name, value in (await request.post()).items()}
        # An uploaded file is named by attach://PART, or is itself the field.
        values = {
            name: uploaded(values.get(str(value).removeprefix("attach://"), value)) for name, value in values.items()
        }
        self.asked.append((method, values))
        if plan := self.plans.get(method):
            answer = plan.pop(0)
            if answer == CUT:
                request.transport.abort()
                return web.Response()
            return _answer(*answer)
        if token != self.token:
            return _answer(*UNAUTHORIZED)
        act = getattr(self, f"_{method.lower()}", None)
        return _answer(*(await act(values) if act else refusal(404, "Not Found")))

    async def file(self, request):
        content = self.files.get(request.match_info["path"]) if request.match_info["token"] == self.token else None
        return web.Response(body=content) if content is not None else web.Response(status=404)

    async def _getme(self, values):
        return _ok(BOT)

    async def _getupdates(self, values):
        if self.webhook["url"]:
            return HOOKED
        if "offset" in values:
            self.updates = [one for one in self.updates if one["update_id"] >= values["offset"]]
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(TERMINATED)
        mine = self._poller = asyncio.get_running_loop().create_future()
        end = asyncio.get_running_loop().time() + values.get("timeout", 0)
        while not self.updates and not mine.done():
            self._stirred.clear()
            rest = end - asyncio.get_running_loop().time()
            if rest <= 0:
                break
            waiting = asyncio.ensure_future(self._stirred.wait())
            await asyncio.wait([waiting, mine], timeout=rest, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        return mine.result() if mine.done() else _ok(self.updates[: values.get("limit", 100)])

    async def _deletewebhook(self, values):
        self.webhook["url"] = ""
        return _ok(True)

    async def _setwebhook(self, values):
        self.webhook = {**self.webhook, **values}
        return _ok(True)

    async def _getwebhookinfo(self, values):
        return _ok({"url": self.webhook["url"], "has_custom_certificate": False, "pending_update_count": 0})

    async def _sendmessage(self, values):
        if len(values["text"]) > 4096:
            return refusal(400, "Bad Request: message is too long")
        self.sent.append(values)
        chat = {"id": values["chat_id"], "type": "private"}
        return _ok({"message_id": 5000 + len(self.sent), "date": 1_772_452_801, "chat": chat, "text": values["text"]})

    async def _senddocument(self, values):
        name, content = values["document"]
        if len(content) > 50_000_000:
            return refusal(413, "Request Entity Too Large")
        if not content:
            return refusal(400, "Bad Request: file must be non-empty")
        self.sent.append({**values, "document": (name, content)})
        chat = {"id": values["chat_id"], "type": "private"}
        document = {"file_id": "d", "file_unique_id": "u", "file_name": name, "file_size": len(content)}
        return _ok({"message_id": 5000 + len(self.sent), "date": 1_772_452_801, "chat": chat, "document": document})

    async def _getfile(self, values):
        path = f"photos/{values['file_id']}.jpg"
        if path not in self.files:
            return refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[path])
        return _ok({"file_id": values["file_id"], "file_unique_id": "u", "file_size": size, "file_path": path})


def uploaded(value):
    return (value.filename, value.file.read()) if isinstance(value, web.FileField) else value


def _plain(value):
    if isinstance(value, web.FileField):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _ok(result):
    return 200, {"ok": True, "result": result}


def _answer(status, body):
    return web.json_response(body, status=status)


def standing(token):
    """URL of a server that stays, in a thread of its own, for tests that build their channel before they hand over."""
    started = queue.Queue()

    async def serve():
        async with bot_api(token=token) as api:
            started.put(api.url)
            await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    return started.get(timeout=60)


@asynccontextmanager
async def bot_api(**fields):
    api = BotApi(**fields)
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", api.handle)
    app.router.add_get("/file/bot{token}/{path:.*}", api.file)
    async with listening(app) as port:
        api.url = f"http://127.0.0.1:{port}"
        yield api
