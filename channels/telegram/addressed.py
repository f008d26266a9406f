"""Whether what is said in a chat is said to us, and what of it are the words.

private chat    always; /start, /help and a bare /ticket say nothing yet
group           by the settings: never; when we are named, answered or commanded; always. And only in `group_ids`
channel         never

/ticket@balcao_bot the printer is on fire   ─▶   the printer is on fire
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from channels.telegram.people import Chat
from channels.wild import Wild

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,32}))?(?:\s+(.*))?", re.ASCII | re.DOTALL)
_OPENING = frozenset({"start", "help", "ajuda"})
_OURS = "ticket"


class Settings(Protocol):
    """What the settings say (`decode.House`)."""

    @property
    def bot(self) -> int | None: ...
    @property
    def username(self) -> str | None: ...
    @property
    def groups(self) -> str: ...
    @property
    def group_ids(self) -> frozenset[int]: ...


@dataclass(frozen=True, slots=True)
class Addressed:
    """The words, and why they are not for us (None: they are)."""

    text: str
    objection: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    to: str | None
    words: str


def command_in(text: str) -> Command | None:
    found = _COMMAND.fullmatch(text.strip())
    return Command(found[1].lower(), found[2], (found[3] or "").strip()) if found else None


def addressed_to(message: Wild, text: str, chat: Chat, settings: Settings) -> Addressed:
    command = command_in(text)
    if command and command.to and settings.username and command.to.lower() != settings.username.lower():
        return Addressed(text, "a command for another bot")
    if chat.kind != "private" and (objection := _group_objection(message, text, command, chat, settings)) is not None:
        return Addressed(text, objection)
    if command is None:
        return Addressed(_without_name(text, settings.username))
    if command.name in _OPENING:
        return Addressed(text, f"/{command.name}: the chat was opened and nothing said yet")
    if command.name != _OURS:
        return Addressed(text)
    nothing = not command.words and message.value.get("text") is not None
    return Addressed(command.words, f"/{_OURS} without words" if nothing else None)


def is_bare_command(text: str) -> bool:
    """What the greeting answers."""
    command = command_in(text)
    return command is not None and (command.name in _OPENING or (command.name == _OURS and not command.words))


def _group_objection(message: Wild, text: str, command: Command | None, chat: Chat, settings: Settings) -> str | None:
    if chat.kind not in {"group", "supergroup"}:
        return f"said in a {chat.kind[:20]}, not to us"
    if settings.groups == "ignore":
        return "said in a group; `groups` says that these are ignored"
    if settings.group_ids and chat.id not in settings.group_ids:
        return f"group {chat.id} is not among `group_ids`"
    if settings.groups == "all" or any(said(message, text, command, settings) for said in _TO_US):
        return None
    return "said in a group, and not to us"


def _commanded(_message: Wild, _text: str, command: Command | None, _settings: Settings) -> bool:
    return command is not None and (command.name == _OURS or command.to is not None)


def _named(_message: Wild, text: str, _command: Command | None, settings: Settings) -> bool:
    return settings.username is not None and _name(settings.username).search(text) is not None


def _answered(message: Wild, _text: str, _command: Command | None, settings: Settings) -> bool:
    writer = message.optional_part("reply_to_message").optional_part("from").value.get("id")
    return settings.bot is not None and writer == settings.bot


_TO_US: tuple[Callable[[Wild, str, Command | None, Any], bool], ...] = (_commanded, _named, _answered)


def _name(username: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])@{re.escape(username)}(?!\w)", re.IGNORECASE)


def _without_name(text: str, username: str | None) -> str:
    """Our name at the beginning is how we are called, and none of the words."""
    found = _name(username).match(text.lstrip()) if username else None
    rest = text.lstrip()[found.end() :].lstrip(" ,:;\n") if found else ""
    return rest or text
