"""Meta as it behaves: signed webhooks, and a Graph API with its documented answers and error bodies."""

import hashlib
import hmac
import itertools
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.channels.cases import SECRET
from web.serving import serve

TOKEN = SECRET
WHATSAPP_TYPES = {
    "audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "image/jpeg", "image/png", "video/mp4",
    "video/3gpp", "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
}  # fmt: skip


def hub_signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


def error(code, message="(#%s) it went wrong", *, subcode=None, details=None, transient=None, status=400):
    """An error body of the Graph API."""
    told = {"message": message % code if "%s" in message else message, "type": "OAuthException", "code": code}
    told |= {"error_subcode": subcode} if subcode else {}
    told |= {"error_data": {"messaging_product": "whatsapp", "details": details}} if details else {}
    told |= {"is_transient": transient} if transient is not None else {}
    return status, {"error": {**told, "fbtrace_id": "A4O5a8RAgePwbcGSu"}}


@dataclass
class Graph:
    """`script`: (status, body[, headers]) for the next calls; then all is taken. `sent`: path and body of each call."""

    base: str = ""
    script: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    media: dict = field(default_factory=dict)
    uploads: list = field(default_factory=list)
    refuses_uploads: tuple = ()
    ids: itertools.count = field(default_factory=lambda: itertools.count(1))

    @property
    def api(self):
        return f"{self.base}/v24.0"

    def routes(self):
        return [
            web.post("/v24.0/{id}/messages", self.take),
            web.post("/v24.0/{id}/media", self.keep),
            web.post("/v24.0/{id}/message_attachments", self.keep_for_instagram),
            web.get("/v24.0/{id}", self.tell),
            web.get("/cdn/{id}", self.give),
        ]

    async def keep(self, request):
        """https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media: the type must be one of a list."""
        form = await request.post()
        kind, file = form["type"], form["file"]
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer(*error(190, "Invalid OAuth access token", status=401))
        if kind not in WHATSAPP_TYPES or form["messaging_product"] != "whatsapp":
            return self._answer(*error(100, "(#100) Param file must be a file with one of the following types: …"))
        self.uploads.append((request.match_info["id"], file.filename, kind, file.file.read()))
        return self._answer(200, {"id": f"{len(self.uploads):016d}"})

    async def keep_for_instagram(self, request):
        """https://developers.facebook.com/docs/messenger-platform/instagram/features/attachment-upload"""
        form = await request.post()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer(*error(190, "Invalid OAuth access token", status=401))
        if self.refuses_uploads:
            return self._answer(*self.refuses_uploads)
        file, attachment = form["filedata"], json.loads(form["message"])["attachment"]
        if form["platform"] != "instagram" or not file.filename.isascii():
            return self._answer(*error(100, "(#100) Upload attachment failure.", subcode=2018047))
        self.uploads.append((attachment["type"], file.filename, file.content_type, file.file.read()))
        return self._answer(200, {"attachment_id": f"15{len(self.uploads):014d}"})

    async def take(self, request):
        if request.content_type == "multipart/form-data":
            form = await request.post()
            body = {name: json.loads(form[name]) for name in ("recipient", "message")}
            body |= {name: form[name] for name in ("messaging_type", "tag") if name in form}
            body["filedata"] = (form["filedata"].filename, form["filedata"].content_type, form["filedata"].file.read())
        else:
            body = json.loads(await request.read())
        self.sent.append((request.match_info["id"], body))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer(*error(190, "Invalid OAuth access token", status=401))
        if self.script:
            return self._answer(*self.script.pop(0))
        if body.get("messaging_product") == "whatsapp":
            to = body.get("to") or body.get("recipient")
            sent = {"messages": [{"id": f"wamid.OUT{next(self.ids)}"}], "contacts": [{"input": to, "wa_id": to}]}
            return self._answer(200, {"messaging_product": "whatsapp", **sent})
        taken = {"recipient_id": body["recipient"]["id"], "message_id": f"m_OUT{next(self.ids)}"}
        return self._answer(200, taken)

    async def tell(self, request):
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer(*error(190, "Invalid OAuth access token", status=401))
        media_id = request.match_info["id"]
        if media_id not in self.media:
            return self._answer(*error(100, "Unsupported get request", subcode=33))
        url = self.media[media_id][0].replace("{base}", self.base)
        return self._answer(
            200, {"messaging_product": "whatsapp", "id": media_id, "url": url, "mime_type": "image/jpeg"}
        )

    async def give(self, request):
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        return web.Response(body=self.media[request.match_info["id"]][1], content_type="image/jpeg")

    @staticmethod
    def _answer(status, body, headers=None):
        if body is None:
            return web.Response(status=status, text="Bad Gateway", headers=headers)
        return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def graph_api():
    graph = Graph()
    app = web.Application()
    app.add_routes(graph.routes())
    async with serve(app, "127.0.0.1", 0) as bound:
        graph.base = f"http://127.0.0.1:{bound.port}"
        yield graph
