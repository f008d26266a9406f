"""What stands at the end of a mail without anybody having written it: a paragraph of machines and lawyers.

    the device        "Enviado do meu iPhone", "Obter o Outlook para Android", "Sent from Yahoo Mail"
    the virus scanner "Livre de vírus. www.avast.com"
    the list          "Você recebeu esta mensagem porque está inscrito no grupo …"
    the printer       "Antes de imprimir, pense no meio ambiente"
    the lawyer        "Esta mensagem … confidencial … destinatário …": a text that speaks of itself, in legal words

A customer may write any of these words. A footer is a whole paragraph, at the end, and nothing but that.
"""

import re

import re2

LONGEST_FOOTER = 6_000
_DEVICES = (
    "iphone|ipad|ios|android|samsung|galaxy|outlook|yahoo|gmail|hotmail|motorola|moto|xiaomi|redmi|poco|huawei|nokia"
    "|lg|sony|xperia|blackberry|windows|smartphone|celular|telefone|telemovel|movil|mobile|cellphone|phone|tablet"
    "|dispositivo|device|aparelho|proton ?mail|proton|spark|bluemail|blue mail|zimbra|mailbird|aqua mail|tutanota"
    "|uol|bol|terra|ig|zoho|thunderbird|mac|macbook|k-9|fairemail|edison|webmail|em client|airmail|icloud"
)
_OWN = "meu |minha |mi |my |seu |um |uma |an? |the |o |app |aplicativo |aplicaci?on ||correo |e-?mail |mail |para |for "
_DEVICE = re.compile(
    rf"[-_*\s]*(?:(?:mensagem |e-?mail |mensaje )?(?:enviad[oa]|escrit[oa]|mandad[oa]) "
    rf"(?:do|da|de|desde|pelo|pela|com|con|no|via|usando|atraves d[oae]|a partir d[oae])"
    rf"|sent (?:from|with|via|using|by)|written (?:on|from))\s+(?:{_OWN}){{0,4}}(?:{_DEVICES})\b"
    rf"(?:[^.,;!?]{{0,50}})[.!]?(?:\s*[,.;(-]?\s*(?:desculp|excus|perdo|please|por favor|favor|secure"
    rf"|e-?mail segur).{{0,120}})?"
    rf"(?:\s*\(?(?:https?://|www\.)\S*)?"
    rf"|(?:obter|obtenha|obtener|obten|descarga|descargar|baixar|baixe|get) (?:o |el )?"
    rf"(?:outlook|yahoo|bluemail|spark|proton|gmail)\b.{{0,60}}"
    rf"|yahoo (?:mail|e-?mail)\s?: .{{0,60}}"
)
_SCANNER = re.compile(
    r"[-_\s]*(?:\[[^\]]{0,60}\]\s*)?(?:livre de virus|virus[- ]?free|libre de virus|sem virus)[.,]?"
    r"(?:\s*\[?(?:https?://)?(?:www\.)?\S+)?[.\s]*(?:<#\S{0,80}>)?[.\s]*"
    r"|[-_\s]*(?:\[[^\]]{0,60}\]\s*)?(?:est[ea]|ess[ea]|o|a|this|the|el) (?:e-?mail|mensagem|message|mensaje|correo)\b"
    r".{0,40}(?:verificad|escanead|analizad|analisad|comprobad|examinad|checked|scanned|livre|free)\w*.{0,60}"
    r"(?:virus|avast|avg|kaspersky|mcafee|mailscanner).{0,250}"
)
_LIST = re.compile(
    r"(?:[-_]{2,}\s*)?(?:(?:you (?:are receiving|have received|receive|received)|voce (?:recebeu|recebe|esta recebendo)"
    r"|recebeu|recibio|recibiste|usted recibio|has recibido|ha recibido|esta recibiendo)"
    r" (?:this|est[ae]|essa|esse) (?:message|e-?mail|mensagem|mensaje|correo)\b.{0,20} (?:because|porque|pois)\b.*"
    r"|(?:to unsubscribe|to stop receiving|para cancelar (?:a |sua |esta )?(?:inscricao|assinatura)"
    r"|para deixar de receber|para anular la suscripcion|para darse de baja)\b[^?]*(?:@|https?://|www\.)[^?]*"
    r"|\S{1,60} mailing list\b.{0,300}|lista de (?:discussao|correo|distribuicao)\b[^?]*(?:@|https?://)[^?]*)"
)
_PRINTER = re.compile(
    r".{0,60}\b(?:antes de imprimir|(?:think|consider).{0,40}before.{0,20}print\w*|before printing"
    r"|consider the environment|pense no meio[- ]ambiente|respons\w+ (?:com|social e) .{0,20}meio[- ]ambiente"
    r"|piense en el medio ambiente)\b.{0,250}"
)
_ABOUT_ITSELF = re.compile(
    r"(?:\W{0,5}(?:aviso|nota|termo|clausula|declaracao|importante|disclaimer|confidential\w*"
    r"|confidencialidad\w*|legal notice"
    r"|notice|advertencia)\b.{0,100})?"
    r".{0,40}\b(?:est[ae]s?|as|a|os|o|esse|this|the|la|el|any|informacoes) "
    r"(?:mensage[mn]s?|mensaje|e-?mails?|correo(?: electronico)?|message|communication|comunicac\w+"
    r"|transmission|transmissao"
    r"|informac\w+ (?:contid|transmitid|contenid|incluid)\w*|information (?:contained|in"
    r"|transmitted)|conteudo d|contenido de"
    r"|contents of)\b"
)
_IF_YOU_ARE_NOT = re.compile(
    r"\W{0,3}(?:se|caso|if|si|in case|en caso)\b.{0,80}\b(?:destinat|recipient|recebeu|recebi"
    r"|received|recibi|engano|erro)"
)
_LEGAL = tuple(
    re.compile(words)
    for words in (
        r"confiden[ct]i|sigil|privileg|reservad|proprietary",
        r"destinatari|recipient|addressee|a quem se destina|dirigid[ao]|intended for|enderecad",
        r"uso exclusivo|exclusiv|solely|only for|unicamente|legal|\blei\b|\blaw\b|\bley\b|lgpd|rgpd|gdpr",
        r"proibid|prohib|vedad|nao autoriza|unauthori[sz]ed|no autorizad|forbidden|divulg|disclos|\bcop(?:ia|y)",
        r"\berro\b|engano|\berror\b|equivoca|mistake|apag|elimin|delet|destru|notif|avis[ae]|responsab|liabil",
    )
)
_BEGINNING = re.compile(
    r"[-_*\s\[]*(?:enviad|escrit|mandad|sent\b|written|obte|descarg|baix|get\b|yahoo|mensagem enviad|livre de|virus"
    r"|libre de|sem virus"
    r"|(?:est[ea]|ess[ea]|this|the|any|las?|os?|as?|el) (?:e-?mail|mens|mess|correo|com|info|conte|trans)"
    r"|you |voce rece|receb|recib|has rec|to (?:un|stop)|para (?:cancelar|deixar|anular|darse)|lista de"
    r"|\S{1,60} mailing"
    r"|antes de|please|think|before|aviso|nota|confiden|legal|disclaimer|clausula|advert|termo|informac|important)"
)
_SIGNS = re2.compile(
    r"(?:enviad|escrit|mandad)[oa] (?:d|p|con|com|no|via|usando|atraves|a partir)|sent (?:from|with|via|using|by)"
    r"|written (?:on|from)|outlook|yahoo|bluemail|spark|proton|gmail"
    r"|virus|avast|avg|kaspersky|mcafee|mailscanner"
    r"|rece[bi]\w* (?:this|est|ess)|recib\w* (?:this|est|ess)|mailing list|lista de|unsubscribe|stop receiving"
    r"|inscricao|assinatura|deixar de receber|suscripcion|darse de baja"
    r"|antes de imprimir|before|consider|pense no meio|respons\w+ (?:com|social)|piense en"
    r"|\baviso\b|confiden|legal notice|disclaimer|clausula|advertencia|important notice|termo de"
    r"|sigil|privileg|reservad|proprietary|destinatari|recipient|addressee|a quem se destina|dirigid|intended for"
    r"|enderecad|proibid|prohib|vedad|nao autoriza|no autorizad|unauthori|forbidden|divulg|disclos|\bcop(?:ia|y)"
)
"""A word without which nothing is a footer; of the lawyers' words one of the first, second and fourth kind, since
three kinds of five are needed."""
_HEADING = re.compile(
    r"\W*(?:aviso(?: legal| de confidencialidade| de privacidad\w*| de confidencialidad)?|nota de confidencialidade?"
    r"|confidencialidade?|(?:confidentiality|legal) (?:notice|note|disclaimer)|disclaimer"
    r"|clausula de confidencialidade?"
    r"|advertencia legal|termo de confidencialidade|informacao confidencial|important notice)\W*"
)


