"""E-mail by our own SMTP server: listeners, sessions, limits (receive*.py).

How mail is read, written and sent is in `channels/mail`.
"""

from channels.smtp.build import build
from channels.smtp.options import Options

__all__ = ["Options", "build"]
