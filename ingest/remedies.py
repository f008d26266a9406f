"""What a person must do about what a database said, told by the place where its address is written.

What may pass by itself (`why` is "") is no mistake: it is waited for, or told as it is.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from domain.errors import ConfigError, IntakeUnavailable, Mistake, Position, StoreUnavailable


@contextmanager
def told_at(place: Position, *, but: Collection[str] = ()) -> Iterator[None]:
    """Raises ConfigError in place of a StoreUnavailable that a person must mend, also where it has become an
    IntakeUnavailable. `but`: what is waited for here."""
    try:
        yield
    except (StoreUnavailable, IntakeUnavailable) as error:
        refused = error if isinstance(error, StoreUnavailable) else error.__cause__
        why = refused.why if isinstance(refused, StoreUnavailable) else ""
        text = StoreUnavailable.REMEDIES.get(why)
        if text is None or why in but:
            raise
        raise ConfigError([Mistake(place, text, {"said": error.detail})]) from error
