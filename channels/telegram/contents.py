"""What a Telegram message says, by its kind: words for people and rules, files to fetch, traits.

text · photo, document, voice, audio, video, video note, animation (with caption) · sticker, dice (their emoji)
location, venue · contact · poll · service messages (ignored, by name) · whatever kind comes next: filed with its name
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.cleaning import clean_file_name, clean_line
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import Ignored, TraitValue
from domain.remote import UNKNOWN_TYPE, RemoteFile

SERVICE = frozenset({
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed",
    "pinned_message", "successful_payment", "refunded_payment", "users_shared", "user_shared", "chat_shared",
    "connected_website", "write_access_allowed", "proximity_alert_triggered", "boost_added", "chat_background_set",
    "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "giveaway_completed",
    "video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited", "web_app_data",
    "new_chat_member", "left_chat_participant", "new_chat_participant", "checklist_tasks_done", "checklist_tasks_added",
    "direct_message_price_changed", "paid_message_price_changed", "suggested_post_approved", "gift", "unique_gift",
    "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid", "suggested_post_refunded",
})  # fmt: skip
"""Messages that Telegram itself makes of what happened in a chat."""
_AROUND = frozenset({
    "message_id", "message_thread_id", "from", "sender_chat", "sender_boost_count", "sender_business_bot", "date",
    "business_connection_id", "chat", "forward_origin", "is_topic_message", "is_automatic_forward", "reply_to_message",
    "external_reply", "quote", "reply_to_story", "via_bot", "edit_date", "has_protected_content", "is_from_offline",
    "media_group_id", "author_signature", "paid_star_count", "entities", "caption_entities", "caption", "effect_id",
    "link_preview_options", "show_caption_above_media", "has_media_spoiler", "reply_markup", "forward_from",
    "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name", "forward_date",
    "direct_messages_topic", "reply_to_checklist_task_id", "suggested_post_info", "is_paid_post", "sender_tag",
})  # fmt: skip
"""What stands around the content."""
_FILES = {
    "document": ("documento", UNKNOWN_TYPE),
    "animation": ("animação", "video/mp4"),
    "voice": ("voz", "audio/ogg"),
    "audio": ("áudio", "audio/mpeg"),
    "video": ("vídeo", "video/mp4"),
    "video_note": ("vídeo", "video/mp4"),
    "photo": ("foto", "image/jpeg"),
}
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "video/mp4": ".mp4", "audio/ogg": ".ogg", "audio/mpeg": ".mp3",
            "audio/mp4": ".m4a", "application/pdf": ".pdf"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    kind: str
    text: str = ""
    file: RemoteFile | None = None
    traits: Mapping[str, TraitValue] = field(default_factory=dict)


def content_of(message: Wild) -> Content | Ignored:
    """Raises Undecodable when there is something and it cannot be read."""
    for kind, read in _READERS.items():
        if message.value.get(kind) is not None:
            return read(message, kind)
    kinds = sorted(clean_line(name, 60) for name in message.value if name not in _AROUND)
    if found := next((kind for kind in kinds if kind in SERVICE or kind.startswith("video_chat_")), None):
        return Ignored(reason=f"service message {found!r}")
    if caption := message.text("caption"):
        return Content(kind=kinds[0] if kinds else "caption", text=caption)
    if not kinds:
        raise Undecodable(f"{message.path}: there is nothing in it")
    return Content(kind=kinds[0], text=f"(mensagem que o Telegram não nos mostra: {kinds[0]})")


def _text(message: Wild, kind: str) -> Content:
    text = message.text(kind)
    if not text or not text.strip():
        raise Undecodable(f"{message.path}.{kind}: text expected, got nothing")
    return Content(kind=kind, text=text)


def _file(message: Wild, kind: str) -> Content:
    return _with_file(message, kind, message.part(kind))


def _photo(message: Wild, kind: str) -> Content:
    """Of several sizes the largest."""
    sizes = list(message.parts(kind))
    if not sizes:
        raise Undecodable(f"{message.path}.{kind}: sizes of a photo expected, got none")
    return _with_file(message, kind, max(sizes, key=_area))


def _area(size: Wild) -> int:
    width, height = (size.value.get(name) for name in ("width", "height"))
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _with_file(message: Wild, kind: str, media: Wild) -> Content:
    word, usual = _FILES[kind]
    media_type = (media.line("mime_type") or usual).split(";")[0].strip().lower()
    told = media.line("file_name")
    size = media.value.get("file_size")
    file = RemoteFile(
        reference=media.required_line("file_id"),
        name=clean_file_name(told or "", otherwise=word + _ENDINGS.get(media_type, "")),
        content_type=media_type,
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**62 else None,
        original_name=told,
    )
    seconds = media.seconds("duration")
    traits: dict[str, TraitValue] = {} if seconds is None else {"telegram.seconds": seconds}
    return Content(kind=kind, text=message.text("caption") or "", file=file, traits=traits)


def _emoji(message: Wild, kind: str) -> Content:
    """A sticker is a picture that means its emoji; a file of it tells nobody more."""
    part = message.part(kind)
    emoji, value = part.line("emoji") or "?", part.value.get("value")
    word = "Figurinha" if kind == "sticker" else "Dado"
    return Content(kind=kind, text=f"{word}: {emoji}" + (f" {value}" if isinstance(value, int) else ""))


def _location(message: Wild, kind: str) -> Content:
    return _place(message.part(kind), kind, ())


def _venue(message: Wild, kind: str) -> Content:
    venue = message.part(kind)
    named = tuple(part for part in (venue.line("title"), venue.line("address")) if part)
    return _place(venue.part("location"), kind, named)


def _place(place: Wild, kind: str, named: tuple[str, ...]) -> Content:
    latitude, longitude = _degrees(place, "latitude", 90.0), _degrees(place, "longitude", 180.0)
    where = f"{latitude:.6f}, {longitude:.6f}"
    lines = [f"Localização: {', '.join(named) or where}", *([where] if named else [])]
    return Content(
        kind=kind,
        text="\n".join(lines),
        traits={"location.latitude": latitude, "location.longitude": longitude},
    )


def _degrees(place: Wild, name: str, most: float) -> float:
    given = place.value.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float) or not -most <= given <= most:
        raise Undecodable(f"{place.path}.{name}: degrees expected")
    return float(given)


def _contact(message: Wild, kind: str) -> Content:
    """A writer who shares his own number proves it: Telegram fills in `user_id`, and nobody else's."""
    card = message.part(kind)
    number = card.required_line("phone_number")
    name = " ".join(filter(None, (card.line("first_name"), card.line("last_name"))))
    writer = message.optional_part("from").value.get("id")
    own = isinstance(writer, int) and card.value.get("user_id") == writer
    traits: dict[str, TraitValue] = {"telegram.own_phone": number} if own else {}
    return Content(kind=kind, text=", ".join(filter(None, [f"Contato: {name}".rstrip(": "), number])), traits=traits)


def _poll(message: Wild, kind: str) -> Content:
    poll = message.part(kind)
    options = [f"- {text}" for option in poll.parts("options") if (text := option.line("text"))]
    return Content(kind=kind, text="\n".join([f"Enquete: {poll.required_line('question')}", *options[:20]]))


_Reader = Callable[[Wild, str], Content]
_READERS: dict[str, _Reader] = {
    "text": _text,
    "photo": _photo,
    # An animation also comes as a document, a venue also as a location: the richer one first.
    **dict.fromkeys(("animation", "document", "voice", "audio", "video", "video_note"), _file),
    "sticker": _emoji,
    "dice": _emoji,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
}


def described(value: Any) -> str:
    """Who wrote what is forwarded or answered, as far as Telegram says."""
    if not isinstance(value, dict):
        return ""
    names = (value.get("first_name"), value.get("last_name"), value.get("title"))
    return clean_line(" ".join(name for name in names if isinstance(name, str)), 200)
