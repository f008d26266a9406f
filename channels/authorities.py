"""Whom we believe when we call a server by TLS: the system's authorities, or those of a `ca` setting."""

import ssl
from pathlib import Path

from domain.errors import ConfigError, Mistake, Position


def trusting(authorities: Path | None, base: Path) -> ssl.SSLContext:
    """Verifies certificate and name. Raises ConfigError when the file cannot be used."""
    try:
        return ssl.create_default_context(cafile=base / authorities if authorities else None)
    except (OSError, ssl.SSLError) as error:
        text = "the certificates to trust cannot be used: %(why)s"
        raise ConfigError([Mistake(Position(str(authorities), 1, 1), text, {"why": str(error)})]) from error
