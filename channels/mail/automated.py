"""Who wrote it, if not a person: a table of signals, asked in order, the first that holds decides.

Sources: RFC 3834 (Auto-Submitted), RFC 3464 and 6522 (multipart/report), RFC 5965 (ARF), RFC 8098 (read receipts),
RFC 2919 and 2369 (List-*), Microsoft's X-Auto-Response-Suppress, what vacation programs of the field send. Only
about two of three real bounces look as the RFC says, hence the senders and subjects.

    own        from one of our own addresses, or with a Message-ID of our making: we wrote it and it came back
    bounce     before auto_reply, since a delivery report is auto-submitted too
    list, bulk after auto_reply: an out-of-office that came through a list is an out-of-office

X-Auto-Response-Suppress alone makes a mail `bulk`: its sender asks for no automatic answer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from channels.mail.mime import Part
from domain.interaction import Automated
from domain.mailbox import Mailbox, without_tag

_OURS = re.compile(r"<balcao\.\d{1,12}\.[0-9a-f]{24}@[^<>@\s]+>", re.IGNORECASE)
_ROBOTS = re.compile(r"(?:mailer-daemon|mail-daemon|mail_daemon|postmaster-bounce)@.*|.*\+bounces?@.*", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver(?:able|ed)|delivery status notification|mail delivery (?:failed|subsystem|failure)"
    r"|returned mail|failure notice|n[aã]o (?:foi )?entreg(?:ue|ável)|falha (?:na|de) entrega|undelivered mail"
    r"|mensagem n[aã]o entregue|no se ha podido entregar|devoluci[oó]n de correo)",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"(?:auto(?:m[aá]tic[ao]?)?[ -]?(?:reply|response|resposta|respuesta)|automatic reply|resposta autom[aá]tica"
    r"|respuesta autom[aá]tica|out[ -]of[ -](?:the[ -])?office|fora do escrit[oó]rio|fuera de (?:la )?oficina"
    r"|aus[eê]ncia (?:tempor[aá]ria|autom[aá]tica)|estou (?:de f[eé]rias|ausente)|vacation reply|f[eé]rias:)",
    re.IGNORECASE,
)
_RECEIPT_SUBJECT = re.compile(r"(?:read|lida|lido|le[ií]do)\s*:|(?:confirma[cç][aã]o de leitura)", re.IGNORECASE)
_WORD_END = re.compile(r"[\s;(]")
_REPORTS_OF_DELIVERY = frozenset({"delivery-status", "delivery-status-notification"})
_REPORTS_BY_PEOPLE = frozenset({"disposition-notification", "feedback-report"})
_BULK = frozenset({"bulk", "junk"})
_SUPPRESSED = frozenset({"all", "autoreply", "oof"})
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation", "x-mail-autoreply")
_LIST_HEADERS = ("list-id", "list-post", "mailing-list", "x-mailing-list")
_BULK_HEADERS = ("list-unsubscribe", "feedback-id", "x-campaign-id", "x-mailchimp-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the signals look at. `envelope_sender` is '' for the null reverse path, None when no envelope is known."""

    mail: Part
    sender: str
    subject: str
    message_id: str | None
    envelope_sender: str | None
    mailbox: Mailbox

    def word(self, header: str) -> str:
        """A header's first word, lower-case: `auto-replied; …` → `auto-replied`."""
        value = self.mail.header(header)
        return _WORD_END.split(value[:200].lower(), maxsplit=1)[0] if value else ""

    @property
    def report(self) -> str:
        is_report = self.mail.content_type == "multipart/report"
        return self.mail.parameters.get("report-type", "unnamed").lower() if is_report else ""

    def has(self, *headers: str) -> bool:
        return any(header in self.mail.headers for header in headers)


Signal = tuple[Automated, str, Callable[[Evidence], object]]


def _is_ours(evidence: Evidence) -> bool:
    folded = without_tag(evidence.sender)
    mailbox = evidence.mailbox
    return folded == without_tag(mailbox.address) or folded in mailbox.recipients


def _suppresses(evidence: Evidence) -> bool:
    words = evidence.mail.header("x-auto-response-suppress")[:200].lower().replace(",", " ").split()
    return not _SUPPRESSED.isdisjoint(words)


def _null(evidence: Evidence) -> bool:
    return evidence.envelope_sender == ""


SIGNALS: tuple[Signal, ...] = (
    (Automated.OWN, "from our own address", _is_ours),
    (Automated.OWN, "our own Message-ID", lambda seen: _OURS.fullmatch(seen.message_id or "")),
    (Automated.BOUNCE, "delivery report", lambda seen: seen.report in _REPORTS_OF_DELIVERY),
    (Automated.BOUNCE, "from a mail daemon", lambda seen: _ROBOTS.fullmatch(seen.sender)),
    (Automated.BOUNCE, "X-Failed-Recipients", lambda seen: seen.has("x-failed-recipients")),
    (
        Automated.BOUNCE,
        "null sender, bounce subject",
        lambda seen: _null(seen) and _BOUNCE_SUBJECT.search(seen.subject),
    ),
    (Automated.AUTO_REPLY, "receipt or feedback report", lambda seen: seen.report in _REPORTS_BY_PEOPLE),
    (Automated.AUTO_REPLY, "Auto-Submitted", lambda seen: seen.word("auto-submitted") not in {"", "no"}),
    (Automated.AUTO_REPLY, "autoresponder header", lambda seen: seen.has(*_AUTO_HEADERS)),
    (Automated.AUTO_REPLY, "Precedence: auto_reply", lambda seen: seen.word("precedence") == "auto_reply"),
    (Automated.AUTO_REPLY, "out-of-office subject", lambda seen: _AWAY_SUBJECT.match(seen.subject)),
    (Automated.AUTO_REPLY, "read receipt subject", lambda seen: _RECEIPT_SUBJECT.match(seen.subject)),
    (Automated.BOUNCE, "other report", lambda seen: seen.report),
    (Automated.BOUNCE, "null sender", _null),
    (Automated.LIST, "list header", lambda seen: seen.has(*_LIST_HEADERS)),
    (Automated.LIST, "Precedence: list", lambda seen: seen.word("precedence") == "list"),
    (Automated.BULK, "Precedence", lambda seen: seen.word("precedence") in _BULK),
    (Automated.BULK, "bulk header", lambda seen: seen.has(*_BULK_HEADERS)),
    (Automated.BULK, "X-Auto-Response-Suppress", _suppresses),
)


def classify(evidence: Evidence) -> tuple[Automated, str | None]:
    """What the mail is, and the name of the signal that said so."""
    for automated, name, holds in SIGNALS:
        if holds(evidence):
            return automated, name
    return Automated.NONE, None
