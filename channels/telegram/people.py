"""Who wrote, where, and where an answer goes. Addresses are `telegram:<chat>`, in a forum `telegram:<chat>/<topic>`.

A user's private chat with the bot has the user's own id, so that his address is also the way back to him.
"""

import re
from dataclasses import dataclass

from channels.cleaning import clean_line
from channels.wild import Wild
from domain.errors import Undecodable

_ADDRESS = re.compile(r"telegram:(-?[0-9]{1,18})(?:/([0-9]{1,18}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """`topic`: of a forum."""

    id: int
    kind: str
    title: str | None
    topic: int | None

    @property
    def way(self) -> str:
        return way_to(self.id, self.topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """`own`: our bot itself. `robot`: another one."""

    address: str
    name: str | None
    username: str | None
    language: str | None
    robot: bool
    own: bool


def way_to(chat: int, topic: int | None = None) -> str:
    return f"telegram:{chat}" if topic is None else f"telegram:{chat}/{topic}"


def parse_way(way: str) -> tuple[int, int | None] | None:
    """Chat and topic; None for what is nobody's address."""
    found = _ADDRESS.fullmatch(way)
    return (int(found[1]), int(found[2]) if found[2] else None) if found else None


def chat_of(message: Wild) -> Chat:
    """Raises Undecodable."""
    chat = message.part("chat")
    topic = message.value.get("message_thread_id") if message.flag("is_topic_message") else None
    return Chat(
        id=whole(chat, "id"),
        kind=chat.line("type") or "private",
        title=chat.line("title"),
        topic=topic if isinstance(topic, int) and not isinstance(topic, bool) and topic > 0 else None,
    )


def writer_of(message: Wild, chat: Chat, bot: int | None) -> Writer:
    """In groups somebody may write in the name of a chat; then that chat is who wrote. Raises Undecodable."""
    behalf = message.optional_part("sender_chat")
    if behalf.value:
        return Writer(
            address=way_to(whole(behalf, "id")),
            name=behalf.line("title"),
            username=behalf.line("username"),
            language=None,
            robot=False,
            own=False,
        )
    person = message.part("from")
    known = whole(person, "id") if person.value or chat.kind != "private" else chat.id
    name = clean_line(" ".join(filter(None, (person.line("first_name"), person.line("last_name")))), 200)
    return Writer(
        address=way_to(known),
        name=name or None,
        username=person.line("username"),
        language=person.line("language_code"),
        robot=person.flag("is_bot") is True,
        own=bot is not None and known == bot,
    )


def whole(fields: Wild, name: str) -> int:
    """Raises Undecodable."""
    given = fields.value.get(name)
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) >= 2**53:
        at = f"{fields.path}.{name}" if fields.path else name
        raise Undecodable(f"{at}: a whole number expected")
    return given
