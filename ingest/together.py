"""One node among several at a PostgreSQL: it wakes the others and hears them, and goes on with what a dead one had
begun. On SQLite a node is alone, and nothing of this runs; with RabbitMQ the broker does it for the journal.

             rings                      hears              succeeds
    journal  receive, web               work               work
    desk     work (something is filed)  dispatch           dispatch
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection

from ingest.daemon import Daemon
from ingest.succeeding import Succession
from ingest.supervise import ended
from store import outbox, records, remote_files
from store.bell import DESK, JOURNAL, Bell
from store.engines import is_shared
from store.nodes import DESK as DESK_NODES
from store.nodes import JOURNAL as JOURNAL_NODES


@asynccontextmanager
async def together(daemon: Daemon) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for name, bell in _bells(daemon).items():
            await stack.enter_async_context(ended(daemon.vital(bell.run(), name=f"bell of {name}")))
        for name, succession in _successions(daemon):
            await stack.enter_async_context(ended(daemon.vital(succession.run(), name=f"succession {name}")))
        yield


def _bells(daemon: Daemon) -> dict[str, Bell]:
    """One for each database, which may be the same for both."""
    journal, desk = _journal_url(daemon), daemon.store.url.render_as_string(hide_password=False)
    wanted: dict[str, dict[str, Callable[[], None]]] = {}
    if is_shared(desk):
        wanted[desk] = {DESK: daemon.look_at_desk} if "dispatch" in daemon.roles else {}
    if journal is not None:
        heard = {JOURNAL: daemon.work.set} if "work" in daemon.roles else {}
        wanted[journal] = wanted.get(journal, {}) | heard
    bells = {url: Bell(url, heard) for url, heard in wanted.items()}
    daemon.desk_bell = bells.get(desk)
    daemon.journal_bell = None if journal is None else bells[journal]
    return {" and ".join(sorted(wanted[url])) or "others": bell for url, bell in bells.items()}


def _journal_url(daemon: Daemon) -> str | None:
    settings = daemon.settings
    if settings.broker is not None or not is_shared(settings.journal_url):
        return None
    return settings.journal_url


def _successions(daemon: Daemon) -> list[tuple[str, Succession]]:
    made = []
    if "work" in daemon.roles and _journal_url(daemon) is not None:
        journal = Succession(
            name=daemon.node,
            roster=JOURNAL_NODES,
            write=daemon.journal.write,
            recover=records.recover,
            taken=daemon.work.set,
        )
        made.append(("to entries", journal))
    if "dispatch" in daemon.roles and daemon.store.is_shared:
        desk = Succession(
            name=daemon.node,
            roster=DESK_NODES,
            write=daemon.store.write,
            recover=_recover_desk,
            taken=daemon.look_at_desk,
        )
        made.append(("to messages", desk))
    return made


def _recover_desk(connection: Connection, holder: str) -> int:
    now = datetime.now(UTC)
    return outbox.recover(connection, now, holder) + remote_files.recover(connection, now, holder)
