"""One connection to one folder, blocking, on imapclient; used by one thread (thread.py), broken off by any.

What imapclient leaves to us, tried on version 4.1: `fetch` finds its answers only for UIDs that are ints; `idle_check`
takes a dead server for silence; what came in with the last answer waits in a buffer that no poll sees.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError

from channels.cleaning import clean_line
from channels.imap.batches import Batch, Listed
from channels.imap.login import Credentials, log_in
from channels.imap.standing import Opened
from domain.errors import ConnectionLost, ReceiverError

CONNECT_SECONDS = 20.0
KEEPALIVE_SECONDS = 60
ODD_SERVER_SECONDS = 1.0
_WANTED = ("UNDELETED", "UNDRAFT")
"""What a person threw away or has not finished is not taken; if they change their mind, reconciling finds it."""


class FolderUnusable(ReceiverError):
    """The server does not open this folder; other folders are not affected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to connect to. `tls` is None for a connection in clear."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    starttls: bool
    timeout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is done to a mail once it is ours."""

    flag: str | None = None
    move_to: str | None = None

    def __bool__(self) -> bool:
        return bool(self.flag or self.move_to)


@dataclass(slots=True)
class Fetched:
    """`failed`: UID → why, for mails that are there and could not be had. `gone`: meanwhile deleted."""

    contents: dict[int, bytes] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)


class Connection:
    """Every method but `break_off` may raise ConnectionLost, and ReceiverError when the server says no."""

    def __init__(self, server: Server, credentials: Credentials) -> None:
        """Connect and log in. Also raises CredentialsRejected."""
        with _translated("connect"):
            self._client = _connect(server)
            self._breaker = socket.socket(fileno=socket.dup(self._client.socket().fileno()))
        try:
            with _translated("log in"):
                if server.starttls:
                    self._client.starttls(server.tls)
                log_in(self._client, credentials)
                self.can_idle = bool(self._client.has_capability("IDLE"))
        except BaseException:
            self.close()
            raise

    def break_off(self) -> None:
        """From any thread, at any time: whoever waits for the server stops waiting."""
        with suppress(OSError):
            self._breaker.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """After that, in the connection's own thread."""
        self.break_off()
        self._breaker.close()
        with suppress(IMAPClientError, OSError):
            self._client.shutdown()

    def open(self, folder: str, *, read_only: bool) -> Opened:
        """Raises FolderUnusable."""
        with _translated("open the folder"):
            try:
                answer = self._client.select_folder(folder, readonly=read_only)
            except IMAPClientReadOnlyError:
                raise FolderUnusable("the folder is read-only here, and flag or move_to is set") from None
            except IMAPClientAbortError:
                raise
            except IMAPClientError as error:
                raise FolderUnusable(f"the server does not open the folder: {clean_line(str(error), 200)}") from error
        validity, following = answer.get(b"UIDVALIDITY"), answer.get(b"UIDNEXT")
        if not validity:
            raise FolderUnusable("the server gives this folder no UIDVALIDITY")
        return Opened(uid_validity=validity, uid_next=following or max(self.uids(1, None), default=0) + 1)

    def uids(self, first: int, last: int | None, since: date | None = None) -> list[int]:
        """Of the wanted mails from `first` to `last` (None: to the end) that arrived on the day `since` or later."""
        days = ("SINCE", since) if since else ()
        with _translated("list the folder"):
            found = self._client.search(["UID", f"{first}:{last or '*'}", *_WANTED, *days])
        return sorted(uid for uid in found if uid >= first)  # n:* always names the last mail, even below n

    def listed(self, uids: Sequence[int]) -> list[Listed]:
        """Those of them that are still there. One whose size cannot be told has none, and nobody else suffers."""
        with _translated("list the folder"):
            return self._listed(list(uids))

    def _listed(self, uids: list[int]) -> list[Listed]:
        try:
            found = self._client.fetch(uids, [b"RFC822.SIZE", b"INTERNALDATE"])
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            half = len(uids) // 2
            return [*self._listed(uids[:half]), *self._listed(uids[half:])] if half else [unknown(uids[0])]
        return [
            Listed(uid=uid, size=size, arrived_at=_in_utc(items.get(b"INTERNALDATE")))
            for uid, items in found.items()
            if isinstance(size := items.get(b"RFC822.SIZE"), int)
        ]

    def contents(self, batch: Batch) -> Fetched:
        """Each mail by itself if the server gives them together in part only: one costs nobody else."""
        fetched = Fetched()
        whole = "" if batch.beginning is None else f"<0.{batch.beginning}>"
        uids = batch.uids
        with _translated("fetch"):
            if len(uids) > 1:
                with suppress(_Refused):
                    fetched.contents = self._bodies(uids, whole)
            for uid in uids:
                if uid not in fetched.contents:
                    self._one(uid, whole, fetched)
        return fetched

    def _one(self, uid: int, whole: str, fetched: Fetched) -> None:
        try:
            found = self._bodies([uid], whole)
        except _Refused as error:
            fetched.failed[uid] = clean_line(str(error), 200)
            return
        if uid in found:
            fetched.contents[uid] = found[uid]
        elif self._client.search(["UID", str(uid)]):
            fetched.failed[uid] = "the server lists this mail and does not give it"
        else:
            fetched.gone.add(uid)

    def _bodies(self, uids: list[int], whole: str) -> dict[int, bytes]:
        try:
            found = self._client.fetch(uids, [f"BODY.PEEK[]{whole}"])
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise _Refused(str(error)) from error
        bodies = ((uid, name, value) for uid, items in found.items() for name, value in items.items())
        return {uid: value for uid, name, value in bodies if name.startswith(b"BODY[") and isinstance(value, bytes)}

    def mark(self, uids: Sequence[int], marks: Marks) -> None:
        """Flag, then move. Mails that are gone are no error."""
        with _translated("flag"):
            if marks.flag:
                self._client.add_flags(list(uids), [marks.flag], silent=True)
        if marks.move_to:
            with _translated("move"):
                self._move(list(uids), marks.move_to)

    def _move(self, uids: list[int], folder: str) -> None:
        try:
            self._move_once(uids, folder)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            if self._client.folder_exists(folder):
                raise
            self._client.create_folder(folder)
            self._move_once(uids, folder)

    def _move_once(self, uids: list[int], folder: str) -> None:
        """Without MOVE: copied, then deleted, and expunged only where that can be done to these mails alone."""
        if self._client.has_capability("MOVE"):
            self._client.move(uids, folder)
            return
        self._client.copy(uids, folder)
        self._client.add_flags(uids, ["\\Deleted"], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)

    def wait(self, seconds: float) -> None:
        """IDLE until something happens in the folder, at most `seconds`. A dead server is noticed."""
        with _translated("wait"):
            end = time.monotonic() + seconds
            self._client.idle()
            while (left := end - time.monotonic()) > 0 and not self._something_buffered():
                began = time.monotonic()
                heard = self._client.idle_check(left)
                if any(_is_news(one) for one in heard):
                    break
                if not heard and time.monotonic() - began < left:
                    self._client.idle_done()  # which tells a dead server from an odd one
                    time.sleep(ODD_SERVER_SECONDS)
                    return
            self._client.idle_done()

    def poll(self) -> None:
        """Ask whether anything happened, where the server does not tell by itself."""
        with _translated("poll"):
            self._client.noop()

    def _something_buffered(self) -> bool:
        """Whether more than the last answer was read from the socket already: idle_check would not look there."""
        connection = self._client.socket()
        connection.setblocking(False)
        try:
            return bool(self._client._imap.file.peek(1))  # noqa: SLF001 - no public way to see what imaplib has read
        except OSError:
            return False
        finally:
            connection.settimeout(self._client._timeout.read)  # noqa: SLF001 - as imapclient itself sets it


