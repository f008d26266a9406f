"""What a bounce says, recipient by recipient. Pure, bounded, never raises.

    message/delivery-status    RFC 3464: Postfix, Exchange 2007 and later, Gmail, Exim when asked for it, Yahoo, …
    anything else              the notice itself: its addresses, and the codes that follow each of them
                               (qmail, Exim, Domino, Exchange 2003, hosting companies' own wordings)

A notice without any word or code of failure reports nothing: a null sender alone may be an answering machine.
"""

import re
from collections.abc import Iterator

from channels.cleaning import clean_line
from channels.mail.automated_subjects import folded, is_delay, is_failure
from channels.mail.fields import Headers
from channels.mail.mime import Part, children, read_part
from domain.delivery import DeliveryAction, DeliveryReport
from domain.mailbox import fold_address

MAX_REPORTS = 50
_DEEPEST = 5
_LONGEST_NOTICE = 20_000
_LONGEST_REPORT = 200_000
_LONGEST_DIAGNOSTIC = 250
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_PARTS = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?:^[ \t>]*|[:(>#\"']\s?)([45]\d\d)(?=[ -]\D)", re.MULTILINE)
_MESSAGE_ID = re.compile(
    r"^[>\s]{0,8}message-id:\s*(<[^<>\s\x00-\x1f\x7f\ud800-\udfff]{1,400}>)", re.IGNORECASE | re.MULTILINE
)
_COPY = re.compile(
    r"^[ \t]*(?:-{2,}.{0,20}(?:below this line is a copy|this is a copy|original message|mensagem original"
    r"|mensaje original|returned message|message header|unsent message|undelivered message|c[oó]pia da mensagem).*"
    r"|(?:original message headers|cabe[cç]alhos? da mensagem original|original message follows).*"
    r"|(?:return-path|received|message-id):\s.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_FAILED_WORDS = re.compile(
    r"could not be delivered|couldn't be delivered|wasn't able to deliver|was not delivered|cannot be delivered"
    r"|undeliverable|delivery (?:has )?failed|permanent(?:ly)? (?:error|failure|fatal)|failed permanently|gave up"
    r"|user unknown|unknown user|no such user|does not exist|doesn't exist|not listed in|mailbox (?:is )?full"
    r"|over quota"
    r"|nao (?:pode|foi possivel|pode ser|foi) (?:ser )?(?:a )?entreg|falha (?:na|de) entrega|nao existe"
    r"|usuario (?:desconhecido|inexistente|invalido)|caixa (?:postal|de \S+) (?:esta )?(?:cheia|lotada|inexistente)"
    r"|destinatario (?:desconhecido|inexistente|invalido)|endereco (?:invalido|inexistente|nao encontrado)"
    r"|no (?:se )?(?:ha podido|pudo|puede) (?:ser )?entreg|usuario no existe|buzon lleno"
)
_DELAYED_WORDS = re.compile(
    r"this is a warning message only|(?:do|need) not (?:need to )?resend|no need to resend|still being retried"
    r"|will be retried"
    r"|will keep trying|keep trying|continue to try|will (?:also )?be retried|delivery attempts will continue"
    r"|has not yet been delivered|no action is required|nao (?:e necessario|precisa) reenvi|continua\w+ (?:a )?tent"
    r"|nova(?:s)? tentativa|ainda (?:nao )?foi entregue|sera tentad[ao] novamente|no (?:es necesario|necesita) reenviar"
)


def deliveries_of(mail: Part, subject: str, notice: str, own: frozenset[str]) -> tuple[DeliveryReport, ...]:
    """`notice` is the readable text of the bounce; `own` addresses are never recipients that failed."""
    structured = [report for part in _parts(mail, _STATUS_PARTS) for report in _of_status(part)]
    return tuple((structured or list(_of_notice(mail, subject, notice, own)))[:MAX_REPORTS])


def returned_ids(mail: Part, text: str) -> tuple[str, ...]:
    """The Message-IDs of the mail that came back: of the part that returns it, else as the text quotes its header."""
    found = []
    for part in _parts(mail, _RETURNED_PARTS):
        found += _MESSAGE_ID.findall(_text(part.content.lstrip(b"\n").partition(b"\n\n")[0]))[:1]
    if not found:
        copy = _COPY.search(text)
        found += _MESSAGE_ID.findall(text, copy.start() if copy else 0)[:1]
    return tuple(dict.fromkeys(found))


def _parts(part: Part, kinds: frozenset[str], depth: int = 0) -> Iterator[Part]:
    if part.content_type in kinds:
        yield part
    elif depth < _DEEPEST:
        for child in children(part):
            yield from _parts(child, kinds, depth + 1)


def _of_status(part: Part) -> Iterator[DeliveryReport]:
    """One block of fields for the message, then one for each recipient, with blank lines between them."""
    for block in re.split(r"\n[ \t]*\n", _text(part.content[:_LONGEST_REPORT]).replace("\r\n", "\n")):
        fields = read_part(block.strip("\n").encode("utf-8", "surrogateescape")).headers
        named = (_address(fields, name) for name in ("original-recipient", "final-recipient", "x-actual-recipient"))
        recipients = tuple(dict.fromkeys(filter(None, named)))
        if recipients:
            yield _report(fields, recipients)


def _report(fields: Headers, recipients: tuple[str, ...]) -> DeliveryReport:
    diagnostic = clean_line(_first(fields, "diagnostic-code").partition(";")[2], _LONGEST_DIAGNOSTIC)
    status = _STATUS.search(_first(fields, "status")) or _STATUS.search(diagnostic)
    code = status[1] if status else None
    word = _first(fields, "action").split(";")[0].strip().lower()
    if word in set(DeliveryAction):
        action = DeliveryAction(word)
    else:
        by_class = {"5": DeliveryAction.FAILED, "4": DeliveryAction.DELAYED, "2": DeliveryAction.DELIVERED}
        action = by_class.get((code or "5")[0], DeliveryAction.FAILED)
    return DeliveryReport(recipients=recipients, action=action, status=code, diagnostic=diagnostic)


def _of_notice(mail: Part, subject: str, notice: str, own: frozenset[str]) -> Iterator[DeliveryReport]:
    copy = _COPY.search(notice)
    told = notice[: min(copy.start() if copy else len(notice), _LONGEST_NOTICE)]
    words = folded(subject) + " " + _folded_text(told)
    named = [address for value in mail.headers.get("x-failed-recipients", ()) for address in _ADDRESS.findall(value)]
    delayed = is_delay(folded(subject)) or (_DELAYED_WORDS.search(words) is not None and not named)
    failed = named or is_failure(folded(subject)) or _FAILED_WORDS.search(words) or _permanent(told)
    if not delayed and not failed:
        return
    action = DeliveryAction.DELAYED if delayed else DeliveryAction.FAILED
    places = [(match[0], match.end()) for match in _ADDRESS.finditer(told)]
    ends = [start for _, start in places[1:]] + [len(told)]
    following: dict[str, str] = {}
    for (address, start), end in zip(places, ends, strict=False):
        folded_address = fold_address(address)
        following[folded_address] = following.get(folded_address, "") + told[start:end]
    for address in dict.fromkeys(map(fold_address, [*named, *following])):
        if address not in own:
            yield _told(address, following.get(address, "") or told, action)


def _told(address: str, words: str, action: DeliveryAction) -> DeliveryReport:
    status, code = _STATUS.search(words), _CODE.search(words)
    known = status[1] if status else f"{code[1][0]}.0.0" if code else None
    place = status or code
    line_start = words.rfind("\n", 0, place.start()) + 1 if place else 0
    diagnostic = clean_line(words[line_start:].lstrip(" >:\n\t"), _LONGEST_DIAGNOSTIC) if place else ""
    return DeliveryReport(recipients=(address,), action=action, status=known, diagnostic=diagnostic)


def _permanent(told: str) -> bool:
    return any(found.startswith("5") for found in (*_STATUS.findall(told), *_CODE.findall(told)))


def _address(fields: Headers, name: str) -> str | None:
    """`rfc822; ana@cliente.example` → `ana@cliente.example`; also `<…>` and a type that is missing."""
    found = _ADDRESS.search(_first(fields, name).rpartition(";")[2])
    return found[0] if found else None


def _first(fields: Headers, name: str) -> str:
    return fields.get(name, [""])[0]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _folded_text(text: str) -> str:
    return " ".join(folded(line) for line in text.splitlines())
