"""An aiohttp application on a free port of 127.0.0.1, for the services that tests stand in for."""

from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def listening(app):
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
