"""Subjects by which a mail without any telling header is still known as a machine's: one table per kind.

Always at the very beginning, after `[EXTERNO]` tags of a gateway at most: "RE: Resposta automática: …" is a person.

    ANSWERS    names of automatic answers ("Resposta automática:"), before a colon sure, else as the next
    ABSENCES   what such an answer says ("Fora do escritório"): an end, a dash or a date must follow, and nothing that
               speaks of a problem: "Fora do escritório não consigo acessar" is a customer
    RECEIPTS   read receipts of programs that do not write multipart/report
    CHALLENGES of filters that want the sender to prove himself
    FAILURES   of delivery, DELAYS of it: only asked of mail that has other signs of a mail system

All are compared with the subject in small letters, without accents, with plain dashes and quotes.
"""

import re
import unicodedata

_LONGEST = 300
_PLAIN = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u00b4": "'", "\u00a0": " "})
_ANSWERS = (
    r"(?:yahoo! )?auto(?:matic|mated)?[ -]?(?:reply|response|respond(?:er)?|answer)",
    r"(?:e-?mail |mensagem (?:de )?)?auto[ -]?resposta",
    r"(?:mensagem de )?resposta[ -]automatica",
    r"(?:mensagem|resposta) automatica(?: de (?:ausencia|ferias))?|e-?mail automatico",
    r"(?:mensaje de )?respuesta[ -]automatica|contestacion automatica",
    r"automatische (?:antwort|e-?mail-antwort)|automatisch antwoord|automatisch",
    r"reponse automatique",
    r"risposta automatica",
    r"vacation (?:reply|response|message|notice)|holiday (?:reply|message)",
    r"(?:aviso|mensagem|notificacao|resposta|nota) de (?:ausencia|ferias)",
    r"(?:aviso|mensaje|nota) de (?:ausencia|vacaciones)",
    r"out[ -]of[ -](?:the[ -])?office (?:auto[ -]?reply|reply|response|message|notice|notification)",
    r"abwesenheits(?:notiz|nachricht|meldung|assistent)|message d'absence|messaggio di assenza",
)
_ABSENCES = (
    r"(?:estou |estarei |i am |i'm )?(?:currently )?out[ -]of[ -](?:the[ -])?office|ooo",
    r"(?:estou |estarei |ausente, )?fora d[aoe] (?:escritorio|gabinete|trabalho|empresa)",
    r"ausencia (?:temporaria|automatica|do escritorio|programada)",
    r"(?:estou |estarei )?(?:temporariamente )?ausente(?: d[oe] (?:escritorio|gabinete))?",
    r"(?:estou|estarei|i am|i'm|currently) (?:de|em|on|em gozo de) (?:ferias|licenca|vacation|holidays?|leave)",
    r"on vacation",
    r"(?:estoy |estare )?fuera de (?:la )?oficina|(?:estoy |estare )de vacaciones|ausencia temporal",
    r"(?:ich bin )?(?:abwesend|nicht im (?:buro|haus))|absen(?:t|ce) du bureau|(?:sono )?fuori (?:ufficio|sede)",
)
_RECEIPTS = (
    r"read|not read|read receipt|return receipt|displayed",
    r"(?:nao )?lid[ao]|(?:confirmacao|aviso|recibo|notificacao) de leitura",
    r"(?:no )?leid[oa]|confirmacion de lectura",
    r"(?:un)?gelesen|lesebestatigung|non lu|letto|non letto|conferma di lettura",
)
_CHALLENGES = (
    r".{0,80}\bverify#[\w-]{6,}",
    r"(?:please|kindly) (?:confirm|verify) (?:your|the) (?:message|mail)(?=\s*(?:$|[:(-]))",
    r".{0,60}\banti-?spam (?:uol|bol|terra|ig)\b",
    r"(?:confirmacao|confirme)\b.{0,60}\banti-?spam\b",
    r".{0,60}\b(?:spam ?arrest|spamblocker|tmda|boxtrapper|mailblocks)\b",
)
_FAILURES = (
    r"undeliver(?:able|ed)|undelivered mail|delivery status notification|delivery (?:has )?fail(?:ed|ure)",
    r"mail (?:delivery (?:failed|failure|system|subsystem|error|problem)|system error)|returned mail|failure notice",
    r"message (?:status|undeliverable|delivery failure)|non[- ]?delivery|could not (?:be delivered|send message)",
    r"nao (?:foi )?(?:possivel )?(?:a )?entreg(?:ar|a|ue|avel)|nao e possivel (?:a )?entrega",
    r"falha (?:na|de|no) (?:entrega|envio)|erro (?:na|de) entrega",
    r"mensagem nao entregue|(?:e-?mail|mensagem|correio) (?:devolvid|retornad)[oa]",
    r"devolucao de (?:e-?mail|mensagem|correio)",
    r"no se (?:ha podido|puede|pudo) entregar|correo (?:no entregado|devuelto)|devolucion de correo|error de entrega",
    r"unzustellbar|zustellung fehlgeschlagen|non remis|echec de (?:la )?remise|non recapitabile|mancata consegna",
)
_DELAYS = (
    r"delayed mail|delivery (?:status notification )?\(?delay(?:ed)?\)?|delivery status notification \(delay\)",
    r"(?:warning: )?(?:message|mail|could not send message).{0,60}(?:delayed|past \d+ hours|still being retried)",
    r"warning: (?:could not|message|mail|e-?mail) .{0,80}(?:delay|past|hours|retr)",
    r"(?:entrega|mensagem|envio) (?:em )?(?:atras(?:ad[ao]|o)|retardad[ao]|adiad[ao]|pendente)",
    r"atraso (?:na|de) entrega|entrega (?:retrasada|demorada|pospuesta)",
    r"retraso en la entrega|zustellung verzogert|remise differee",
)
_PROBLEM = re.compile(
    r"\?|\b(?:nao|sem|err[oa]\w*|problema|como|quando|precis\w+|consig\w+|acess\w+|vpn|ajuda|urgente|solicit\w+|duvida"
    r"|no puedo|necesito|acceso|can'?t|can ?not|how|need|unable|error|issue|help|request|policy|setup)\b"
)
_DAY = (
    r"(?:o |a |os |dia |el |the |next |proxim[ao] )?(?:\d|seg|ter|qua|qui|sex|sab|dom|mon|tue|wed|thu|fri|sat|sun"
    r"|lun|mar|mier|jue|vie|jan|ene|fev|feb|abr|apr|mai|may|jun|jul|ago|aug|set|sep|out|oct|okt|nov|dez|dec|dic"
    r"|amanh|tomorrow|manana)"
)
_ENDS = r"(?=\s*(?:$|[:\-|(\[!]))"
_UNTIL = (
    r"(?:ate|de|do|desde|a partir de|from|until|till|through|on|hasta|del|desde el|hasta el|bis|vom|ab|du|jusqu'au"
    r"|dal|fino al)"
)
_TAGS = r"\s*(?:\[[^\]]{1,40}\]\s*){0,3}"


