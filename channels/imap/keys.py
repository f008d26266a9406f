"""Credentials for logging in, from settings and secrets."""

from dataclasses import dataclass

from channels.imap.login import Credentials
from channels.imap.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Password:
    """Implements `receive.Keys`; there is only one."""

    username: str
    password: str

    async def credentials(self, *, refused: Credentials | None = None) -> Credentials | None:
        return None if refused else Credentials(username=self.username, password=self.password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Implements `receive.Keys`; a refused token is replaced."""

    username: str
    tokens: Tokens

    async def credentials(self, *, refused: Credentials | None = None) -> Credentials | None:
        token = await self.tokens.current(refused=refused.token if refused else None)
        return Credentials(username=self.username, token=token)
