"""What a visitor posts, and what is wrong with it, field by field.

JSON, or a form with the same names whose parts with a file name are attachments:

    id           made by the visitor's client; the same for every try, so that a lost answer costs nothing
    text         what he says; or a file
    name, email  what he says of himself, which proves nothing
    context      where he is: page, title, language, and what the site adds
"""

import hashlib
import re
from collections.abc import Iterator

from channels.json_text import kind_of
from channels.sent import Fault, Sent

LONGEST_TEXT = 20_000
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_TEXTS = ("id", "text", "name", "email")


def digest_of(posted: Sent) -> str:
    """The same for the same words and files, however a form was cut."""
    parts = [repr(posted.fields.get("text")), *(repr((file.name, file.content)) for file in posted.files)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def faults(posted: Sent, most_files: int) -> list[Fault]:
    return list(_faults(posted, most_files))


def _faults(posted: Sent, most_files: int) -> Iterator[Fault]:
    fields = posted.fields
    for name in _TEXTS:
        if fields.get(name) is not None and not isinstance(fields[name], str):
            yield Fault(name, f"text expected, got {kind_of(fields[name])}")
    if not isinstance(fields.get("id"), str) or not _ID.fullmatch(fields["id"]):
        yield Fault("id", "8 to 64 of A-Z, a-z, 0-9, _ and - expected, the same for every try")
    text = fields.get("text")
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        yield Fault("text", f"at most {LONGEST_TEXT} characters are taken, got {len(text)}")
    if not (isinstance(text, str) and text.strip()) and not posted.files:
        yield Fault("text", "is required (or a file)")
    if fields.get("context") is not None and not isinstance(fields["context"], dict):
        yield Fault("context", f"an object expected, got {kind_of(fields['context'])}")
    if len(posted.files) > most_files:
        yield Fault("files", f"at most {most_files} are taken, got {len(posted.files)}")