def _beginning(expressions: tuple[str, ...], what_follows: str) -> re.Pattern[str]:
    return re.compile(rf"{_TAGS}(?:{'|'.join(expressions)}){what_follows}")


_ANSWER = _beginning(_ANSWERS, r"(?=\s*:)")
_ABSENCE = _beginning((*_ANSWERS, *_ABSENCES), rf"(?:{_ENDS}|(?=,? {_UNTIL} {_DAY}))")
_IN_BRACKETS = re.compile(rf"\s*\[(?:{'|'.join((*_ANSWERS, *_ABSENCES))})\]")
_HOLIDAYS = re.compile(
    r"(?:recesso|ferias|(?:annual )?leave|holidays?)(?: coletivas)?\s*[-:|(,].{0,40}"
    r"\b(?:retorn\w+|volt[oa]\w*|regress\w+|back (?:on|in)|return(?:ing)?)\b"
)
_LOTUS = re.compile(r"auto: .*\b(?:out of the office|returning|vacation|ausente|fora d|ferias|fuera de|retorn|volt)")
_RECEIPT = _beginning(_RECEIPTS, r"(?=\s*:)")
_CHALLENGE = _beginning(_CHALLENGES, "")
_FAILURE = _beginning(_FAILURES, "")
_DELAY = _beginning(_DELAYS, "")


def folded(subject: str) -> str:
    """Small letters without accents, plain dashes and quotes, one space between words."""
    plain = unicodedata.normalize("NFKD", subject[:_LONGEST].translate(_PLAIN)).casefold()
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def is_automatic_answer(subject: str) -> bool:
    """`subject` is folded, here and below."""
    if _ANSWER.match(subject) or _LOTUS.match(subject) or _IN_BRACKETS.match(subject):
        return True
    said = _ABSENCE.match(subject) or _HOLIDAYS.match(subject)
    return said is not None and not _PROBLEM.search(subject, said.end())


def is_receipt(subject: str) -> bool:
    return _RECEIPT.match(subject) is not None


def is_challenge(subject: str) -> bool:
    return _CHALLENGE.match(subject) is not None


def is_failure(subject: str) -> bool:
    return _FAILURE.match(subject) is not None


def is_delay(subject: str) -> bool:
    return _DELAY.match(subject) is not None
