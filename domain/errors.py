"""Every error that crosses a module, and who acts on it.

    BalcaoError
    ├─ ConfigError            a person must edit a file      start: exit 2 · reload: keep the old
    ├─ Refused                before acceptance              550/552 · 401/413/429
    ├─ IntakeUnavailable      no promise possible now        451 4.3.0 · 503 Retry-After
    │  └─ ShareSpent          others come first              451 4.7.1 · 429 Retry-After
    ├─ StoreUnavailable       the ticket database is away    the worker waits; accepting goes on
    │  └─ ContentsUnavailable    the attachments are away    the same
    ├─ Undecodable            accepted, unreadable           quarantined
    ├─ ReceiverError
    │  ├─ ConnectionLost                                     back-off
    │  ├─ CredentialsRejected                                slow retry and an alarm
    │  ├─ LeaseLost              another node reads it now   wait until it is ours again
    │  └─ Contested              somebody else reads it      slow retry and an alarm
    ├─ SendFailed(permanent, away)                           defer · bury · wait until the peer is back
    └─ FetchFailed(permanent)                                the same for files that lie elsewhere
    anything else = our bug:  SMTP 451, never 500 · HTTP 500 · worker: failed after N attempts

The text for the peer and the detail for the log are two strings: `str(error)` may be told to the peer,
`error.detail` never is.
"""

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar


def N_(msgid: str) -> str:  # noqa: N802 - the name every gettext tool knows for "extract, translate later"
    """Marks the text of a Mistake for the catalogue where it is not written in the Mistake itself."""
    return msgid


class Words(str):
    """A value of a Mistake that is a message of its own, and is translated too."""

    __slots__ = ()


