"""One update of the Bot API: a message, an edit of one, or nothing for us.

    message, edited_message ─┬─ in a group that is not ours, or not said to us       ignored, with the reason
                             ├─ /start, /help, /ticket without words                 ignored (the greeting answers)
                             ├─ service message                                      ignored, by name
                             │     a group became a supergroup                       its tickets and answers follow it
                             └─ anything else                                        one interaction
    channel posts and every other kind of update                                     ignored, by name

All that is said in one chat (in a forum: in one topic) is a conversation. The pictures of an album come as messages of
their own and are one message here: they share an identity, and the pipeline puts their files together. Telegram proves
who wrote: updates come from its server, or show the secret that it was given.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from channels.cleaning import clean_line
from channels.json_reading import believable, problem_traits, read_payload
from channels.telegram.addressed import Addressed, addressed_to
from channels.telegram.contents import Content, content_of, described
from channels.telegram.people import Chat, Writer, chat_of, way_to, whole, writer_of
from channels.wild import Wild
from domain.afterwards import AddressChange, Afterword
from domain.interaction import Automated, Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

MESSAGES = ("message", "edited_message")
POSTS = ("channel_post", "edited_channel_post")
_LONGEST_QUOTE = 2000
_OLD_FORWARD = frozenset({"forward_from", "forward_from_chat", "forward_sender_name"})
"""As Bot API servers before 7.0 say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a bot's settings say about what is for us. `bot`: its id."""

    bot: int | None
    username: str | None
    groups: str
    group_ids: frozenset[int]


def decode(raw: RawInteraction, *, house: House) -> Sequence[Interaction | Afterword] | Ignored:
    """Raises Undecodable."""
    update = read_payload(raw)
    whole(update, "update_id")
    for kind in MESSAGES:
        if update.value.get(kind) is not None:
            return _message(raw, update.part(kind), house, edited=kind == "edited_message")
    if any(kind in update.value for kind in POSTS):
        return Ignored(reason="a channel's post is not said to us")
    others = sorted(name for name in update.value if name != "update_id")
    return Ignored(reason=f"update {others[0][:60]!r} is not filed" if others else "an update with nothing in it")


def _message(
    raw: RawInteraction, message: Wild, house: House, *, edited: bool
) -> Sequence[Interaction | Afterword] | Ignored:
    chat = chat_of(message)
    moved = _moved(raw, message, chat)
    if moved is not None:
        return moved
    content = content_of(message)
    if isinstance(content, Ignored):
        return content
    if edited and content.kind == "location":
        return Ignored(reason="a live location that moves")
    writer = writer_of(message, chat, house.bot)
    said = addressed_to(message, content.text, chat, house)
    if (reason := _not_for_us(message, writer, said)) is not None:
        return Ignored(reason=reason)
    content = replace(content, text=said.text)
    return [_interaction(raw, message, chat, writer, content, bot=house.bot, edited=edited)]


def _not_for_us(message: Wild, writer: Writer, said: Addressed) -> str | None:
    if message.flag("is_automatic_forward"):
        return "a channel's post, forwarded by Telegram"
    return "our own message" if writer.own else said.objection


def _moved(raw: RawInteraction, message: Wild, chat: Chat) -> Sequence[Afterword] | Ignored | None:
    """Both groups tell of it, the old one and the new one; once is enough."""
    if message.value.get("migrate_from_chat_id") is not None:
        return Ignored(reason="service message 'migrate_from_chat_id'")
    if message.value.get("migrate_to_chat_id") is None:
        return None
    old, new = way_to(chat.id), way_to(whole(message, "migrate_to_chat_id"))
    at = _when(message, raw)
    change = AddressChange(channel=raw.channel, old=old, new=new, old_way=old, new_way=new, talks=((old, new),), at=at)
    return [change]


def _interaction(
    raw: RawInteraction, message: Wild, chat: Chat, writer: Writer, content: Content, *, bot: int | None, edited: bool
) -> Interaction:
    number = whole(message, "message_id")
    answered = message.optional_part("reply_to_message")
    answers = answered.value.get("message_id")
    album = None if edited else message.line("media_group_id")
    which = f"album:{album}" if album else _said(message, number, content, edited=edited)
    return Interaction(
        channel=raw.channel,
        identity=f"{raw.channel}:{bot or 'bot'}:{chat.id}:{which}",
        album=album is not None,
        medium=Medium.CHAT,
        sender=Party(address=writer.address, name=writer.name),
        occurred_at=_when(message, raw),
        text=content.text,
        text_full=_with_quote(message, answered, content.text),
        remote_files=(content.file,) if content.file else (),
        message_id=f"{chat.id}:{number}",
        in_reply_to=(f"{chat.id}:{answers}",) if isinstance(answers, int) else (),
        reply_to=(chat.way,),
        conversation_key=chat.way,
        automated=Automated.AUTO_REPLY if writer.robot else Automated.NONE,
        provider_id=str(number),
        traits=_traits(message, chat, writer, content, edited=edited),
        return_path=chat.way,
        authentic=True,
    )


def _said(message: Wild, number: int, content: Content, *, edited: bool) -> str:
    """A message keeps its number when it is edited; each wording is kept."""
    if not edited:
        return str(number)
    said = repr((content.text, content.file))
    return f"{number}:edit:{message.value.get('edit_date')}:{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _when(message: Wild, raw: RawInteraction) -> datetime:
    return believable(message.moment("edit_date") or message.moment("date"), raw.received_at)


def _with_quote(message: Wild, answered: Wild, text: str) -> str:
    """What is answered, marked as in mail, before the new words; rules see the new words alone."""
    quoted = message.optional_part("quote").text("text") or answered.text("text") or answered.text("caption")
    if not quoted:
        return text
    marked = "\n".join(f"> {line}" for line in quoted[:_LONGEST_QUOTE].strip().splitlines())
    return f"{marked}\n\n{text}"


def _traits(message: Wild, chat: Chat, writer: Writer, content: Content, *, edited: bool) -> dict[str, TraitValue]:
    known: dict[str, TraitValue] = {
        "telegram.kind": content.kind,
        "telegram.chat": chat.kind,
        "telegram.group": chat.title,
        "telegram.username": writer.username,
        "telegram.language": writer.language,
        "telegram.forwarded": _forwarded(message),
        "message.edits": f"{chat.id}:{message.value['message_id']}" if edited else None,
    }
    told = {name: value for name, value in known.items() if value is not None}
    return told | dict(content.traits) | problem_traits(message.problems)


def _forwarded(message: Wild) -> str | None:
    """Whose words these are, `?` when that is hidden; None for the writer's own."""
    origin = message.optional_part("forward_origin").value
    old = {name.removeprefix("forward_"): value for name, value in message.value.items() if name in _OLD_FORWARD}
    given = origin or old
    if not given:
        return None
    names = (given.get(name) for name in ("sender_user", "sender_chat", "chat", "from", "from_chat"))
    hidden = given.get("sender_user_name") or given.get("sender_name")
    written = clean_line(hidden, 200) if isinstance(hidden, str) else ""
    return next(filter(None, [*map(described, names), written]), "?")
