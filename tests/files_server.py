"""A provider's file server on 127.0.0.1, and names that lead where a test wants them to."""

import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.abc import AbstractResolver

from tests.listening import listening


@dataclass
class FilesServer:
    """Answers by path; `asked` remembers (path, headers)."""

    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    origin: str = ""

    async def handle(self, request):
        self.asked.append((request.path, dict(request.headers)))
        answer = self.answers[request.path]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return await answer(request) if callable(answer) else fresh(answer)

    @property
    def paths(self):
        return [path for path, _ in self.asked]


def fresh(answer):
    """A response object can be sent once."""
    if isinstance(answer, bytes):
        return web.Response(body=answer)
    status, headers, body = answer
    return web.Response(status=status, headers=headers, body=body)


@asynccontextmanager
async def files_server(**answers):
    server = FilesServer(answers={f"/{name}": answer for name, answer in answers.items()})
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", server.handle)
    async with listening(app) as port:
        server.origin = f"http://127.0.0.1:{port}"
        yield server


class Names(AbstractResolver):
    """host → addresses, or a list of lists: what it answers the first time, the second, …"""

    def __init__(self, **known):
        self.known = {name.replace("_", "."): addresses for name, addresses in known.items()}
        self.asked = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        del family
        self.asked.append(host)
        return [
            {"hostname": host, "host": address, "port": port, "family": socket.AF_INET6 if ":" in address else
             socket.AF_INET, "proto": 0, "flags": socket.AI_NUMERICHOST}
            for address in self.known[host]
        ]  # fmt: skip

    async def close(self):
        pass
