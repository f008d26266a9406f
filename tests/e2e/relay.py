"""A relay that counts what reaches it, and can be told to do something at a chosen moment of a delivery."""

import socket
import threading
from dataclasses import dataclass, field

NOTHING = frozenset()


@dataclass
class Relay(threading.Thread):
    """`at`: moment → what to call; the moments are MAIL, RCPT, DATA, `content` (taken, not yet answered), `answered`.

    `taken` lists the recipient of every content that arrived whole: those are out in the world, whatever came after.
    """

    at: dict = field(default_factory=dict)
    taken: list = field(default_factory=list)

    def __post_init__(self):
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    __hash__ = threading.Thread.__hash__

    def run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def close(self):
        self._listener.close()

    def _serve(self, connection):
        try:
            with connection, connection.makefile("rb") as lines:
                connection.sendall(b"220 relay\r\n")
                recipient = ""
                while line := lines.readline():
                    verb = line.split()[0].split(b":")[0].upper().decode()
                    if verb == "RCPT":
                        recipient = line.decode().split("<")[1].split(">")[0]
                    self._moment(verb)
                    connection.sendall(self._answer(verb))
                    if verb == "DATA":
                        self._content(connection, lines, recipient)
        except OSError:
            return

    def _content(self, connection, lines, recipient):
        while (line := lines.readline()) and line != b".\r\n":
            pass
        if not line:
            return
        self.taken.append(recipient)
        self._moment("content")
        connection.sendall(b"250 OK queued\r\n")
        self._moment("answered")

    def _answer(self, verb):
        return _ANSWERS.get(verb, b"250 OK\r\n")

    def _moment(self, name):
        if action := self.at.pop(name, None):
            action()


_ANSWERS = {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n", "STARTTLS": b"502 no\r\n"}
