"""What was said in a recording, written down by a program or a service that the settings name.

    command: [program, argument, …]     the audio on its standard input, the text on its standard output; no shell
    url: https://…                      the audio posted with its type, the text as the answer

Both are given the time and the size of the settings and no more. The text joins the message, which is triaged again.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from channels.cleaning import clean_text
from channels.http_session import beginning
from channels.outward import Outward
from domain.errors import TranscriptionFailed

LONGEST_TEXT = 200_000
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCommand:
    """Implements domain.ports.Transcriber. `seconds` is the time limit, after which the program is killed.

    `hidden`: variables of our environment that it is not given."""

    command: Sequence[str]
    seconds: float
    largest: int
    hidden: frozenset[str] = frozenset()

    async def transcribe(self, audio: bytes, content_type: str) -> str:
        del content_type
        pipe = asyncio.subprocess.PIPE
        try:
            program = await asyncio.create_subprocess_exec(
                *self.command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=self._environment()
            )
        except OSError as error:
            raise TranscriptionFailed(f"{self.command[0]} cannot be started: {error.strerror}") from error
        try:
            async with asyncio.timeout(self.seconds):
                told, _ = await program.communicate(audio)
        except TimeoutError as error:
            raise TranscriptionFailed(f"{self.command[0]} took more than {self.seconds:.0f} s") from error
        finally:
            with suppress(ProcessLookupError):
                program.kill()
            await program.wait()
        if program.returncode:
            raise TranscriptionFailed(f"{self.command[0]} ended with {program.returncode}")
        return _text(told)

    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name not in self.hidden}


@dataclass(frozen=True, slots=True, kw_only=True)
class ByService:
    """Implements domain.ports.Transcriber. `token` goes as a bearer token; redirects are not followed."""

    url: str
    token: str | None = field(repr=False)
    seconds: float
    largest: int
    outward: Outward

    async def transcribe(self, audio: bytes, content_type: str) -> str:
        headers = {"Content-Type": content_type, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        limit = aiohttp.ClientTimeout(total=self.seconds)
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=limit, cookie_jar=aiohttp.DummyCookieJar(), connector=self.outward.connector()
                ) as session,
                session.post(self.url, data=audio, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status != _OK:
                    raise TranscriptionFailed(f"the service answered {answer.status}")
                return _text(await beginning(answer.content, LONGEST_TEXT))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TranscriptionFailed(f"the service: {type(error).__name__}") from error


def _text(told: bytes) -> str:
    text = clean_text(told[:LONGEST_TEXT].decode("utf-8", "replace")).strip()
    if not text:
        raise TranscriptionFailed("nothing was said, or nothing was understood")
    return text
