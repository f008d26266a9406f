"""Channel kinds, explicit, imported on first use."""

from importlib import import_module
from types import ModuleType

KINDS = {
    "smtp": "channels.smtp",
    "imap": "channels.imap",
    "telegram": "channels.telegram",
    "webhook": "channels.webhook",
    "mapped": "channels.mapped",
    "app": "channels.app",
    "chat": "channels.chat",
    "voice": "channels.voice",
    "alerts": "channels.alerts",
    "heartbeat": "channels.heartbeat",
    "whatsapp": "channels.whatsapp",
    "slack": "channels.slack",
    "messenger": "channels.messenger",
}


def load_kind(kind: str) -> ModuleType:
    """The module of `kind`: offers `Options` and `build(options, context)`. Raises KeyError."""
    return import_module(KINDS[kind])
