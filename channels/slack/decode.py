"""An event of Slack's Events API becomes a message, word of a change, or is ignored with its reason.

    message (none, file_share, thread_broadcast, me_message), app_mention   a message; both tell of the same one
      bot_message, and whatever another app wrote                           a message of a machine: never acknowledged
      message_changed                                                       new words join; unfurled links do not
      message_deleted, tombstone                                            what was taken back is no longer shown
    what our own app wrote, joined, topics, reactions, every other event    ignored, by name

A thread is a conversation: `thread_ts`, or the message's own `ts` that a thread would have. In a direct message with
the app, where people write line by line, all of it is one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from channels.cleaning import clean_file_name, clean_line
from channels.json_reading import believable, problem_traits, read_payload
from channels.slack.wording import plain
from channels.wild import Wild
from domain.afterwards import Afterword, Retraction
from domain.errors import Undecodable
from domain.interaction import Automated, Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction
from domain.remote import UNKNOWN_TYPE, RemoteFile

Found = Interaction | Afterword | Ignored

_MENTIONED = "app_mention"
_ID = re.compile(r"[A-Z0-9]{2,40}", re.ASCII)
_STAMP = re.compile(r"[0-9]{1,11}\.[0-9]{1,9}", re.ASCII)
_HOSTED = frozenset({"", "hosted", "snippet", "post", "email", "quip", "canvas", "list"})
MOST_FILES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room (channel, group or direct message) of a workspace."""

    team: str
    room: str
    direct: bool

    def identity(self, raw: RawInteraction, stamp: str) -> str:
        return f"{raw.channel}:{self.team}/{self.room}/{stamp}"

    def talk(self, stamp: str, thread: str | None) -> str:
        return f"{self.team}/{self.room}" if self.direct else f"{self.team}/{self.room}/{thread or stamp}"

    def way(self, stamp: str, thread: str | None) -> str:
        to = thread if self.direct else thread or stamp
        return f"{self.team}/{self.room}/{to}" if to else f"{self.team}/{self.room}"


def decode(raw: RawInteraction, *, rooms: frozenset[str] = frozenset()) -> Sequence[Interaction | Afterword] | Ignored:
    """`rooms`: ids of those that are taken, all when empty. Raises Undecodable."""
    payload = read_payload(raw)
    found = _read(raw, payload, rooms)
    return found if isinstance(found, Ignored) else [found]


def _read(raw: RawInteraction, payload: Wild, rooms: frozenset[str]) -> Found:
    kind = payload.required_line("type")
    if kind != "event_callback":
        return Ignored(reason=f"{clean_line(kind, 60)!r} is no event")
    event = payload.part("event")
    what, subtype = event.required_line("type"), event.line("subtype") or ""
    if what not in {"message", _MENTIONED}:
        return Ignored(reason=f"event {clean_line(what, 60)!r} is not filed")
    place = _place(payload, event)
    if rooms and place.room not in rooms:
        return Ignored(reason=f"room {place.room} is not among `rooms`")
    return _READERS.get(subtype, _of_another_subtype)(raw, payload, place, event)


def _place(payload: Wild, event: Wild) -> Place:
    """Raises Undecodable."""
    team, room = payload.required_line("team_id"), event.required_line("channel")
    for name, given in (("team_id", team), ("event.channel", room)):
        if not _ID.fullmatch(given):
            raise Undecodable(f"{name}: an id expected, got {given[:40]!r}")
    return Place(team=team, room=room, direct=event.line("channel_type") == "im" or room.startswith("D"))


def _stamp(message: Wild, name: str = "ts") -> str:
    """Raises Undecodable."""
    given = message.required_line(name)
    if not _STAMP.fullmatch(given):
        raise Undecodable(f"{message.path}.{name}: a timestamp expected, got {given[:40]!r}")
    return given


def _message(raw: RawInteraction, payload: Wild, place: Place, message: Wild, *, edited: str | None = None) -> Found:
    if _is_ours(payload, message):
        return Ignored(reason="our own message")
    stamp = _stamp(message)
    thread = message.line("thread_ts") or None
    if thread is not None and not _STAMP.fullmatch(thread):
        raise Undecodable(f"{message.path}.thread_ts: a timestamp expected, got {thread[:40]!r}")
    text, files = _words(message), tuple(_files(message))
    if not text and not files:
        return Ignored(reason="a message without words or files")
    way, happened = place.way(stamp, thread), edited or stamp
    identity = place.identity(raw, stamp)
    return Interaction(
        channel=raw.channel,
        identity=f"{identity}:{edited}" if edited else identity,
        medium=Medium.CHAT,
        sender=_writer(place, message),
        recipients=(place.room,),
        occurred_at=believable(datetime.fromtimestamp(float(happened), UTC), raw.received_at),
        text=text,
        text_full=text,
        remote_files=files,
        message_id=f"{place.team}/{place.room}/{stamp}",
        reply_to=(way,),
        conversation_key=place.talk(stamp, thread),
        automated=Automated.BULK if _is_a_machine(message) else Automated.NONE,
        provider_id=stamp,
        traits=_traits(place, message, identity if edited else None),
        return_path=way,
        authentic=True,
    )


