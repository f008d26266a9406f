"""Files that WhatsApp takes, and as what.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media

    picture    image/jpeg, image/png                 5 MB
    sound      aac, mp4, mpeg, amr, ogg             16 MB
    film       mp4, 3gpp                            16 MB
    document   text, PDF, Word, Excel, PowerPoint  100 MB

What is text, however it calls itself (XML, CSV, JSON), goes as plain text under its own name.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from domain.interaction import Attachment
from domain.outgoing import Carriage


class _Kind(NamedTuple):
    name: str
    largest: int


_PICTURE, _SOUND, _FILM = _Kind("image", 5_000_000), _Kind("audio", 16_000_000), _Kind("video", 16_000_000)
_DOCUMENT = _Kind("document", 100_000_000)
_PLAIN = "text/plain"
_WRITTEN = ("application/xml", "application/json", "application/csv", "application/x-ofx", "application/sql")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS = {
    "image/jpeg": _PICTURE,
    "image/png": _PICTURE,
    **dict.fromkeys(("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), _SOUND),
    **dict.fromkeys(("video/mp4", "video/3gpp"), _FILM),
    **dict.fromkeys(
        (
            _PLAIN, "application/pdf",
            "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
            f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        ),
        _DOCUMENT,
    ),
}  # fmt: skip


def as_taken(file: Attachment) -> Attachment:
    """`file` under the type that WhatsApp takes it by."""
    is_text = file.content_type.startswith("text/") or file.content_type in _WRITTEN
    return replace(file, content_type=_PLAIN) if is_text else file


def objection(_to: str, file: Attachment) -> str | None:
    kind = _KINDS.get(as_taken(file).content_type)
    if kind is None:
        return f"WhatsApp takes no files of the type {file.content_type}"
    return f"it is larger than {kind.largest // 1_000_000} MB" if file.size > kind.largest else None


CARRIAGE = Carriage(apart=True, largest=_DOCUMENT.largest, objection=objection)


def media_body(file: Attachment, media_id: str) -> dict[str, Any]:
    """The message that shows an uploaded file; sounds and films have no name there."""
    kind = _KINDS.get(file.content_type, _DOCUMENT)
    named = {"filename": file.name} if kind is _DOCUMENT else {}
    return {"type": kind.name, kind.name: {"id": media_id, **named}}
