"""Every no of aiohttp itself (404, 405, 413, an exception nobody caught) said as `application/problem+json`."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import hdrs, web

from channels.problem import problem

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_KEPT = (hdrs.ALLOW, hdrs.RETRY_AFTER)
_DETAILS = {404: "nothing is served under this path", 405: "this path does not take that method"}
_log = structlog.get_logger()


async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What `handler` answers, or the problem it raised. Only a connection that went away still raises."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        kept = {str(name): refusal.headers[name] for name in _KEPT if name in refusal.headers}
        return problem(refusal.status, _DETAILS.get(refusal.status, ""), headers=kept)
    except ConnectionError:
        raise
    except Exception:  # noqa: BLE001  the last boundary: nothing of ours may reach the peer
        _log.exception("request_failed", path=request.path, method=request.method)
        return problem(500)