def may_hold_footer(text: str) -> bool:
    """Whether a word stands in this folded text without which nothing is a footer. Cheap, for long paragraphs."""
    return _SIGNS.search(text) is not None


def is_device_line(paragraph: str) -> bool:
    return len(paragraph) <= 200 and bool(_DEVICE.fullmatch(paragraph))


def is_footer(paragraph: str) -> bool:
    """`paragraph`: folded, its lines joined by spaces."""
    if len(paragraph) > LONGEST_FOOTER:
        return False
    return (
        is_device_line(paragraph)
        or bool(_LIST.fullmatch(paragraph))
        or (len(paragraph) <= 500 and bool(_SCANNER.fullmatch(paragraph)))
        or (len(paragraph) <= 400 and bool(_PRINTER.fullmatch(paragraph)))
        or bool(_HEADING.fullmatch(paragraph))
        or _is_legal(paragraph)
    )


def may_begin_footer(line: str) -> bool:
    """A cheap look at the first words of a line in the middle of a paragraph."""
    return bool(_BEGINNING.match(line))


def _is_legal(paragraph: str) -> bool:
    about_itself = len(paragraph) >= 60 and _ABOUT_ITSELF.match(paragraph[:200])
    if not about_itself and not _IF_YOU_ARE_NOT.match(paragraph[:200]):
        return False
    return sum(bool(words.search(paragraph)) for words in _LEGAL) >= 3
