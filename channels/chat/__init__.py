"""Web chat: a widget for any page, and the live conversation behind it."""

from channels.base import BuildContext, Channel
from channels.chat.asset import widget
from channels.chat.decode import decode
from channels.chat.door import ChatDoor
from channels.chat.options import Options
from channels.chat.tokens import SHORTEST_KEY, Clerk
from channels.fields import secret_bytes
from domain.outgoing import Carriage

__all__ = ["Options", "build"]

CARRIAGE = Carriage(apart=False, largest=50_000_000)
"""Files of an agent's reply stand beside his words; the visitor fetches those that he wants."""


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    place = f"channels.{context.name}"

    def keys(references: tuple[str, ...], where: str) -> list[bytes]:
        return [secret_bytes(one, context.reveal, f"{place}.{where}", least=SHORTEST_KEY) for one in references]

    clerk = Clerk(
        channel=context.name,
        keys=keys(options.secrets, "secrets"),
        users=keys(options.users.secrets, "users.secrets") if options.users else [],
        lifetime=options.tokens.lifetime.total_seconds(),
        remembered=options.tokens.remembered.total_seconds(),
    )
    door = ChatDoor(channel=context.name, options=options, clerk=clerk, widget=widget())
    return Channel(
        name=context.name,
        kind="chat",
        decode=decode,
        routes=door.routes,
        path=f"/chat/{context.name}",
        streams=True,
        carriage=CARRIAGE,
        calendar=options.calendar,
    )
