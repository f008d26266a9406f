"""Contents of attachments, named by their SHA-256, wherever they are kept.

    AttachmentFiles     on this machine's disk         store/attachments.py
    AttachmentBucket    in a bucket that speaks S3     store/bucket.py
    Moving              put here; what has not been moved yet is still got from there

Everything here blocks: it is for the child process or a thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LAYOUT = r"(?P<first>[0-9a-f]{2})/(?P<second>[0-9a-f]{2})/(?P<sha256>(?P=first)(?P=second)[0-9a-f]{60})"
"""Of names, below a folder or a prefix; the same in both places, so that any tool can copy from one to the other."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A content as its place lists it; `changed_at`: when it was put there."""

    sha256: str
    size: int
    changed_at: datetime


class Contents(Protocol):
    """Everything may raise StoreUnavailable; a name that is no SHA-256 raises ValueError."""

    @property
    def place(self) -> str:
        """Where it is, for people."""

    def put(self, content: bytes, sha256: str) -> None:
        """Return once it is durable."""

    def put_many(self, contents: Sequence[tuple[bytes, str]]) -> None:
        """Return once all of them are."""

    def get(self, sha256: str) -> bytes | None:
        """None when there is none, or it is not what was stored."""

    def find(self, sha256: str) -> Stored | None:
        """Whether it is there, without reading it."""

    def measure(self, sha256: str) -> str | None:
        """The SHA-256 of what lies under this name, read piece by piece; None when there is nothing."""

    def listing(self) -> Iterator[Stored]:
        """Everything there is: each place in the order of its names."""

    def remove(self, sha256: str) -> None:
        """What is not there is removed already."""

    def ping(self) -> None:
        """Raises StoreUnavailable when contents could be neither put nor got now."""


def name_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


class Moving:
    """`there` is where contents were kept before; `balcao store move` brings the rest over."""

    def __init__(self, here: Contents, there: Contents) -> None:
        self.here = here
        self.there = there

    @property
    def place(self) -> str:
        return self.here.place

    def put(self, content: bytes, sha256: str) -> None:
        self.here.put(content, sha256)

    def put_many(self, contents: Sequence[tuple[bytes, str]]) -> None:
        self.here.put_many(contents)

    def get(self, sha256: str) -> bytes | None:
        found = self.here.get(sha256)
        return self.there.get(sha256) if found is None else found

    def find(self, sha256: str) -> Stored | None:
        return self.here.find(sha256) or self.there.find(sha256)

    def measure(self, sha256: str) -> str | None:
        found = self.here.measure(sha256)
        return self.there.measure(sha256) if found is None else found

    def listing(self) -> Iterator[Stored]:
        yield from self.here.listing()
        yield from self.there.listing()

    def remove(self, sha256: str) -> None:
        self.here.remove(sha256)
        self.there.remove(sha256)

    def ping(self) -> None:
        self.here.ping()


def places_of(contents: Contents) -> tuple[Contents, ...]:
    """Where they are kept, where they belong first."""
    return (contents.here, contents.there) if isinstance(contents, Moving) else (contents,)