def _changed(raw: RawInteraction, payload: Wild, place: Place, event: Wild) -> Found:
    message, before = event.part("message"), event.optional_part("previous_message")
    if message.line("subtype") == "tombstone":
        return Retraction(channel=raw.channel, identity=place.identity(raw, _stamp(message)), at=raw.received_at)
    edited = message.optional_part("edited").line("ts")
    if edited is None or not _STAMP.fullmatch(edited) or message.value.get("text") == before.value.get("text"):
        return Ignored(reason="a message changed, but not its words")
    return _message(raw, payload, place, message, edited=edited)


def _taken_back(raw: RawInteraction, payload: Wild, place: Place, event: Wild) -> Found:
    if _is_ours(payload, event.optional_part("previous_message")):
        return Ignored(reason="our own message")
    return Retraction(
        channel=raw.channel, identity=place.identity(raw, _stamp(event, "deleted_ts")), at=raw.received_at
    )


def _of_another_subtype(_raw: RawInteraction, _payload: Wild, _place: Place, message: Wild) -> Found:
    return Ignored(reason=f"message subtype {clean_line(message.line('subtype') or '', 60)!r} is not filed")


def _is_ours(payload: Wild, message: Wild) -> bool:
    """By the app's id, and by the user it is in this workspace."""
    app = payload.line("api_app_id")
    if app and app in {message.line("app_id"), message.optional_part("bot_profile").line("app_id")}:
        return True
    user = message.line("user")
    return user is not None and any(
        one.flag("is_bot") and one.line("user_id") == user for one in payload.parts("authorizations")
    )


def _is_a_machine(message: Wild) -> bool:
    return message.line("bot_id") is not None or message.line("subtype") == "bot_message" or (
        message.line("user") == "USLACKBOT"
    )  # fmt: skip


def _writer(place: Place, message: Wild) -> Party:
    """Raises Undecodable when nobody is named."""
    profile, bot = message.optional_part("user_profile"), message.optional_part("bot_profile")
    who = message.line("user") or message.line("bot_id") or message.required_line("username")
    names = (profile.line("display_name"), profile.line("real_name"), message.line("username"), bot.line("name"))
    team = message.line("user_team") or message.line("team") or place.team
    return Party(address=f"slack:{team}/{clean_line(who, 100)}", name=next(filter(None, names), None))


def _words(message: Wild) -> str:
    """The text; of machines that write none, what stands in their attachments."""
    text = plain(message.text("text") or "").strip()
    if text:
        return text
    parts = (one.text("fallback") or one.text("text") or one.text("title") for one in message.parts("attachments"))
    return "\n".join(plain(part).strip() for part in parts if part)


def _files(message: Wild) -> list[RemoteFile]:
    """What Slack keeps; a file that lies with somebody else stays a link in the text."""
    found = []
    for number, file in enumerate(message.parts("files"), start=1):
        reference = file.line("url_private_download") or file.line("url_private") or file.line("id")
        if number > MOST_FILES or (file.line("mode") or "") not in _HOSTED or not reference:
            continue
        name, size = file.line("name") or file.line("title"), file.value.get("size")
        found.append(
            RemoteFile(
                reference=reference,
                name=clean_file_name(name or "", otherwise=f"anexo-{number}"),
                content_type=(file.line("mimetype") or UNKNOWN_TYPE).split(";")[0].strip().lower(),
                size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**50 else None,
                original_name=name,
            )
        )
    return found


def _traits(place: Place, message: Wild, edits: str | None) -> dict[str, TraitValue]:
    external = [file.line("url_private") for file in message.parts("files") if file.line("mode") == "external"]
    known: dict[str, TraitValue] = {
        "slack.team": place.team,
        "slack.room": place.room,
        "slack.thread": message.line("thread_ts"),
        "slack.subtype": message.line("subtype"),
        "slack.links": ", ".join(filter(None, external))[:1000] or None,
        "message.edits": edits,
    }
    return {name: value for name, value in known.items() if value is not None} | problem_traits(message.problems)


_SPOKEN = ("", "file_share", "thread_broadcast", "reply_broadcast", "me_message", "bot_message")
_READERS: dict[str, Callable[[RawInteraction, Wild, Place, Wild], Found]] = {
    **dict.fromkeys(_SPOKEN, _message),
    "message_changed": _changed,
    "message_deleted": _taken_back,
}
