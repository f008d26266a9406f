"""What a browser may not be made to do to the private site.

Host must be one of ours     a name that an attacker rebinds to 127.0.0.1 is refused (DNS rebinding)
changes need proof of intent a form or a script of another site can set neither `X-Balcao: 1` nor a JSON content
                             type without asking first, and nobody answers that question: there is no CORS here
"""

from collections.abc import Iterable

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from channels.problem import SECURITY_HEADERS, problem
from web.addresses import is_address
from web.problem import Handler, answered

LOCAL_NAMES = frozenset({"localhost"})
_READING = frozenset({"GET", "HEAD"})


def private_guard(hosts: Iterable[str]) -> Middleware:
    """`hosts`: further names, without port, under which the site may be called."""
    allowed = LOCAL_NAMES | {name.casefold() for name in hosts}

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = _host(request)
        if host not in allowed and not is_address(host.strip("[]")):
            return problem(403, "this site is not served under that name; call it by its address or as localhost")
        if request.method not in _READING and not _is_meant(request):
            return problem(403, "a change needs the header X-Balcao: 1 or Content-Type: application/json")
        answer = await answered(request, handler)
        answer.headers.update({name: value for name, value in SECURITY_HEADERS.items() if name not in answer.headers})
        return answer

    return guard


def _host(request: web.Request) -> str:
    given = request.headers.get(hdrs.HOST, "").casefold()
    end = given.find("]") + 1 if given.startswith("[") else given.find(":")
    return given[:end] if end > 0 else given


def _is_meant(request: web.Request) -> bool:
    return request.headers.get("X-Balcao") == "1" or request.content_type == "application/json"
