"""What balcao.yaml may say, with the defaults.

    balcao.yaml ──read_file──▶ Node ─┬─ all but channels ──bind──▶ Sections ─┬─▶ Settings (frozen, picklable)
                                     └─ channels ──▶ ChannelBlocks ──────────┘
                                                     options stay a Node until the channel's kind binds them

Durations are seconds, sizes are bytes, paths are as written until a `*_path` property places them beside the file.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, InstanceOf, model_validator

from config.alerts import Alerts, unknown_channels
from config.attachments import Attachments
from config.binding import bind
from config.channels import ChannelBlock, channel_blocks, channels_schema
from config.fields import (
    Block,
    CollectorUrl,
    DatabaseUrl,
    Duration,
    HostName,
    Person,
    Secret,
    ServerUrl,
    Size,
    Timezone,
)
from config.journal import SCHEMES, Broker, Journal, read_broker
from config.reading import read_file
from config.secrets import Secrets
from config.server import check_address
from config.web import Web
from domain import document
from domain.errors import ConfigError, Mistake, Position
from domain.units import BadValue


class Store(Block):
    url: DatabaseUrl | None = Field(default=None, repr=False)


class Worker(Block):
    processes: int = Field(default=2, ge=1, le=64)
    batch: int = Field(default=200, ge=1, le=5000)
    max_attempts: int = Field(default=3, ge=1, le=100)
    timeout: Duration = 60.0
    memory_limit: Size = 1_000_000_000


class Conversations(Block):
    """`quiet` None: a chat goes on however long nobody spoke. `burst` None: every message is judged by itself."""

    quiet: Duration | None = 86_400.0
    burst: Duration | None = 300.0


class Budgets(Block):
    """Automatic answers per hour; to nearly the same words from one domain per day, None: as often as they come."""

    per_address: int = Field(default=10, ge=0)
    per_domain: int = Field(default=200, ge=0)
    all: int = Field(default=10_000, ge=0)
    same_text: int | None = Field(default=2, ge=1)


class Acknowledgement(Block):
    enabled: bool = True
    templates: Path | None = None
    budgets: Budgets = Budgets()


class Dispatch(Block):
    """The n-th failure waits the n-th delay; after the last one, more than five days later, it is given up."""

    concurrency: int = Field(default=20, ge=1, le=100)
    per_destination: int = Field(default=10, ge=1, le=100)
    retry_delays: tuple[Duration, ...] = Field(
        default=(60.0, 300.0, 900.0, 3600.0, 14_400.0, 28_800.0, 43_200.0, *(86_400.0,) * 4), min_length=1
    )


class Files(Block):
    """Attachments that lie elsewhere. The n-th failure waits the n-th delay; after the last one it is given up."""

    max_size: Size = 50_000_000
    timeout: Duration = 120.0
    concurrency: int = Field(default=2, ge=1, le=50)
    retry_delays: tuple[Duration, ...] = Field(
        default=(10.0, 60.0, 300.0, 1800.0, 7200.0, 21_600.0, 43_200.0, 86_400.0), min_length=1
    )


class Retention(Block):
    """None keeps for ever. What waits, is quarantined or has failed is never deleted by age."""

    raw: Duration | None = None
    facts: Duration | None = None
    attachments: Duration | None = None
    tickets: Duration | None = None

    @model_validator(mode="after")
    def _bytes_go_first(self) -> "Retention":
        if self.tickets is not None and (self.raw is None or self.raw > self.tickets):
            raise BadValue("retention.raw must not be longer than retention.tickets: a replay would file them again")
        return self


class Log(Block):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class Sections(Block):
    """Everything in the file but its channels."""

    version: Literal[1]
    name: str = Field(default="Balcão", min_length=1, max_length=100)
    language: Literal["pt-BR", "en"] = "pt-BR"
    timezone: Timezone = "America/Sao_Paulo"
    hostname: HostName | None = None
    var: Path = Path("var")
    rules: Path = Path("rules.yaml")
    token_key: Secret = "file:var/secrets/token.key"  # noqa: S105 - a reference, not a secret
    agents: tuple[Person, ...] = ()
    grace: Duration = 20.0
    database: ServerUrl | None = Field(default=None, repr=False)
    store: Store = Store()
    journal: Journal = Journal()
    web: Web = Web()
    worker: Worker = Worker()
    conversations: Conversations = Conversations()
    alerts: Alerts = Alerts()
    acknowledgement: Acknowledgement = Acknowledgement()
    dispatch: Dispatch = Dispatch()
    files: Files = Files()
    attachments: Attachments = Attachments()
    retention: Retention = Retention()
    log: Log = Log()
    traces: CollectorUrl | None = None


class Settings(Sections):
    """The whole file. `places` knows where each secret reference is written, the others the keys of a block."""

    path: Path
    channels: Mapping[str, InstanceOf[ChannelBlock]]
    places: Mapping[str, InstanceOf[Position]] = Field(default={}, repr=False)
    journal_places: Mapping[str, InstanceOf[Position]] = Field(default={}, repr=False)
    store_places: Mapping[str, InstanceOf[Position]] = Field(default={}, repr=False)
    database_place: InstanceOf[Position] | None = Field(default=None, repr=False)
    web_places: Mapping[str, InstanceOf[Position]] = Field(default={}, repr=False)
    traces_place: InstanceOf[Position] | None = Field(default=None, repr=False)

    @property
    def base(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent

    @property
    def var_path(self) -> Path:
        return self.base / self.var

    @property
    def rules_path(self) -> Path:
        return self.base / self.rules

    @property
    def templates_path(self) -> Path | None:
        """The folder of one's own templates, if any."""
        folder = self.acknowledgement.templates
        return None if folder is None else self.base / folder

    @property
    def secrets(self) -> Secrets:
        return Secrets(self.base, self.places)

    @property
    def store_url(self) -> str:
        """Where the tickets are. Raises ConfigError if it is a reference that leads nowhere."""
        return self._url(self.store.url, "balcao.db", self.store_place)

    @property
    def journal_url(self) -> str:
        """Where the journal's tables are, with RabbitMQ its archive: as store_url."""
        if self.broker:
            return self.store_url
        return self._url(self.journal.url, "journal.db", self.journal_place)

    @property
    def store_place(self) -> Position:
        return self._place(self.store.url, self.store_places)

    @property
    def journal_place(self) -> Position:
        return self.store_place if self.broker else self._place(self.journal.url, self.journal_places)

    @property
    def broker(self) -> Broker | None:
        """RabbitMQ, if it keeps the journal. Raises ConfigError."""
        url = self.journal.url
        if url is not None and url.startswith(("env:", "file:")):
            url = self.secrets.reveal(url)
        if url is None or not url.startswith(SCHEMES):
            return None
        return read_broker(self.journal, url, self.secrets, self.base, self.journal_places)

    def _place(self, own: str | None, places: Mapping[str, Position]) -> Position:
        return (self.database_place if own is None else places.get("url")) or Position(str(self.path), 1, 1)

    def _url(self, own: str | None, file: str, place: Position) -> str:
        """`own`, else where both are, else `file`."""
        url = own or self.database
        if url is None:
            return f"sqlite:///{self.var_path / file}"
        if url.startswith(("env:", "file:")):
            url = self.secrets.reveal(url)
        check_address(url, place, shared=None if own else self.database)
        if url.startswith("sqlite:///"):
            return f"sqlite:///{self.base / url.removeprefix('sqlite:///')}"
        return url


