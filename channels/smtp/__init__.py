"""E-mail: our own SMTP server for what comes in, a relay or a directory for what goes out.

receive*.py   listeners, sessions, limits        decode*.py   raw mail → Interaction
compose.py    OutgoingMessage → bytes            send*.py     to the relay, or into files
"""

from channels.smtp.build import build
from channels.smtp.options import Options

__all__ = ["Options", "build"]
