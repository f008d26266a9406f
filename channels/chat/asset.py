"""The widget's script as it is served: read once, packed once, known by its content.

No cookie, no request to anybody else, and nothing of the visitor in it: any cache may keep it for five minutes, and
then asks by ETag whether it is still the same.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import hdrs, web

FOLDER = Path(__file__).parent / "widget"
_HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Server": "Balcao",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    packed: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> "Asset":
        return cls(content, gzip.compress(content, 9, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:20]}"')

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {**_HEADERS, "ETag": self.etag}
        if self.etag in {
            name.strip().removeprefix("W/") for name in request.headers.get(hdrs.IF_NONE_MATCH, "").split(",")
        }:
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower():
            return web.Response(body=self.packed, headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=self.content, headers=headers)


def widget() -> Asset:
    """The parts of the folder, in the order of their names, as one script that leaves nothing behind."""
    parts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js"))]
    return Asset.of(f'(() => {{\n"use strict";\n{"".join(parts)}}})();\n'.encode())
