"""What is sent to a door of ours as JSON, or as a form with the same names, and what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from channels.cleaning import clean_file_name
from channels.json_files import MOST_ATTACHMENTS, media_type
from channels.json_text import MalformedJson, read_object
from channels.multipart import FORM, File, read_form, type_of
from domain.errors import Undecodable
from domain.interaction import Attachment
from domain.raw import RawInteraction


@dataclass(frozen=True, slots=True)
class Sent:
    """`fields` as JSON would have them; `files` of a form."""

    fields: dict[str, Any]
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is where it would stand in JSON."""

    field: str
    detail: str


def read_sent(body: bytes, content_type: str) -> Sent:
    """Raises MalformedJson."""
    if content_type.lower().startswith(FORM):
        return Sent(*read_form(body, content_type))
    return Sent(read_object(body), ())


def sent_in(raw: RawInteraction) -> Sent:
    """What was accepted, read again. Raises Undecodable."""
    try:
        return read_sent(raw.payload, str(raw.envelope.get("content_type") or type_of(raw.payload)))
    except MalformedJson as error:
        raise Undecodable(str(error)) from None


def form_files(sent: Sent) -> Iterator[Attachment]:
    for number, file in enumerate(sent.files[:MOST_ATTACHMENTS], start=1):
        yield Attachment(
            name=clean_file_name(file.name, otherwise=f"anexo-{number}"),
            content_type=media_type(file.content_type),
            content=file.content,
            original_name=file.name or None,
        )