REASONS = {
    errno.ENOENT: N_("there is no such file or folder"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENOTDIR: N_("its path leads through a file"),
    errno.EACCES: N_("there is no permission for it"),
    errno.EPERM: N_("there is no permission for it"),
    errno.ELOOP: N_("it is a link that leads back to itself"),
    errno.ENAMETOOLONG: N_("its name is too long"),
}


def reason_of(error: Exception) -> str:
    """Why the system did not do it: in words that are translated where we know them, else in its own."""
    known = REASONS.get(getattr(error, "errno", None) or 0)
    return Words(known) if known else str(getattr(error, "strerror", None) or error)


class BalcaoError(Exception):
    """Root of all errors that Balcão raises on purpose."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail

    @property
    def in_full(self) -> str:
        """For those who run the house, never for the peer."""
        return f"{self}: {self.detail}" if self.detail else str(self)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file a person edits; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend. `text` is an English msgid with %(name)s fields, so that it can be translated."""

    position: Position
    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.text % self.values if self.values else self.text

    def __str__(self) -> str:
        return f"{self.position}: {self.message}"


class ConfigError(BalcaoError):
    """A file that people edit has mistakes; `mistakes` lists all of them, in file order."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.position))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class WrongFile(Exception):
    """What a person named is not what it should be. `text` is a msgid with %(name)s fields."""

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(text % values if values else text)
        self.text = text
        self.values: Mapping[str, object] = values


class Refused(BalcaoError):
    """The transport is told no, before anything is accepted."""


class IntakeUnavailable(BalcaoError):
    """Nothing can be made durable now; the sender should try again later."""

    @property
    def in_full(self) -> str:
        """With what to do, where a database behind it needs it."""
        met = self.__cause__
        return met.in_full if isinstance(met, StoreUnavailable) and met.why in met.REMEDIES else super().in_full


class ShareSpent(IntakeUnavailable):
    """Others come first: space is short, and this sender is over his share. `seconds`: until it is his turn."""

    def __init__(self, message: str, *, seconds: int, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.seconds = seconds


class StoreUnavailable(BalcaoError):
    """The ticket database cannot be used now; accepted entries wait in the journal.

    `why`: what a person can mend (one of REMEDIES), or "": it is away, and may come back by itself.
    """

    REMEDIES: ClassVar[Mapping[str, str]] = {
        "login": N_(
            "PostgreSQL does not let us in: %(said)s; mend user and password in this address, or pg_hba.conf at the "
            "server (where it speaks of “no encryption”, write ?sslmode=verify-full behind the address)"
        ),
        "missing": N_(
            "PostgreSQL has no such database: %(said)s; create it (createdb), or mend its name in this address"
        ),
        "rights": N_(
            "this user of PostgreSQL may not do that: %(said)s; let it own the database: ALTER DATABASE … OWNER TO …"
        ),
        "tls": N_(
            "the connection to PostgreSQL is not as secure as ?sslmode= demands: %(said)s; turn TLS on at the server, "
            "or name the authority that vouches for it: &sslrootcert=FILE"
        ),
        "refused": N_(
            "PostgreSQL, or the pooler before it, refuses how we connect: %(said)s; see “A pooler” in docs/clusters.md"
        ),
        "pooled": N_("give each client of PostgreSQL a connection of its own: %(said)s"),
        "standby": N_(
            "this PostgreSQL is a standby, which only reads (pg_is_in_recovery); let this address lead to the primary, "
            "or, where there is none any more, make this one it: SELECT pg_promote()"
        ),
        "read_only": N_(
            "PostgreSQL lets us only read here (default_transaction_read_only is on); turn it off where it is set: "
            "ALTER DATABASE … or ALTER ROLE … RESET default_transaction_read_only, or postgresql.conf"
        ),
    }
    PASSING: ClassVar[frozenset[str]] = frozenset({"standby", "read_only"})
    """Of these, those that may pass without a person, as in a failover: who runs or starts meanwhile waits."""

    def __init__(self, message: str, *, detail: str = "", why: str = "") -> None:
        super().__init__(message, detail=detail)
        self.why = why

    @property
    def in_full(self) -> str:
        """With what to do, where that is known."""
        remedy = self.REMEDIES.get(self.why)
        return remedy % {"said": self.detail} if remedy else super().in_full


class ContentsUnavailable(StoreUnavailable):
    """The place of the attachments cannot be used now: a disk or a bucket."""


class SchemaTooNew(BalcaoError):
    """A newer Balcão has changed the database so that this one cannot use it any more.

    `text` is an English msgid, as a Mistake's.
    """

    TEXTS: ClassVar[Mapping[str, str]] = {
        "journal": N_(
            "the database of the journal was brought to %(here)s by a newer Balcão, which this one (%(ours)s) is too "
            "old for; install the newer one here, too"
        ),
        "desk": N_(
            "the database of the tickets was brought to %(here)s by a newer Balcão, which this one (%(ours)s) is too "
            "old for; install the newer one here, too"
        ),
    }

    def __init__(self, kind: str, *, here: str, ours: str) -> None:
        self.text = self.TEXTS[kind]
        self.values = {"here": here, "ours": ours}
        super().__init__(self.text % self.values)


class Undecodable(BalcaoError):
    """The payload cannot be read; it is quarantined with this message as the reason."""


class ReceiverError(BalcaoError):
    """A receiver cannot go on by itself."""


class ConnectionLost(ReceiverError):
    """The source went away; try again with growing delays."""


class CredentialsRejected(ReceiverError):
    """The source refuses our credentials; try again slowly and tell a person."""


class LeaseLost(ReceiverError):
    """Another node of ours holds what we held; nothing was written."""


class Contested(ReceiverError):
    """Somebody else reads the same source; two readers would take each other's messages. Try again slowly."""


class SendFailed(BalcaoError):
    """A message was not delivered, as far as the adapter knows.

    permanent: trying again is pointless. outcome_unknown: the peer may have taken it (the connection
    broke after the last byte), so an at-most-once message must not be repeated. retry_after: seconds that the peer
    asks us to wait. away: nobody was there to be given it, so the next message would fare no better. credentials: it
    is we who are refused; a person must act, and no message is given up meanwhile.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        outcome_unknown: bool = False,
        retry_after: float | None = None,
        away: bool = False,
        credentials: bool = False,
        detail: str = "",
    ) -> None:
        super().__init__(message, detail=detail)
        self.permanent = permanent
        self.outcome_unknown = outcome_unknown
        self.retry_after = retry_after
        self.away = away
        self.credentials = credentials


class TranscriptionFailed(BalcaoError):
    """What was said in a recording could not be written down; the message says why, for people."""


class FetchFailed(BalcaoError):
    """A file that lies elsewhere was not fetched. `retry_after`: seconds for which the other side wants silence."""

    def __init__(self, message: str, *, permanent: bool, retry_after: float = 0.0, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.permanent = permanent
        self.retry_after = retry_after
