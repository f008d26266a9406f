"""What a person must do about what a database said, told by the place where its address is written.

What may pass by itself (`why` is "") is no mistake: it is waited for, or told as it is.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from domain.errors import N_, ConfigError, IntakeUnavailable, Mistake, Position, StoreUnavailable

REMEDIES: Mapping[str, str] = {
    "login": N_(
        "PostgreSQL does not let us in: %(said)s; mend user and password in this address, or pg_hba.conf at the server "
        "(where it speaks of “no encryption”, write ?sslmode=verify-full behind the address)"
    ),
    "missing": N_("PostgreSQL has no such database: %(said)s; create it (createdb), or mend its name in this address"),
    "rights": N_(
        "this user of PostgreSQL may not do that: %(said)s; let it own the database: ALTER DATABASE … OWNER TO …"
    ),
    "tls": N_(
        "the connection to PostgreSQL is not as secure as ?sslmode= demands: %(said)s; turn TLS on at the server, or "
        "name the authority that vouches for it: &sslrootcert=FILE"
    ),
    "refused": N_(
        "PostgreSQL, or the pooler before it, refuses how we connect: %(said)s; see “A pooler” in docs/clusters.md"
    ),
    "pooled": N_("give each client of PostgreSQL a connection of its own: %(said)s"),
}


@contextmanager
def told_at(place: Position) -> Iterator[None]:
    """Raises ConfigError in place of a StoreUnavailable that a person must mend, also where it has become an
    IntakeUnavailable."""
    try:
        yield
    except (StoreUnavailable, IntakeUnavailable) as error:
        refused = error if isinstance(error, StoreUnavailable) else error.__cause__
        text = REMEDIES.get(refused.why) if isinstance(refused, StoreUnavailable) else None
        if text is None:
            raise
        raise ConfigError([Mistake(place, text, {"said": error.detail})]) from error
