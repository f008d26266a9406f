"""Slack as it behaves: signed events, and a Web API that answers as documented."""

import hashlib
import hmac
import itertools
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.channels.cases import SECRET
from web.serving import serve

TOKEN = SECRET


def slack_signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Signature": f"v0={digest}",
        "X-Slack-Request-Timestamp": stamp,
        "Content-Type": "application/json",
    }


@dataclass
class Workspace:
    """`script`: (status, body[, headers]) for the next posts; then all is taken."""

    base: str = ""
    script: list = field(default_factory=list)
    posted: list = field(default_factory=list)
    files: dict = field(default_factory=dict)
    uploads: dict = field(default_factory=dict)
    shown: list = field(default_factory=list)
    place: str = "{base}/upload/v1/{id}"
    refuse: dict = field(default_factory=dict)
    stamps: itertools.count = field(default_factory=lambda: itertools.count(1))

    @property
    def api(self):
        return f"{self.base}/api"

    def routes(self):
        return [
            web.post("/api/chat.postMessage", self.post),
            web.post("/api/files.getUploadURLExternal", self.place_for),
            web.post("/upload/v1/{id}", self.put),
            web.post("/api/files.completeUploadExternal", self.complete),
            web.get("/api/files.info", self.info),
            web.get("/files-pri/{id}", self.give),
        ]

    async def post(self, request):
        body = json.loads(await request.read())
        self.posted.append(body)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "token_revoked"})
        if self.script:
            status, answer, *headers = self.script.pop(0)
            return web.json_response(answer, status=status, headers=headers[0] if headers else None)
        stamp = f"1772452600.{next(self.stamps):06d}"
        return web.json_response(
            {"ok": True, "channel": body["channel"], "ts": stamp, "message": {"text": body["text"]}}
        )

    async def _form(self, request):
        """These methods read forms; `refuse` has an answer for a method, given once."""
        form = dict(await request.post())
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return form, web.json_response({"ok": False, "error": "token_revoked"})
        if no := self.refuse.pop(request.path.rpartition("/")[2], None):
            return form, web.json_response({"ok": False, "error": no})
        return form, None

    async def place_for(self, request):
        form, no = await self._form(request)
        if no is not None:
            return no
        if not form.get("filename") or not form.get("length", "").isdigit():
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        file_id = f"F{len(self.uploads):08d}"
        self.uploads[file_id] = None, int(form["length"])
        address = self.place.replace("{base}", self.base).replace("{id}", file_id)
        return web.json_response({"ok": True, "upload_url": address, "file_id": file_id})

    async def put(self, request):
        file_id, content = request.match_info["id"], await request.read()
        assert "Authorization" not in request.headers, "the address is enough"
        if len(content) != self.uploads[file_id][1]:
            return web.Response(status=400, text="length mismatch")
        self.uploads[file_id] = content, len(content)
        return web.Response(text=f"OK - {len(content)}")

    async def complete(self, request):
        form, no = await self._form(request)
        if no is not None:
            return no
        files = json.loads(form["files"])
        if any(self.uploads.get(one["id"], (None, 0))[0] is None for one in files):
            return web.json_response({"ok": False, "error": "file_not_found"})
        self.shown.append({**form, "files": files})
        return web.json_response({"ok": True, "files": files})

    async def info(self, request):
        file = self.files.get(request.query.get("file"))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "account_inactive"})
        if file is None:
            return web.json_response({"ok": False, "error": "file_not_found"})
        return web.json_response({"ok": True, "file": {"url_private": f"{self.base}/files-pri/{file}"}})

    async def give(self, request):
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        return web.Response(body=b"%PDF-1.7 conteudo", content_type="application/pdf")


@asynccontextmanager
async def web_api():
    workspace = Workspace()
    app = web.Application()
    app.add_routes(workspace.routes())
    async with serve(app, "127.0.0.1", 0) as bound:
        workspace.base = f"http://127.0.0.1:{bound.port}"
        yield workspace
