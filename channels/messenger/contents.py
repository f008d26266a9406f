"""What a message of Messenger or Instagram says: its text, what was shared, files to fetch, traits.

image, video, audio, file, story_mention …     a file
ig_post, ig_reel, ig_story, share …            a line with its title and link; a file, too, where the link is Meta's own
                                               copy, which is gone after a day, and no page
a story that is answered                       a file
"""

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
_LINKS = frozenset({"fallback", "share", "template", "post", "ig_post", "ig_reel", "ig_story", "reel", "link"})
_COPIES = "https://lookaside.fbsbx.com/"
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
    answered = message.optional_part("reply_to")
    found = [*map(_file, attachments), _story(answered.optional_part("story"))]
    files = tuple({file.reference: file for file in found if file is not None}.values())
    said = [message.text("text") or "", *dict.fromkeys(_told(attachments))]
    text = "\n".join(part for part in said if part.strip())
    if not text and not files:
        text = UNSUPPORTED
    return Content(text=text, files=files, traits=_traits(message, attachments), answers=answered.line("mid"))


def _file(attachment: Wild) -> RemoteFile | None:
    kind, url = attachment.line("type") or "", _url(attachment.optional_part("payload"))
    if url is None or not (kind in _FILES or (kind in _LINKS and url.startswith(_COPIES))):
        return None
    name = _name_in(url) if kind == "file" else None
    called = _FILES.get(kind, "publicação")
    return RemoteFile(reference=url, name=clean_file_name(name or "", otherwise=called), original_name=name)


def _story(story: Wild) -> RemoteFile | None:
    url = _url(story)
    return None if url is None else RemoteFile(reference=url, name=_FILES["story_mention"])


def _url(payload: Wild) -> str | None:
    url = (payload.text("url") or "").strip()
    return url if 0 < len(url) <= LONGEST_URL else None


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
