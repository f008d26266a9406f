"""From settings to parts: the one place that knows concrete classes (with ingest/app.py, which runs them)."""

import base64
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from channels import KINDS, load_kind
from channels.base import BuildContext, Channel
from channels.certificates import server_context
from channels.outward import Outward
from config.channels import ChannelBlock
from config.settings import Settings
from domain.document import Scalar
from domain.errors import N_, ConfigError, Mistake
from store.attachments import AttachmentFiles
from store.bucket import AttachmentBucket, BucketOptions
from store.contents import Contents, Moving

Reveal = Callable[[str], str]


def build_channels(
    settings: Settings, *, reveal: Reveal | None = None, backfill: timedelta | None = None
) -> dict[str, Channel]:
    """Every enabled channel by name. Raises ConfigError with the mistakes of all of them.

    `reveal` stands in for the settings' secrets where nothing will be received or sent (`check`, `decode`).
    """
    built: dict[str, Channel] = {}
    mistakes: list[Mistake] = []
    for block in settings.channels.values():
        if not block.enabled:
            continue
        try:
            built[block.name] = build_channel(block, settings, reveal=reveal, backfill=backfill)
        except ConfigError as error:
            mistakes += error.mistakes
    mistakes += _called_alike(built, settings)
    if mistakes:
        raise ConfigError(mistakes)
    return built


def _called_alike(built: Mapping[str, Channel], settings: Settings) -> Iterator[Mistake]:
    """A fixed path can belong to one channel only."""
    taken: dict[str, str] = {}
    for name, channel in built.items():
        if channel.path is not None and taken.setdefault(channel.path, name) != name:
            text = N_("%(path)s is the path of the channel %(name)s already; let one channel have all applications")
            values = {"path": channel.path, "name": taken[channel.path]}
            yield Mistake(settings.channels[name].place, text, values)


def options_of(block: ChannelBlock) -> tuple[ModuleType, Any]:
    """The kind's module and its options as written. Raises ConfigError."""
    if block.kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        text = N_("unknown channel kind %(kind)s; known are: %(known)s")
        raise ConfigError([Mistake(block.place, text, {"kind": repr(block.kind), "known": known})])
    module = load_kind(block.kind)
    return module, block.bind(module.Options)


def build_channel(
    block: ChannelBlock, settings: Settings, *, reveal: Reveal | None = None, backfill: timedelta | None = None
) -> Channel:
    """One channel. Raises ConfigError."""
    module, options = options_of(block)
    context = BuildContext(
        name=block.name,
        base=settings.base,
        var=settings.var_path,
        hostname=settings.hostname or socket.getfqdn(),
        reveal=reveal or settings.secrets.reveal,
        backfill=backfill,
        secret_names=frozenset(one.removeprefix("env:") for one in settings.places if one.startswith("env:")),
        outward=Outward.allowing(settings.web.inside),
    )
    try:
        channel: Channel = module.build(options, context)
    except ConfigError as error:
        raise ConfigError([_placed(mistake, block) for mistake in error.mistakes]) from error
    return channel


def _placed(mistake: Mistake, block: ChannelBlock) -> Mistake:
    """A channel names the setting where it does not know the file; the file's place is known here."""
    if mistake.position.file.startswith(f"channels.{block.name}"):
        return replace(mistake, position=block.options.position)
    return mistake


def open_contents(settings: Settings) -> Contents:
    """Where attachments are kept, and where they may have been kept before. Raises ConfigError."""
    disk, bucket = AttachmentFiles(settings.var_path / "attachments"), _bucket(settings)
    if bucket is None:
        return disk
    return Moving(bucket, disk) if settings.attachments.place == "s3" else Moving(disk, bucket)


def _bucket(settings: Settings) -> AttachmentBucket | None:
    given, reveal = settings.attachments.s3, settings.secrets.reveal
    if given.bucket is None:
        return None
    options = BucketOptions(
        bucket=given.bucket,
        region=given.region,
        endpoint=given.endpoint,
        prefix=given.prefix or "",
        path_style=given.path_style,
        access_key=reveal(given.access_key) if given.access_key else None,
        secret_key=reveal(given.secret_key) if given.secret_key else None,
        ca=str(settings.base / given.ca) if given.ca else None,
        timeout=given.timeout,
        patience=settings.worker.timeout / 2,
    )
    return AttachmentBucket(options)


def site_tls(settings: Settings) -> ssl.SSLContext | None:
    """The certificate of the public site. Raises ConfigError."""
    tls = settings.web.tls
    if tls is None:
        return None
    try:
        return server_context(settings.base / tls.certificate, settings.base / tls.key)
    except OSError as error:
        text = N_("web.tls: the certificate and its key cannot be used: %(why)s")
        raise ConfigError([Mistake(settings.web_places["tls"], text, {"why": error.strerror or str(error)})]) from None


def letter_folders(settings: Settings) -> list[Path]:
    """Where mail is written while there is no relay."""
    named = (block.options.get("outgoing") for block in settings.channels.values())
    folders = {"outgoing", *(str(node.value) for node in named if isinstance(node, Scalar) and node.value)}
    return [settings.var_path / folder for folder in sorted(folders)]


def token_key(settings: Settings) -> bytes:
    return settings.secrets.reveal(settings.token_key).encode()


def create_first_secrets(settings: Settings) -> list[str]:
    """Make the secret files under `var` that the settings name and nobody has written yet. Returns what was made."""
    references = dict.fromkeys((settings.token_key, *settings.places))
    return [
        reference
        for reference in references
        if settings.secrets.create_if_missing(reference, settings.var_path, random_secret())
    ]


def random_secret() -> str:
    """32 random bytes in the spelling of Standard Webhooks."""
    return f"whsec_{base64.b64encode(os.urandom(32)).decode('ascii')}"
