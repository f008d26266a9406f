"""What an SMTP client is told, line by line. No I/O: a line goes in, a reply and the next step come out.

    greeting ──EHLO──▶ ready ──MAIL──▶ sender ──RCPT──▶ recipients ──DATA──▶ (the session reads the content)
                         ▲                                                        │
                         └──────────── RSET · content answered ───────────────────┘
    STARTTLS ──▶ greeting, over TLS, everything said before forgotten (RFC 3207 §4.2)

AUTH, BDAT, XCLIENT and PROXY are not offered. Only CR LF ends a line; anything else in it is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import ClassVar

from channels.smtp.receive_commands import Refusal, read_mail, read_rcpt
from channels.smtp.receive_limits import Limits
from domain.mailbox import Mailbox, domain_of

MAX_MISTAKES = 20
LONGEST_LINE = 2048
_LONGEST_HELO = 255

TOO_BIG = b"552 5.3.4 Message is too big"
NO_ROOM = b"452 4.3.1 Too much mail at once, try again later"
OUR_FAULT = b"451 4.3.0 Temporary trouble on our side, try again later"
SHARE_SPENT = b"451 4.7.1 You have sent more than your share, try again later"
BAD_LINE = b"500 5.5.2 Lines end with CR LF and hold no other control characters"
LINE_TOO_LONG = b"500 5.5.6 Line too long"
_NO_MORE = b"421 4.7.0 Too many errors, goodbye"
_OK = b"250 2.0.0 OK"
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ORDER = b"503 5.5.1 Bad sequence of commands"


class Step(Enum):
    """What the session does after sending the reply."""

    GO_ON = auto()
    READ_CONTENT = auto()
    START_TLS = auto()
    HANG_UP = auto()


Answer = tuple[bytes, Step]


@dataclass(slots=True)
class Transaction:
    mail_from: str
    size: int
    smtputf8: bool
    rcpt_to: list[str] = field(default_factory=list)
    taken: int = 0


class Dialogue:
    """The state of one client's conversation with us."""

    protocol = b"ESMTP"
    commands: ClassVar[Mapping[bytes, Callable[..., Answer]]] = {}

    def __init__(
        self, *, hostname: str, mailbox: Mailbox, limits: Limits, max_message: int, max_recipients: int, tls: bool
    ) -> None:
        self._mailbox = mailbox
        self._limits = limits
        self._max_message = max_message
        self._max_recipients = max_recipients
        self._hostname = hostname.encode("ascii", "replace")
        self._offers_tls = tls
        self._mistakes = 0
        self.tls = False
        self.client_name: str | None = None
        self.transaction: Transaction | None = None

    def greeting(self) -> bytes:
        return b"220 %s %s Balcao" % (self._hostname, self.protocol)

    def restart_over_tls(self) -> None:
        self.tls, self.client_name, self.transaction = True, None, None

    def answer(self, line: bytes) -> Answer:
        """`line` comes with its line end, which must be CR LF."""
        if len(line) > LONGEST_LINE:
            return self.mistake(LINE_TOO_LONG)
        if line[-2:] != b"\r\n" or _CONTROL.search(line, 0, len(line) - 2):
            return self.mistake(BAD_LINE)
        verb, _, argument = line[:-2].partition(b" ")
        handler = self.commands.get(verb.upper())
        if handler is None:
            return self.mistake(b"500 5.5.2 Unknown command")
        return handler(self, argument.strip())

    def mistake(self, reply: bytes) -> Answer:
        """A refusal that counts: who makes too many is sent away."""
        self._mistakes += 1
        return (reply, Step.GO_ON) if self._mistakes <= MAX_MISTAKES else (_NO_MORE, Step.HANG_UP)

    def content_replies(self, reply: bytes) -> bytes:
        """What is said after the content: here `reply`, once."""
        return reply

    def content_done(self) -> None:
        """The content was answered; the next transaction may begin."""
        self.transaction = None

    def on_helo(self, argument: bytes) -> Answer:
        if not argument:
            return self.mistake(b"501 5.5.4 Say who you are")
        self.client_name, self.transaction = argument[:_LONGEST_HELO].decode("utf-8", "replace"), None
        return b"250 " + self._hostname, Step.GO_ON

    def on_ehlo(self, argument: bytes) -> Answer:
        reply, step = self.on_helo(argument)
        if self.client_name is None or not argument:
            return reply, step
        offers = [b"SIZE %d" % self._max_message, b"8BITMIME", b"SMTPUTF8", b"PIPELINING"]
        if self._offers_tls and not self.tls:
            offers.append(b"STARTTLS")
        lines = [self._hostname, *offers]
        return b"".join(b"250-%s\r\n" % line for line in lines) + b"250 ENHANCEDSTATUSCODES", Step.GO_ON

    def on_mail(self, argument: bytes) -> Answer:
        if self.client_name is None or self.transaction is not None:
            return self.mistake(_ORDER)
        path = read_mail(argument)
        if isinstance(path, Refusal):
            return self.mistake(path.reply)
        if path.size > self._max_message:
            return TOO_BIG, Step.GO_ON
        if not self._limits.has_room(path.size):
            return NO_ROOM, Step.GO_ON
        self.transaction = Transaction(path.address, path.size, path.smtputf8)
        return b"250 2.1.0 OK", Step.GO_ON

    def on_rcpt(self, argument: bytes) -> Answer:
        if self.transaction is None:
            return self.mistake(_ORDER)
        path = read_rcpt(argument)
        if isinstance(path, Refusal):
            return self.mistake(path.reply)
        address = path.address
        if address == "postmaster":
            address = f"postmaster@{domain_of(self._mailbox.address)}"
        elif not self._mailbox.owns(address):
            return self.mistake(b"550 5.1.1 No such mailbox here")
        if len(self.transaction.rcpt_to) >= self._max_recipients:
            return b"452 4.5.3 Too many recipients", Step.GO_ON
        if address not in self.transaction.rcpt_to:
            self.transaction.rcpt_to.append(address)
        return b"250 2.1.5 OK", Step.GO_ON

    def on_data(self, argument: bytes) -> Answer:
        if argument:
            return self.mistake(b"501 5.5.4 DATA takes no argument")
        if self.transaction is None or not self.transaction.rcpt_to:
            return self.mistake(_ORDER)
        if not self._limits.has_room(max(1, self.transaction.size)):
            return NO_ROOM, Step.GO_ON
        return b"354 End with a dot on a line of its own", Step.READ_CONTENT

    def on_starttls(self, argument: bytes) -> Answer:
        if not self._offers_tls:
            return self.not_offered(argument)
        if self.tls:
            return self.mistake(_ORDER)
        if argument:
            return self.mistake(b"501 5.5.4 STARTTLS takes no argument")
        return b"220 2.0.0 Ready to start TLS", Step.START_TLS

    def on_rset(self, _argument: bytes) -> Answer:
        self.transaction = None
        return _OK, Step.GO_ON

    def on_noop(self, _argument: bytes) -> Answer:
        return _OK, Step.GO_ON

    def on_quit(self, _argument: bytes) -> Answer:
        return b"221 2.0.0 Goodbye", Step.HANG_UP

    def on_help(self, _argument: bytes) -> Answer:
        return b"214 2.0.0 See RFC 5321", Step.GO_ON

    def on_verify(self, _argument: bytes) -> Answer:
        return self.mistake(b"252 2.5.0 We do not say; send your mail and see")

    def not_offered(self, _argument: bytes) -> Answer:
        return self.mistake(b"502 5.5.1 Not offered here")

    def not_for_us(self, _argument: bytes) -> Answer:
        """What follows would be read as commands: content of BDAT, a browser's request made to speak SMTP."""
        return b"502 5.5.1 Not offered here, goodbye", Step.HANG_UP


COMMANDS: dict[bytes, Callable[[Dialogue, bytes], Answer]] = {
    b"EHLO": Dialogue.on_ehlo,
    b"HELO": Dialogue.on_helo,
    b"MAIL": Dialogue.on_mail,
    b"RCPT": Dialogue.on_rcpt,
    b"DATA": Dialogue.on_data,
    b"STARTTLS": Dialogue.on_starttls,
    b"RSET": Dialogue.on_rset,
    b"NOOP": Dialogue.on_noop,
    b"QUIT": Dialogue.on_quit,
    b"HELP": Dialogue.on_help,
    b"VRFY": Dialogue.on_verify,
    b"EXPN": Dialogue.not_offered,
    b"AUTH": Dialogue.not_offered,
    b"BDAT": Dialogue.not_for_us,
    b"GET": Dialogue.not_for_us,
    b"POST": Dialogue.not_for_us,
    b"CONNECT": Dialogue.not_for_us,
}
Dialogue.commands = COMMANDS
