"""What a message of Messenger or Instagram says: its text, what was shared, files to fetch, traits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from channels.cleaning import clean_file_name, clean_line
from channels.wild import Wild
from domain.interaction import TraitValue
from domain.remote import RemoteFile

MOST_ATTACHMENTS = 30
LONGEST_URL = 8000
_FILES = {"image": "imagem", "video": "vídeo", "audio": "áudio", "file": "arquivo", "story_mention": "story",
          "animated_image": "imagem", "sticker": "figurinha"}  # fmt: skip
_LINKS = frozenset({"fallback", "share", "template", "post", "ig_post", "ig_reel", "reel", "link"})
UNSUPPORTED = "[Mensagem de um tipo que não chega por aqui]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`answers` is the id of the message it answers."""

    text: str
    files: tuple[RemoteFile, ...] = ()
    traits: dict[str, TraitValue] = field(default_factory=dict)
    answers: str | None = None


def text_only(text: str, traits: dict[str, TraitValue]) -> Content:
    return Content(text=text, traits=traits)


def content_of(message: Wild) -> Content:
    attachments = list(message.parts("attachments"))[:MOST_ATTACHMENTS]
    files = tuple(file for one in attachments if (file := _file(one)) is not None)
    said = [message.text("text") or "", *_told(attachments)]
    text = "\n".join(part for part in said if part.strip())
    answered = message.optional_part("reply_to")
    if not text and not files:
        text = UNSUPPORTED
    return Content(text=text, files=files, traits=_traits(message, attachments), answers=answered.line("mid"))


def _file(attachment: Wild) -> RemoteFile | None:
    kind, url = attachment.line("type") or "", (attachment.optional_part("payload").text("url") or "").strip()
    if kind not in _FILES or not 0 < len(url) <= LONGEST_URL:
        return None
    name = _name_in(url) if kind == "file" else None
    return RemoteFile(reference=url, name=clean_file_name(name or "", otherwise=_FILES[kind]), original_name=name)


def _name_in(url: str) -> str | None:
    try:
        return unquote(PurePosixPath(urlsplit(url).path).name) or None
    except ValueError:
        return None


def _told(attachments: list[Wild]) -> Iterator[str]:
    """What no file stands for, in a line of its own."""
    for one in attachments:
        kind, payload = one.line("type") or "?", one.optional_part("payload")
        if kind == "story_mention":
            yield "[Mencionou você em um story]"
        elif kind in _LINKS:
            title = one.line("title") or payload.line("title")
            link = payload.line("url") or one.line("url")
            yield "Compartilhou: " + (" ".join(filter(None, [title, link])) or clean_line(kind, 40))
        elif kind == "location":
            place = payload.optional_part("coordinates")
            yield f"Localização: {_number(place, 'lat')}, {_number(place, 'long')}"
        elif kind not in _FILES or not payload.line("url"):
            yield f"[Anexo do tipo {clean_line(kind, 40)}]"


def _number(place: Wild, name: str) -> str:
    given = place.value.get(name)
    return f"{given:.6f}" if isinstance(given, int | float) and abs(given) <= 180 else "?"


def _traits(message: Wild, attachments: list[Wild]) -> dict[str, TraitValue]:
    story = message.optional_part("reply_to").optional_part("story")
    referral = message.optional_part("referral")
    mentions = any(one.line("type") == "story_mention" for one in attachments)
    return {
        "messenger.payload": message.optional_part("quick_reply").line("payload"),
        "instagram.story": story.line("id") or story.line("url"),
        "instagram.story_mention": True if mentions else None,
        "messenger.unsupported": True if message.flag("is_unsupported") else None,
        "referral.ref": referral.line("ref"),
        "referral.source": referral.line("source"),
    }
