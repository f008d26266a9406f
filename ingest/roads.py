"""Databases and brokers on other machines whose road there anybody in between may read; told by the setting's place.

PostgreSQL's drivers take TLS when it is offered and do without when it is not, so whoever stands in between chooses:
only `sslmode=require` and above demand it. A socket, and this machine's own addresses, need none.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import TypeAlias

from sqlalchemy import URL, make_url

from config.settings import Settings
from domain.errors import ConfigError, Mistake, Position
from domain.units import is_this_machine
from ingest.translations import N_

Road: TypeAlias = tuple[Position, str, str]
"""Where it is written, the other machine, and what to say of it."""
DEMANDED = frozenset({"require", "verify-ca", "verify-full"})


def open_roads(settings: Settings) -> Iterator[Mistake]:
    """Each place once, also where two databases come from it. What cannot be read is told elsewhere."""
    told: set[Position] = set()
    for roads in (_to_journal, _to_store):
        with suppress(ConfigError):
            for place, host, text in roads(settings):
                if place not in told:
                    told.add(place)
                    yield Mistake(place, text, {"host": host})


def _to_journal(settings: Settings) -> Iterator[Road]:
    broker = settings.broker
    if broker is None:
        yield from _to_server(settings.journal_place, settings.journal_url)
    elif not broker.address.encrypted:
        text = N_("user, password and messages go to %(host)s in the open: write amqps:// in place of amqp://")
        for host, _port in broker.address.hosts:
            if not is_this_machine(host):
                yield settings.journal_places["url"], host, text


def _to_store(settings: Settings) -> Iterator[Road]:
    yield from _to_server(settings.store_place, settings.store_url)


def _to_server(place: Position, address: str) -> Iterator[Road]:
    host = _far(make_url(address))
    if host is not None:
        text = N_("what goes to %(host)s and back may go in the open: write ?sslmode=verify-full behind the address")
        yield place, host, text


def _far(url: URL) -> str | None:
    """The first host that is another machine, where nothing demands TLS."""
    if url.get_backend_name() != "postgresql" or DEMANDED & {url.query.get("sslmode"), url.query.get("ssl")}:
        return None
    named = url.query.get("host", ())
    hosts = [url.host or "", *((named,) if isinstance(named, str) else named)]
    for host in (one for written in hosts for one in written.split(",")):
        bare = host if host.count(":") > 1 else host.partition(":")[0]
        if bare and not bare.startswith(("/", "@")) and not is_this_machine(bare):
            return bare
    return None
