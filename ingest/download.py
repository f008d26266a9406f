"""Fetches one file from where its channel says that it lies, and from nowhere else (attack 40).

    URL ─▶ allowed? ─▶ name resolved ─▶ every address public? ─▶ connected to these addresses ─▶ 200 ─▶ bytes
             ▲                                                                               │
             └───────────────── each redirect anew, without our credentials ◀────────────────┘

Between the check and the connection no name is resolved again, so that a name which changes its mind (DNS rebinding)
gains nothing. What a person wrote into the settings may lie in his own network; what a provider or a customer
names may not. No URL is ever part of a message or a log line: many hold a token.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from domain.addresses import is_public
from domain.errors import FetchFailed
from domain.remote import Access, Location
from triage.remote_files import objection_to, origin_of

MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEMPORARY = frozenset({401, 403, 408, 425, 429})
"""Beside 5xx. Refused credentials are mended by a person, usually within the time that we keep trying."""
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bytes and seconds that one file may take."""

    size: int
    seconds: float


async def download(location: Location, bounds: Bounds, *, resolver: AbstractResolver | None = None) -> bytes:
    """The content. Raises FetchFailed. `resolver` stands in for the system's."""
    url, headers = location.url, dict(location.headers)
    origins = {origin_of(urlsplit(origin)) for origin in location.access.origins}
    connector = aiohttp.TCPConnector(
        resolver=_PublicOnly(resolver or ThreadedResolver(), origins), use_dns_cache=False, force_close=True
    )
    try:
        async with (
            asyncio.timeout(bounds.seconds),
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
                                  headers={"User-Agent": "Balcao", "Accept-Encoding": "identity"}) as session,
        ):  # fmt: skip
            for _ in range(MOST_REDIRECTS + 1):
                found = await _one_step(session, url, headers, location.access, bounds.size)
                if isinstance(found, bytes):
                    return found
                url, headers = _followed(url, found, headers)
        raise FetchFailed("redirected too often", permanent=True)
    except TimeoutError as error:
        raise FetchFailed(f"not fetched within {bounds.seconds:.0f} s", permanent=False) from error
    except (aiohttp.ClientError, OSError) as error:
        host = urlsplit(url).hostname
        raise FetchFailed(f"{host}: {type(error).__name__}", permanent=False, detail=type(error).__name__) from None


async def _one_step(
    session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], access: Access, most: int
) -> bytes | str:
    """The content, or where it is said to lie instead."""
    if objection := objection_to(url, access):
        raise FetchFailed(objection, permanent=True)
    async with session.get(_read_alike(url), headers=headers, allow_redirects=False) as answer:
        if answer.status in _REDIRECTS:
            return answer.headers.get("Location", "")
        _must_be_content(answer, most)
        return await _content(answer, most)


def _read_alike(url: str) -> URL:
    """What is asked for must be what was checked: two readers of URLs may see two hosts in one text."""
    try:
        target = URL(url, encoded=True)
    except ValueError:
        raise FetchFailed("this is not a URL", permanent=True) from None
    if target.raw_host != urlsplit(url).hostname:
        raise FetchFailed("this is not a URL that reads one way only", permanent=True)
    return target


def _followed(url: str, target: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Where a redirect leads, and what is said there: our credentials are for the first origin alone."""
    try:
        new = urljoin(url, target)
        stays = origin_of(urlsplit(new)) == origin_of(urlsplit(url))
    except ValueError:
        raise FetchFailed("redirected to what is not a URL", permanent=True) from None
    return new, headers if stays else {}


def _must_be_content(answer: aiohttp.ClientResponse, most: int) -> None:
    """Raises FetchFailed for anything but a 200 with a body that we can take as it is."""
    status = answer.status
    if status != 200:
        raise FetchFailed(
            f"{answer.url.host} answered {status}",
            permanent=status < 500 and status not in _TEMPORARY,
            retry_after=_seconds(answer.headers.get("Retry-After", "")),
        )
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchFailed("sent compressed though we asked for it as it is", permanent=True)
    if (answer.content_length or 0) > most:
        raise too_large(most)


async def _content(answer: aiohttp.ClientResponse, most: int) -> bytes:
    found = bytearray()
    async for piece in answer.content.iter_chunked(_CHUNK):
        found += piece
        if len(found) > most:
            raise too_large(most)
    if not found:
        raise FetchFailed("there is nothing in it (yet)", permanent=False)
    return bytes(found)


def too_large(most: int) -> FetchFailed:
    return FetchFailed(f"larger than {most / 1_000_000:g} MB (files.max_size)", permanent=True)


def _seconds(text: str) -> float:
    """Of a Retry-After in seconds; a date there is rare, and our own delays will do."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


class _PublicOnly(AbstractResolver):
    """Resolves names as usual, and knows no address that is not public, but for `trusted` origins."""

    def __init__(self, inner: AbstractResolver, trusted: set[str]) -> None:
        self._inner = inner
        self._trusted = trusted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        trusted = any(f"{scheme}://{host}:{port}" in self._trusted for scheme in ("http", "https"))
        if not trusted and not all(is_public(one["host"]) for one in found):
            raise FetchFailed(f"{host} leads to an address that is not public", permanent=True)
        return found

    async def close(self) -> None:
        await self._inner.close()
