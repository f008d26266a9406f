"""A daemon that polls a bot is killed while it is being given updates: confirmed means kept, and kept once.

The real library speaks to a server that behaves as the Bot API does: it forgets what a greater offset confirms.
"""

import asyncio
import json
import sqlite3
import threading
from contextlib import contextmanager

import pytest

from tests.channels.telegram.server import TOKEN, bot_api
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import marks_in

MOMENTS = ("at once", "when the first are on disk")
"""When the daemon is killed after it was handed updates: before they are durable, and before it confirms them."""
EACH = 30
"""Updates that come before each kill."""
BUDGETS = "acknowledgement: {enabled: false}"
CHANNEL = """\
  bot:
    kind: telegram
    token: file:var/secrets/bot.key
    poll: 2s
    base_url: %s
"""


class Telegram:
    """The server in a thread of its own. `given` is set when somebody is handed updates."""

    def __init__(self):
        self.given = threading.Event()
        self._started, self._loop, self.api = threading.Event(), None, None
        self._end = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self):
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with bot_api() as self.api:
            ask = self.api._getupdates

            async def watched(values):
                answer = await ask(values)
                if answer[1].get("result"):
                    self.given.set()
                return answer

            self.api._getupdates = watched
            self._started.set()
            await self._end.wait()

    @contextmanager
    def running(self):
        self._thread.start()
        assert self._started.wait(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(10)

    def say(self, text, chat):
        self._loop.call_soon_threadsafe(lambda: self.api.say(text, chat=chat))

    def waiting(self):
        return {update["update_id"] for update in self.api.updates}


def journaled(folder):
    """Ids of the updates on disk."""
    with sqlite3.connect(folder / "var" / "journal.db") as connection:
        rows = connection.execute("SELECT payload FROM raw_payloads").fetchall()
    return {json.loads(payload)["update_id"] for (payload,) in rows}


@pytest.mark.e2e
def test_what_was_confirmed_is_on_disk_and_nothing_is_lost_or_doubled_over_kills(tmp_path):
    with Telegram().running() as telegram:
        (tmp_path / "var" / "secrets").mkdir(parents=True)
        (tmp_path / "var" / "secrets" / "bot.key").write_text(TOKEN)
        daemon = Daemon(tmp_path, extra=BUDGETS, role="receive")
        with daemon.config.open("a", encoding="utf-8") as settings:
            settings.write(CHANNEL % telegram.api.url)
        said = set()
        try:
            for kill, moment in enumerate(MOMENTS):
                daemon.start(ready=False)
                telegram.given.clear()
                for number in range(EACH):
                    mark = f"k{kill}n{number}"
                    said.add(mark)
                    telegram.say(f"oi, marca {mark}", chat=1000 + number % 7)
                assert telegram.given.wait(60), daemon.tail()
                if moment == "when the first are on disk":
                    wait_for(lambda: journaled(tmp_path), what="an entry")
                daemon.kill()
                waiting, kept = telegram.waiting(), journaled(tmp_path)
                everything = set(range(870_000_001, telegram.api.next_id))
                assert everything - waiting <= kept, "confirmed, and not on disk"
            daemon.role = "all"
            daemon.start()
            wait_for(lambda: not telegram.waiting(), what="everything to be confirmed")
            wait_for(daemon.drained, what="an empty journal")
            stored = marks_in(daemon.tickets())
        finally:
            daemon.stop()
    assert stored == dict.fromkeys(said, 1)
