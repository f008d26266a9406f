"""Files that lie elsewhere: where they may be fetched from, what they are, when they are tried again. Pure.

URL of a channel, or of a redirect ─▶ objection_to ─▶ name resolved ─▶ is_public ─▶ connected to that very address
told type, content                 ─▶ settled_type, is_web_page_instead
failure, attempts so far           ─▶ next_try
"""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from domain.errors import FetchFailed
from domain.remote import UNKNOWN_TYPE, Access
from domain.sniffing import sniffed_type

HTML = "text/html"
_PORTS = {"http": 80, "https": 443}


def objection_to(url: str, access: Access) -> str | None:
    """Why nothing is fetched from there; None when nothing speaks against it."""
    try:
        parts = urlsplit(url)
        origin = origin_of(parts)
    except ValueError:
        return "this is not a URL"
    if parts.username is not None or parts.password is not None:
        return "a URL with a user name in it is not followed"
    if origin in {origin_of(urlsplit(known)) for known in access.origins}:
        return None
    host = parts.hostname or ""
    if parts.scheme != "https" or origin != f"https://{host}:443":
        return f"only https at its usual port is followed, and only to known hosts, not {parts.scheme}://{host}"
    if not any(_is_at(host, known) for known in access.hosts):
        return f"{host} is none of the provider's hosts"
    return None


def origin_of(parts: SplitResult) -> str:
    """Raises ValueError for a port that is none."""
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def settled_type(told: str, content: bytes) -> str:
    """As told, or what the bytes are where nothing is told."""
    return (sniffed_type(content) or UNKNOWN_TYPE) if told == UNKNOWN_TYPE else told


def is_web_page_instead(told: str, content: bytes) -> bool:
    """A log-in page where a picture should be: how many a provider says that the credentials are wrong."""
    return told not in {UNKNOWN_TYPE, HTML, "application/xhtml+xml", "text/plain"} and sniffed_type(content) == HTML


def next_try(error: FetchFailed, attempts: int, delays: Sequence[float]) -> float | None:
    """Seconds until the next try after `attempts` failures; None: it is given up."""
    if error.permanent or attempts > len(delays):
        return None
    return max(delays[attempts - 1], error.retry_after)


def _is_at(host: str, known: str) -> bool:
    return host.endswith(known) if known.startswith(".") else host == known
