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

from jinja2 import TemplateError

from channels import KINDS, load_kind, outward
from channels.base import BuildContext, Channel
from channels.certificates import server_context
from config.alerts import incident_desk
from config.channels import ChannelBlock
from config.settings import Settings
from domain.document import Scalar
from domain.errors import N_, ConfigError, Mistake, Position
from domain.mailbox import Mailbox
from ingest.pipeline import Pipeline
from store.attachments import AttachmentFiles
from store.bucket import AttachmentBucket, BucketOptions
from store.contents import Contents, Moving
from store.engines import Database
from triage.acknowledge import Clerk, Exit, Policy
from triage.letters import Letters
from triage.standing import House

Reveal = Callable[[str], str]

TEMPLATES = Path(__file__).parent.parent / "config" / "templates"


def build_channels(
    settings: Settings, *, reveal: Reveal | None = None, backfill: timedelta | None = None
) -> dict[str, Channel]:
    """Every enabled channel by name. Raises ConfigError with the mistakes of all of them.

    `reveal` stands in for the settings' secrets where nothing will be received or sent (`check`, `decode`).
    """
    outward.allow(settings.web.inside)
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


def open_store(settings: Settings) -> Database:
    """A database that is locked or silent is told as such before the batch's own time is over."""
    return Database.open(settings.store_url, patience=settings.worker.timeout / 2)


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


def read_templates(settings: Settings) -> Letters:
    """The shipped letters, overlaid with those of the settings' own folder. Raises ConfigError."""
    folders = [TEMPLATES, *([settings.templates_path] if settings.templates_path else [])]
    texts = {name: text for folder in folders for name, text in _texts_in(folder)}
    try:
        return Letters(texts)
    except TemplateError as error:
        place = Position(str(folders[-1] / (getattr(error, "name", None) or "")), getattr(error, "lineno", 1) or 1, 1)
        raise ConfigError([Mistake(place, "%(problem)s", {"problem": str(error)})]) from error


def _texts_in(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every letter. Raises ConfigError."""
    if not folder.is_dir():
        raise ConfigError([Mistake(Position(str(folder), 1, 1), N_("there is no such folder for letters"))])
    for path in filter(Path.is_file, sorted(folder.rglob("*.*"))):
        try:
            yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            text = N_("this letter cannot be read: %(reason)s")
            raise ConfigError([Mistake(Position(str(path), 1, 1), text, {"reason": str(error)})]) from error


def build_clerk(settings: Settings, channels: Mapping[str, Channel]) -> Clerk:
    return Clerk(
        policy=Policy(
            enabled=settings.acknowledgement.enabled,
            limits={
                "address": settings.acknowledgement.budgets.per_address,
                "domain": settings.acknowledgement.budgets.per_domain,
                "all": settings.acknowledgement.budgets.all,
            },
            repeats=settings.acknowledgement.budgets.same_text,
            language=settings.language,
            organisation=settings.name,
            token_key=token_key(settings),
        ),
        letters=read_templates(settings),
        exits={
            name: Exit(channel=name, can_send=channel.can_send, mailbox=channel.mailbox)
            for name, channel in channels.items()
        },
        own=_own_mailboxes(channels),
    )


def build_house(settings: Settings, channels: Mapping[str, Channel]) -> House:
    quiet, burst = settings.conversations.quiet, settings.conversations.burst
    return House(
        own=_own_mailboxes(channels),
        agents=frozenset(settings.agents),
        quiet=None if quiet is None else timedelta(seconds=quiet),
        burst=None if burst is None else timedelta(seconds=burst),
        call_windows={name: channel.calls.window for name, channel in channels.items() if channel.calls},
    )


def _own_mailboxes(channels: Mapping[str, Channel]) -> tuple[Mailbox, ...]:
    return tuple(channel.mailbox for channel in channels.values() if channel.mailbox)


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


def open_pipeline(settings: Settings) -> Pipeline:
    """Everything the child process needs."""
    channels = build_channels(settings)
    return Pipeline(
        database=open_store(settings),
        files=open_contents(settings),
        decoders={name: channel.decode for name, channel in channels.items()},
        clerk=build_clerk(settings, channels),
        house=build_house(settings, channels),
        max_attempts=settings.worker.max_attempts,
        calls={name: channel.calls for name, channel in channels.items() if channel.calls},
        incidents=incident_desk(settings.alerts, settings.timezone),
    )
