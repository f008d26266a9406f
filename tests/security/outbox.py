"""A sender that only remembers what it was given."""

from dataclasses import dataclass, field

from domain.outgoing import OutgoingMessage


@dataclass
class Recorder:
    messages: list[OutgoingMessage] = field(default_factory=list)

    async def send(self, message):
        self.messages.append(message)
        return "remote"

    async def close(self):
        pass
