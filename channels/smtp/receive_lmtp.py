"""LMTP (RFC 2033): the dialogue of SMTP with LHLO for a greeting, and one answer per recipient after the content.

A listener is a TCP address or a Unix socket. Everything else is SMTP's: limits, patience, what is taken and refused.
"""

import os
import socket
import stat
from pathlib import Path

from channels.smtp.receive_dialogue import COMMANDS, Answer, Dialogue

LONGEST_PATH = 100  # bytes; Linux takes 107, others less


class LmtpDialogue(Dialogue):
    """Counts the recipients that were taken: each of them is owed an answer, also one that was named twice."""

    protocol = b"LMTP"

    def on_rcpt(self, argument: bytes) -> Answer:
        reply, step = super().on_rcpt(argument)
        if reply.startswith(b"250") and self.transaction is not None:
            self.transaction.taken += 1
        return reply, step

    def content_replies(self, reply: bytes) -> bytes:
        assert self.transaction is not None
        return b"\r\n".join([reply] * self.transaction.taken)


_GREETINGS_OF_SMTP = frozenset({b"EHLO", b"HELO"})
LmtpDialogue.commands = {
    **{name: handler for name, handler in COMMANDS.items() if name not in _GREETINGS_OF_SMTP},
    b"LHLO": LmtpDialogue.on_ehlo,
    b"RCPT": LmtpDialogue.on_rcpt,
}


def bound_socket(path: Path, mode: int) -> socket.socket:
    """A Unix socket with its mode, not yet listening; one that nobody listens on any more is replaced.

    Raises OSError, also when somebody does listen there, or something else lies at `path`.
    """
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise OSError(0, f"the path of the socket is longer than {LONGEST_PATH} bytes: {path}")
    if path.exists():
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise OSError(0, f"there is something at {path}, and it is no socket")
        if _answers(path):
            raise OSError(0, f"somebody listens on {path} already")
        path.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.bind(os.fspath(path))
        path.chmod(mode)  # nobody can connect before it listens
    except OSError:
        made.close()
        raise
    return made


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        return client.connect_ex(os.fspath(path)) == 0
