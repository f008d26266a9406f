"""Mail out as .eml files, where no relay is configured: written aside, made durable, then renamed into place."""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from channels.mail.compose import composed, envelope_of
from domain.errors import SendFailed
from domain.mailbox import Mailbox
from domain.outgoing import OutgoingMessage


class DirectorySender:
    """Writes `<outbox id>.eml`; the same message again overwrites its file with the same words."""

    def __init__(self, directory: Path, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        self.directory = directory
        self._mailbox = mailbox
        self._now = now

    async def send(self, message: OutgoingMessage) -> str:
        """The file's name. Raises SendFailed."""
        if envelope_of(message, self._mailbox) is None:
            raise SendFailed("the recipient is not a mail address", permanent=True)
        content = await composed(message, self._mailbox, self._now())
        name = f"{message.outbox_id:08d}.eml"
        try:
            await asyncio.to_thread(write_durably, self.directory / name, content)
        except OSError as error:
            reason = "the outgoing directory cannot be written"
            raise SendFailed(reason, permanent=False, away=True, detail=repr(error)) from error
        return name

    async def close(self) -> None:
        """Nothing is kept open."""


def write_durably(path: Path, content: bytes) -> None:
    """All of it or nothing, also after a power cut: fsync of the file, rename, fsync of the directory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.writing")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
