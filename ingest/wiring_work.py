"""From settings to what files tickets: with ingest/wiring.py the place that knows concrete classes.

Apart from it, because receivers open before any of this is imported (ADR 18).
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from jinja2 import TemplateError

from channels.base import Channel
from config.alerts import incident_desk
from config.settings import Settings
from domain.errors import N_, ConfigError, Mistake, Position
from domain.mailbox import Mailbox
from ingest.pipeline import Pipeline
from ingest.wiring import build_channels, open_contents, token_key
from ingest.wording import worded
from store.engines import Database
from triage.acknowledge import Clerk, Exit, Policy
from triage.letters import Letters
from triage.standing import House

TEMPLATES = Path(__file__).parent.parent / "config" / "templates"


def open_store(settings: Settings) -> Database:
    """A database that is locked or silent is told as such before the batch's own time is over."""
    return Database.open(settings.store_url, patience=settings.worker.timeout / 2)


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


def open_pipeline(settings: Settings) -> Pipeline:
    """Everything the child process needs."""
    channels = build_channels(settings)
    return Pipeline(
        database=open_store(settings),
        files=open_contents(settings),
        decoders={name: worded(channel.decode, settings.language) for name, channel in channels.items()},
        clerk=build_clerk(settings, channels),
        house=build_house(settings, channels),
        max_attempts=settings.worker.max_attempts,
        calls={name: channel.calls for name, channel in channels.items() if channel.calls},
        incidents=incident_desk(settings.alerts, settings.timezone),
    )
