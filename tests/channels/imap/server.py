"""A small IMAP server that misbehaves on demand, for what a real Dovecot cannot be made to do.

It knows the commands our client sends, in plain text, one thread per connection. What is true of a working server is
tried against Dovecot (test_dovecot_*.py); here are the faults: a mail that cannot be fetched, one that breaks the
connection, servers without IDLE, MOVE or UIDPLUS, an end of file in the middle of IDLE.
"""

import base64
import re
import socketserver
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.channels.cases import SECRET as PASSWORD

FULL = "IMAP4rev1 IDLE MOVE UIDPLUS AUTH=PLAIN AUTH=XOAUTH2"


@dataclass
class Mail:
    uid: int
    content: bytes
    flags: set = field(default_factory=set)
    internal_date: str = "27-Nov-2026 09:00:00 +0000"
    folder: str = "INBOX"


@dataclass
class Box:
    """What the server holds, and its faults. `refused`, `broken`, `withheld`: UIDs; `tokens`: those that are good."""

    mails: list = field(default_factory=list)
    uid_validity: int = 7
    uid_next: int = 1
    capabilities: str = FULL
    folders: set = field(default_factory=lambda: {"INBOX"})
    tokens: set = field(default_factory=set)
    refused: set = field(default_factory=set)
    broken: set = field(default_factory=set)
    withheld: set = field(default_factory=set)
    login_answer: str = ""
    hang_up_in_idle: bool = False
    read_only: bool = False
    heard: list = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def deliver(self, content, **more):
        with self.changed:
            mail = Mail(uid=self.uid_next, content=content, **more)
            self.uid_next += 1
            self.mails.append(mail)
            self.changed.notify_all()
            return mail

    def commands(self, word):
        return [line for line in self.heard if word in line.upper()]


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.box, self.folder, self.user = self.server.box, None, None
        self.say(f"* OK [CAPABILITY {self.box.capabilities}] ready")
        with suppress(ConnectionError, ValueError):
            while line := self.rfile.readline():
                tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
                self.box.heard.append(rest)
                uid, _, more = rest.partition(" ")
                name, _, arguments = (more if uid.upper() == "UID" else rest).partition(" ")
                answer = getattr(self, f"do_{name.lower()}", None)
                outcome = answer(arguments) if answer else "BAD unknown command"
                if outcome is None:
                    return
                self.say(f"{tag} {outcome}")

    def say(self, line, literal=None):
        self.wfile.write(line.encode() + (b"" if literal is None else literal) + b"\r\n")

    def do_capability(self, _):
        self.say(f"* CAPABILITY {self.box.capabilities}")
        return "OK done"

    def do_login(self, arguments):
        return self.let_in(arguments.split(" ")[-1].strip('"') == PASSWORD)

    def do_authenticate(self, mechanism):
        self.say("+ ")
        said = base64.b64decode(self.rfile.readline()).decode()
        if mechanism == "PLAIN":
            return self.let_in(said.split("\0")[-1] == PASSWORD)
        token = re.search(r"Bearer ([^\1]*)\1", said)[1]
        if token not in self.box.tokens:
            self.say("+ " + base64.b64encode(b'{"status":"401"}').decode())
            self.rfile.readline()
        return self.let_in(token in self.box.tokens)

    def let_in(self, good):
        if self.box.login_answer:
            return self.box.login_answer
        return "OK welcome" if good else "NO [AUTHENTICATIONFAILED] Authentication failed."

    def do_select(self, name, *, writable=True):
        name = name.strip('"')
        if name not in self.box.folders:
            return "NO [NONEXISTENT] Mailbox doesn't exist: " + name
        self.folder = name
        self.say(f"* {len(self.here())} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.box.uid_validity}] ok")
        self.say(f"* OK [UIDNEXT {self.box.uid_next}] ok")
        return f"OK [READ-{'WRITE' if writable and not self.box.read_only else 'ONLY'}] selected"

    def do_examine(self, name):
        return self.do_select(name, writable=False)

    def here(self):
        return [mail for mail in self.box.mails if mail.folder == self.folder]

    def chosen(self, uids):
        last = max((mail.uid for mail in self.here()), default=0)
        ranges = [[last if end == "*" else int(end) for end in part.split(":")] for part in uids.split(",")]
        return [mail for mail in self.here() if any(min(r) <= mail.uid <= max(r) for r in ranges)]

    def do_search(self, arguments):
        uids = arguments.split(" ")[1]
        hidden = {word[2:].title() for word in arguments.split(" ") if word in {"UNDELETED", "UNDRAFT"}}
        found = [mail.uid for mail in self.chosen(uids) if not {f"\\{flag}" for flag in hidden} & mail.flags]
        self.say("* SEARCH " + " ".join(map(str, found)) if found else "* SEARCH")
        return "OK searched"

    def do_fetch(self, arguments):
        uids, _, items = arguments.partition(" ")
        bodies = "BODY.PEEK[]" in items
        part = re.search(r"<0\.(\d+)>", items)
        for mail in self.chosen(uids):
            if bodies and mail.uid in self.box.broken:
                return None
            if bodies and mail.uid in self.box.refused:
                return "NO [SERVERBUG] Internal error occurred"
            if mail.uid in self.box.withheld and bodies:
                continue
            if bodies:
                content = mail.content[: int(part[1])] if part else mail.content
                name = "BODY[]<0>" if part else "BODY[]"
                self.say(f"* 1 FETCH (UID {mail.uid} {name} {{{len(content)}}}\r\n", content + b")")
            else:
                date = f'INTERNALDATE "{mail.internal_date}"'
                self.say(f"* 1 FETCH (UID {mail.uid} RFC822.SIZE {len(mail.content)} {date})")
        return "OK fetched"

    def do_store(self, arguments):
        uids, _, rest = arguments.partition(" ")
        for mail in self.chosen(uids):
            mail.flags |= set(re.search(r"\((.*)\)", rest)[1].split())
        return "OK stored"

    def do_copy(self, arguments):
        uids, _, folder = arguments.partition(" ")
        if folder.strip('"') not in self.box.folders:
            return "NO [TRYCREATE] Mailbox doesn't exist"
        for mail in self.chosen(uids):
            self.box.mails.append(Mail(uid=mail.uid + 1000, content=mail.content, folder=folder.strip('"')))
        return "OK copied"

    def do_move(self, arguments):
        outcome = self.do_copy(arguments)
        if outcome.startswith("OK"):
            self.box.mails = [mail for mail in self.box.mails if mail not in self.chosen(arguments.split(" ")[0])]
        return outcome

    def do_expunge(self, uids):
        self.box.mails = [
            mail for mail in self.box.mails if not (mail in self.chosen(uids) and "\\Deleted" in mail.flags)
        ]
        return "OK expunged"

    def do_list(self, arguments):
        name = arguments.split(" ")[-1].strip('"')
        if name in self.box.folders:
            self.say(f'* LIST () "/" "{name}"')
        return "OK listed"

    def do_create(self, name):
        self.box.folders.add(name.strip('"'))
        return "OK created"

    def do_noop(self, _):
        return "OK nothing"

    def do_logout(self, _):
        self.say("* BYE")
        self.say("x OK")

    def do_idle(self, _):
        """`+ idling` and news come in one segment, as Dovecot sends them."""
        if self.box.hang_up_in_idle:
            self.say("+ idling")
            return None
        known = len(self.here())
        self.say("+ idling")
        self.connection.settimeout(0.02)
        buffered = b""
        while not buffered.endswith(b"\n"):
            if len(self.here()) != known:
                known = len(self.here())
                self.say(f"* {known} EXISTS")
            try:
                piece = self.connection.recv(100)
            except TimeoutError:
                continue
            if not piece:
                return None
            buffered += piece
        self.connection.settimeout(None)
        return "OK idled"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A connection that broke is what these tests are about."""


class ImapServer:
    """Serves `box` until closed; `port` is free."""

    def __init__(self, box=None):
        self.box = box or Box()
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.box = self.box
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(box=None):
    server = ImapServer(box)
    try:
        yield server
    finally:
        server.close()


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
