"""Any system's webhook: a mapping says where things stand in its JSON or form, a template how it wants its answers."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from channels.base import BuildContext, Channel
from channels.json_door import Door
from channels.mapped.decode import decode
from channels.mapped.elsewhere import FileFetcher
from channels.mapped.forms import opened, takes
from channels.mapped.options import Options
from channels.mapped.proofs import prover
from channels.mapped.send import CARRIAGE, TemplateSender
from channels.weaknesses import REPLAYABLE, UNSIGNED
from domain.remote import Access

__all__ = ["Options", "build"]

_REFERENCE_LAST = re.compile(r"(.*?)((?:env|file):\S+)")


def build(options: Options, context: BuildContext) -> Channel:
    """Raises ConfigError for a secret that is missing or too short."""
    place, reply, files = f"channels.{context.name}", options.reply, options.files
    door = Door(
        channel=context.name,
        prove=prover(options.proof, context.reveal, f"{place}.proof.secrets"),
        max_body=options.max_body,
        takes=takes,
        opened=opened,
    )
    fetcher = None
    if files is not None:
        fetcher = FileFetcher(Access(hosts=files.hosts, origins=files.origins), revealed(files.headers, context.reveal))
    return Channel(
        name=context.name,
        kind="mapped",
        weaknesses=tuple(_weaknesses(options)),
        decode=partial(decode, options=options),
        routes=door.routes,
        sender=_sender(options, context),
        carriage=CARRIAGE if reply is not None and reply.file is not None else None,
        fetcher=fetcher,
    )


def _sender(options: Options, context: BuildContext) -> TemplateSender | None:
    if (reply := options.reply) is None:
        return None
    return TemplateSender(reply, revealed(reply.headers, context.reveal), context.outward)


def _weaknesses(options: Options) -> Iterator[str]:
    if options.proof.scheme == "unsigned":
        yield UNSIGNED
    if options.proof.trust_delivery:
        yield REPLAYABLE


def revealed(headers: Mapping[str, str], reveal: Callable[[str], str]) -> dict[str, str]:
    """`Bearer env:TOKEN` and `env:TOKEN` with the secret in place of its reference. Raises ConfigError."""
    return {name: _revealed(value, reveal) for name, value in headers.items()}


def _revealed(value: str, reveal: Callable[[str], str]) -> str:
    found = _REFERENCE_LAST.fullmatch(value)
    return f"{found[1]}{reveal(found[2])}" if found else value
