"""The two HTTP sites."""

from pathlib import Path

from config.fields import Block, Count, Door, ListenOn, Network, Size
from domain.units import Listen


class Tls(Block):
    """PEM files."""

    certificate: Path
    key: Path


class Web(Block):
    public: Door = Listen("127.0.0.1", 8080)
    private: ListenOn = Listen("127.0.0.1", 8081)
    max_body: Size = 32_000_000
    failures_per_minute: Count = 60
    tls: Tls | None = None
    trusted_proxies: tuple[Network, ...] = ()
    inside: tuple[Network, ...] = ()