def unknown(uid: int) -> Listed:
    """A mail of which the server tells nothing: it is fetched alone, and that tells why."""
    return Listed(uid=uid, size=0, arrived_at=None)


class _Refused(Exception):
    """The server answered NO or BAD, or what nobody can read; the connection goes on."""


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except (IMAPClientAbortError, OSError, EOFError) as error:
        raise ConnectionLost(f"could not {what}: {_words(error)}", detail=repr(error)) from error
    except (IMAPClientError, ValueError) as error:
        raise ReceiverError(f"could not {what}: {_words(error)}", detail=repr(error)) from error


def _words(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return clean_line(str(reason), 200)


def _connect(server: Server) -> IMAPClient:
    implicit = server.tls is not None and not server.starttls
    timeout = SocketTimeout(connect=min(CONNECT_SECONDS, server.timeout), read=server.timeout)
    client = IMAPClient(server.host, server.port, ssl=implicit, ssl_context=server.tls, timeout=timeout)
    client.normalise_times = False
    client._imap.debug = 0  # noqa: SLF001 - or every line is formatted for a log nobody reads, passwords included
    client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
    return client


def _is_news(response: Any) -> bool:
    """Not `* OK Still here`."""
    return not (isinstance(response, tuple) and response and response[0] == b"OK")


def _in_utc(moment: Any) -> datetime | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo else None