def load(path: Path) -> Settings:
    """Read the settings file. Raises ConfigError with the mistakes of all its sections."""
    node = read_file(path)
    channels, rest = _apart(node)
    mistakes: list[Mistake] = []
    blocks: dict[str, ChannelBlock] = {}
    sections = None
    try:
        sections = bind(Sections, rest, known=["channels"])
    except ConfigError as error:
        mistakes += error.mistakes
    try:
        blocks = channel_blocks(channels)
    except ConfigError as error:
        mistakes += error.mistakes
    if isinstance(node, document.Mapping):
        mistakes += unknown_channels(node.get("alerts"), {name: block.kind for name, block in blocks.items()})
    if sections is None or mistakes:
        raise ConfigError(mistakes)
    return Settings.model_construct(
        **dict(sections),
        path=path.absolute(),
        channels=blocks,
        places=dict(_references(node)),
        journal_places=_places_in(node, "journal"),
        store_places=_places_in(node, "store"),
        database_place=_place_of(node, "database"),
        web_places=_places_in(node, "web"),
        traces_place=_place_of(node, "traces"),
    )


def _place_of(node: document.Node, key: str) -> Position | None:
    found = node.get(key) if isinstance(node, document.Mapping) else None
    return None if found is None else found.position


def _places_in(node: document.Node, block: str) -> dict[str, Position]:
    """Where the values of a block are written."""
    found = node.get(block) if isinstance(node, document.Mapping) else None
    if not isinstance(found, document.Mapping):
        return {}
    return {str(key.value): value.position for key, value in found.entries}


def _apart(node: document.Node) -> tuple[document.Node | None, document.Node]:
    """The channels, and the document without them."""
    if not isinstance(node, document.Mapping):
        return None, node
    rest = tuple(entry for entry in node.entries if entry[0].value != "channels")
    return node.get("channels"), document.Mapping(rest, node.position)


def _references(node: document.Node) -> Iterator[tuple[str, Position]]:
    """Every text that may be a secret reference, with its place."""
    match node:
        case document.Scalar(value=str() as text, position=place) if text.startswith(("env:", "file:")):
            yield text, place
        case document.Sequence(items=items):
            for item in items:
                yield from _references(item)
        case document.Mapping(entries=entries):
            for _, value in entries:
                yield from _references(value)


def settings_schema(kinds: Mapping[str, type[BaseModel]] | None = None) -> dict[str, Any]:
    """JSON Schema of the file, for editors. `kinds`: the Options of each channel kind, if known."""
    schema = Sections.model_json_schema()
    channels, definitions = channels_schema(kinds or {})
    schema["title"] = "balcao.yaml"
    schema["properties"]["channels"] = channels
    schema["$defs"] |= definitions
    return schema
