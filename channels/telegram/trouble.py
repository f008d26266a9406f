"""What may go wrong with the Bot API, in one table, whichever method was called.

REFUSED      401, 404   the token is not (or no longer) a bot's
CONTESTED    409        somebody else polls this bot, or a webhook is set
FLOODED      429        too much; `retry_after` seconds of silence are asked for, of the whole bot
FORBIDDEN    403        blocked by the user, thrown out of the group
WRONG        400        the request makes no sense: no such chat, file too big
MOVED        400        the group has become a supergroup: `chat`
UNREACHABLE             nothing was sent: no name, no connection
LOST                    sent, and no answer came: it may have been taken
AWAY         5xx        the provider's fault
"""

from enum import Enum, auto

from domain.errors import BalcaoError


class Trouble(Enum):
    REFUSED = auto()
    CONTESTED = auto()
    FLOODED = auto()
    FORBIDDEN = auto()
    WRONG = auto()
    MOVED = auto()
    UNREACHABLE = auto()
    LOST = auto()
    AWAY = auto()


class TelegramError(BalcaoError):
    """A call of the Bot API failed. The message holds no token and nothing that a customer wrote."""

    def __init__(
        self, message: str, trouble: Trouble, *, retry_after: float | None = None, chat: int | None = None
    ) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.retry_after = retry_after
        self.chat = chat
