"""How answers that never end by themselves learn that their site stops: `request.app[STOPPING]` is set."""

import asyncio

from aiohttp import web

STOPPING = web.AppKey("stopping", asyncio.Event)
