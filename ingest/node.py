"""What this node is called among those that share a database."""

import secrets
import socket
from pathlib import Path

from ingest.locks import make_private


def known_name(var: Path) -> str | None:
    """The same for who only looks; None before the first start."""
    return node_name(var) if (var / "node").exists() else None


def node_name(var: Path) -> str:
    """The host's name and a sign that belongs to `var`: hosts may share a name, but no two nodes a directory.

    It outlives restarts, so that a node which comes back needs not wait for itself.
    """
    file = var / "node"
    if not file.exists():
        make_private(var)
        file.write_text(secrets.token_hex(4) + "\n", encoding="ascii")
    return f"{socket.gethostname()}/{file.read_text(encoding='ascii').strip()}"
