"""What mail programs put above a quoted or forwarded mail: a divider, a block of header fields, or both.

    -----Mensagem original-----            De: Ana <ana@…>             ________________________________
    De: Ana <ana@…>                        Enviada em: segunda…        De: Ana <ana@…>
    Enviada em: …                          Para: …                     Enviado: …
    ---------- Forwarded message ----      Assunto: …                  ##- Digite sua resposta acima desta linha -##

Forms that people fill in look alike ("De: São Paulo / Para: Rio / Data: 10/03"). A block is one when it says who
sent it and two more fields, and has what only mail has: an address, "Enviada em", or a subject and a date with an hour,
which a letter on paper ("De: … Para: … Data: 10/03/2025 Assunto: rescisão") has not.
"""

import re
from enum import Enum

from channels.mail.lines import LONGEST_LINE, Lines


class Divider(Enum):
    HISTORY = "history"
    FORWARD = "forward"
    ANSWER_ABOVE = "answer above"


_ORIGINAL = re.compile(
    r"[-=_*#<>\s]{2,}+(?:(?:e-?mail|mensagem|mensaje|message|correo|messaggio|nachricht|compromisso|missatge)\s"
    r"(?:original|originale|anterior|de origem|d'origine)|(?:original|previous|ursprungliche|reply)\s"
    r"(?:message|e-?mail|nachricht|appointment))\s*[-=_*#<>\s]{2,}+(?:(?:de|from|data|date)\s?:.*)?"
)
_FORWARDED = re.compile(
    r"[-=_*<\s]{2,}+.{0,60}\b(?:encaminhad|reencaminhad|forwarded|reenviad|repassad|weitergeleitet|transfere|inoltrat)"
    r".{0,120}[-=_*>\s]{2,}"
    r"|(?:begin forwarded message|(?:inicio|comeco) da mensagem (?:encaminhada|reenviada|reencaminhada)"
    r"|inicio del mensaje reenviado|debut du message (?:reexpedie|transfere))\s?:?"
    r"|[-=]{3,}\s*(?:encaminhad[oa]|repassad[oa]|reenviad[oa]|forwarded)\s(?:por|by)\b.{0,160}"
)
_ANSWER_ABOVE = re.compile(
    r"[-=#*_~\s]{0,20}+(?:please |por favor,? |favor )?(?:"
    r"(?:type|write|enter|add|put)?\s?(?:your )?(?:reply|respond|response|answer|type"
    r"|write)\b.{0,30}\babove (?:this|the) line"
    r"|(?:digite|escreva|responda|insira|coloque|deixe)\b.{0,40}\bacima d(?:esta|essa|a) linha"
    r"|(?:escrib[ae]|respond[ae]|introduzca|ponga)\b.{0,40}\b(?:por )?(?:encima|arriba) de (?:esta|la) linea"
    r")\b.{0,30}"
)
_FIELDS_TABLE = {
    "from": "de, from, von, remetente, da",
    "to": "para, to, an, a, destinatario, destinatarios, cc, cco, bcc, c/c, com copia, com copia para, copia",
    "sent": "enviada em, enviado em, enviada, enviado, enviadas, enviados, enviada a, enviado a, enviado el, "
    "enviada el, enviado as, enviada as, enviado a(s), sent, sent on, sent at, gesendet, envoye, envoye le, inviato",
    "date": "data, date, fecha, data de envio, data/hora, datum",
    "subject": "assunto, subject, asunto, betreff, objet, oggetto",
    "other": "anexo, anexos, attachment, attachments, adjunto, adjuntos, datos adjuntos, importancia, importance, "
    "prioridade, priority, prioridad, responder a, responder para, reply-to, reply to, organizacao, organization, "
    "em nome de, on behalf of, categorias",
}
_FIELDS = {name: field for field, names in _FIELDS_TABLE.items() for name in names.split(", ")}
_FIELD_ENDS = " *_|\t"
_LONGEST_NAME = 30
_MOST_LINES = 20
_MOST_CONTINUED = 4
_FRAMES = tuple("-=_*#<~")
_RULE = re.compile(
    r"[-_=*~\s]{3,}|[-=_*#<>]{2,}+.{0,60}[-=_*#<>]{2,}|(?:mensagem|mensaje|message)? ?original(?: message)?:?"
)
_ADDRESS = re.compile(r"\S@\S|mailto:")
_HOUR = re.compile(r"\b\d{1,2}(?:[:.]\d{2}|h\d{0,2})\b")
_FRAMED_BY_ARROWS = re.compile(r">{2,} ?[^>].{0,200}\d[/.-]\d{1,2}[/.-]\d{2,4},? .{0,12}\d{1,2}[:.]\d{2}.{0,12} >{2,}")


def divider_at(lines: Lines, number: int) -> Divider | None:
    """What kind of divider stands on line `number`, if any."""
    if is_header_block(lines, number):
        return Divider.HISTORY
    line = lines.folded(number)
    if is_framed_by_arrows(lines, number):
        return Divider.HISTORY
    if _FORWARDED.fullmatch(line):
        return Divider.FORWARD
    if lines.written[number].lstrip()[:1] in _FRAMES and _ORIGINAL.fullmatch(line):
        return Divider.HISTORY
    return Divider.ANSWER_ABOVE if _ANSWER_ABOVE.fullmatch(line) else None


def is_rule(line: str) -> bool:
    """Whether a folded line only separates: dashes, underscores, or words between them."""
    return bool(_RULE.fullmatch(line))


def is_framed_by_arrows(lines: Lines, number: int) -> bool:
    """GroupWise's line, which begins like a quotation: `>>> Ana <ana@…> 10/03/2025 09:12 >>>`."""
    return lines.written[number].startswith(">>") and bool(_FRAMED_BY_ARROWS.fullmatch(lines.folded(number)))


def has_field(lines: Lines, number: int) -> bool:
    return _field(lines, number) is not None


def is_header_block(lines: Lines, number: int) -> bool:
    if not has_field(lines, number):
        return False
    found = _fields(lines, number)
    sender = found.get("from")
    if sender is None:
        return False
    addressed = bool(_ADDRESS.search(sender) or _ADDRESS.search(found.get("to", "")))
    if "sent" in found and any(sign.isdigit() for sign in found["sent"]) and (addressed or "to" in found):
        return True
    dated = {"subject", "to", "date"} <= found.keys() and bool(_HOUR.search(found["date"]))
    return (addressed or "sent" in found or dated) and len(found.keys() & {"to", "sent", "date", "subject"}) >= 2


def _fields(lines: Lines, number: int) -> dict[str, str]:
    """The fields from line `number` on, each with its value; long values may go on, single blank lines may stand."""
    found: dict[str, str] = {}
    continued = 0
    for at in range(number, min(number + _MOST_LINES, len(lines))):
        field = _field(lines, at)
        if field:
            name, value = field
            found[name] = f"{found.get(name, '')} {value}"
            continued = 0
        elif lines.is_blank(at):
            if at + 1 >= len(lines) or not _field(lines, at + 1):
                break
        elif continued == _MOST_CONTINUED:
            break
        else:
            continued += 1
    return found


def _field(lines: Lines, number: int) -> tuple[str, str] | None:
    name, colon, value = lines.folded(number)[:LONGEST_LINE].partition(":")
    field = _FIELDS.get(name.strip(_FIELD_ENDS)) if colon and len(name) <= _LONGEST_NAME else None
    return (field, value) if field else None
