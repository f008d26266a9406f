"""A relay with moods, and the servers of Telegram and Meta beside it: where answers to customers go."""

import asyncio
import queue
import socket
import threading

from aiohttp import web

from tests.channels.graph.meta import Graph
from tests.channels.telegram.server import BotApi
from tests.e2e.relay import Relay
from tests.listening import listening

SLOWLY = 0.4


class MoodyRelay(Relay):
    """`mood`: good, slow (each command takes a while), hanging (silence), deferring (451 to every recipient), dropping
    (hangs up before it has said yes)."""

    def __post_init__(self):
        super().__post_init__()
        self.mood = "good"
        self._changed = threading.Event()

    def be(self, mood):
        self.mood = mood
        self._changed.set()
        self._changed = threading.Event()

    def leave(self):
        """Nobody listens any more; who is connected is hung up on at his next word."""
        self.be("dropping")
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def come_back(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.be("good")
        threading.Thread(target=self.run, name="relay", daemon=True).start()

    def _answer(self, verb):
        return b"451 4.7.1 not now\r\n" if self.mood == "deferring" and verb == "RCPT" else super()._answer(verb)

    def _moment(self, name):
        if self.mood == "slow":
            self._changed.wait(SLOWLY)
        while self.mood == "hanging":
            self._changed.wait(0.5)
        if self.mood == "dropping" and name in {"MAIL", "content"}:
            raise OSError("the relay hangs up")
        super()._moment(name)


class Providers:
    """Telegram's and Meta's servers in a thread of their own; both take whatever they are given."""

    def __init__(self, telegram_token):
        self.bot = None
        self.graph = Graph()
        self._telegram_token = telegram_token
        started = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(started,), name="providers", daemon=True)
        self._thread.start()
        self.url = started.get(timeout=60)
        self.graph.base = self.url

    def _run(self, started):
        async def serve():
            self.bot = BotApi(token=self._telegram_token)
            self.bot.webhook["url"] = "https://balcao.exemplo.com.br/hooks/telegram"
            self._end = asyncio.Event()
            app = web.Application()
            app.router.add_route("*", "/bot{token}/{method}", self.bot.handle)
            app.add_routes(self.graph.routes())
            async with listening(app) as port:
                started.put(f"http://127.0.0.1:{port}")
                await self._end.wait()

        try:
            self._loop.run_until_complete(serve())
        finally:
            self._loop.close()

    def close(self):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
