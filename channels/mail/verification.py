"""Mail by which a third party wants to know whether an address is read: "confirm your e-mail", "your code is 123456".

Whoever can make such a mail reach a ticket he may read takes the support address for his own (the ticket trick, 2017:
sign up elsewhere with the company's support address, or with the address of one's own ticket). A mail is one if

    it shows a link or a code, is no reply or forward, and
    two of these hold:  its subject asks · its text asks · a machine wrote it

What asks is a table of phrases in Portuguese, English and Spanish, looked for in folded text.
"""

import re
import unicodedata

import re2

from channels.mail.mime import Part
from channels.mail.parts import Contents
from domain.interaction import Automated, Party

LONGEST_LOOKED_AT = 6_000
_ANSWER = re.compile(r"\s*(?:re|res|rv|fw|fwd|enc|ref|tr|aw)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_ADDRESS = (
    r"(?:e-?mail|mail|endereco|direccion|correo|conta|cuenta|account|address|cadastro|inscricao|registro|registration"
    r"|sign-?up|identity|identidade|identidad|subscription|login|acesso|dispositivo|device)"
)
_ASK = r"(?:confirm\w*|verif\w*|valid\w*|activat\w*|ativ\w*|activ\w*|autentic\w*|authenticat\w*)"
_CODE = r"(?:code|codigo|pin|passcode|otp|token|senha|contrasena|password)"
_KIND = (
    r"(?:verific\w*|confirm\w*|seguranca|seguridad|security|acesso|access|acceso|login|log-?in|sign-?in|ativacao"
    r"|activacion|activation|autenticacao|autenticacion|authentication|unic[oa]|one-time|single-use|temporari[oa])"
)


def _any_of(*expressions: str) -> "re2._Regexp":
    return re2.compile("|".join(f"(?:{expression})" for expression in expressions))


_LINK_OR_CODE = _any_of(
    r"https?://",
    r"\b\d{4,8}\b",
    r"\b\d{3}[- ]\d{3}\b",
    r"\b[a-z]{0,8}\d[a-z0-9]{3,9}\b",
    r"\b[a-z0-9]{3,5}-[a-z0-9]{3,5}\b",
)
_SUBJECT = _any_of(
    rf"{_ASK}(?: \w+){{0,4}} {_ADDRESS}\b",
    rf"{_ADDRESS} (?:verification|confirmation|activation|verify)",
    rf"{_CODE}(?: \w+){{0,2}} {_KIND}\b",
    rf"{_KIND} {_CODE}\b",
    rf"\b(?:your|seu|sua|tu) (?:\w+ ){{0,3}}{_CODE}\b",
    rf"\b{_CODE}(?: is|:| e:?)? ?\d{{4,8}}\b",
    r"\b\d{4,8} (?:is your|e o seu|es tu)\b",
    r"magic link|link magico|enlace magico",
    r"you(?:'ve| have) been invited|invit\w+ (?:you )?to join|te invito a unirte|convite para (?:participar|entrar)",
    r"(?:complete|finish) (?:your|setting up|signing up)|conclua (?:o )?seu cadastro|completa tu registro",
    r"password reset|reset your password|redefin\w+ (?:de |da |a |sua )*senha|restablec\w+ (?:de |la |tu )*contrasena",
)
_TEXT = _any_of(
    # English
    r"(?:click|tap|press|follow|use|visit|open)(?: \w+){0,6} (?:link|button|url|address)(?: \w+){0,4} (?:to|and)"
    r" (?:\w+ )?(?:confirm|verify|activate|complete|validate|sign|log|accept|reset|join)",
    rf"(?:confirm|verify|activate|validate) your(?: \w+){{0,3}} {_ADDRESS}\b",
    rf"(?:enter|use|type|copy|insert|is)(?: \w+){{0,5}} {_CODE}\b",
    r"if you (?:did not|didn'?t) (?:request|sign|create|register|make|ask|initiate)",
    # Portuguese
    r"(?:clique|toque|acesse|use|abra|siga)(?: \w+){0,6} (?:link|botao|endereco)(?: \w+){0,4} (?:para|e) (?:\w+ )?"
    "(?:confirm|verific|ativ|valid|conclu|complet|finaliz|entrar|aceitar|redefin)",
    rf"(?:confirme|verifique|valide|ative)(?: \w+){{0,2}} (?:seu|sua|este|esse|esta)(?: \w+){{0,3}} {_ADDRESS}\b",
    rf"(?:digite|informe|insira|use|utilize|introduza)(?: \w+){{0,5}} {_CODE}\b",
    r"se (?:voce )?nao (?:foi voce|solicitou|pediu|criou|se cadastrou|fez)",
    r"caso (?:voce )?nao tenha (?:solicitado|feito|criado)",
    # Spanish
    r"(?:haz|haga|pulsa|pulse)(?: clic)?(?: \w+){0,6} (?:enlace|boton)",
    rf"(?:confirma|verifica|valida|activa)(?: \w+){{0,2}} tu(?: \w+){{0,3}} {_ADDRESS}\b",
    rf"(?:introduce|introduzca|ingresa|ingrese|escribe|utiliza)(?: \w+){{0,5}} {_CODE}\b",
    r"si no (?:has |ha )?(?:solicitaste|solicitado|pediste|pedido|creaste|creado|fuiste tu)",
    # All
    rf"{_KIND} {_CODE}\b",
    rf"{_CODE}(?: \w+){{0,2}} {_KIND}\b",
    "(?:code|link|codigo|enlace) (?:will expire|expires|expira|caduca|vence|e valido|is valid|valido por)",
)
_ROBOT = re.compile(
    r"(?:(?:no|do-?not|dont|nao)[-_.]?(?:reply|responda|responder|response)|verif\w*|confirm\w*|accounts?|account-?\w+"
    r"|security|seguranca|seguridad|notif\w*|notify|mailer|auto\w*|signup|register|registration|welcome|invit\w*|alerts?"
    r"|system|bot|activation|login|auth\w*|otp|feedback|team)(?:[-_.+].*)?@.*",
    re.IGNORECASE,
)
_SENT_BY_A_SERVICE = (
    "list-unsubscribe", "feedback-id", "x-ses-outgoing", "x-mailgun-sid", "x-sg-eid", "x-mandrill-user",
    "x-pm-message-id", "x-sfmc-stack", "x-msfbl", "x-entity-ref-id", "x-auto-response-suppress", "auto-submitted",
)  # fmt: skip
_SPACE = re.compile(r"\s+")


def asks_to_verify(mail: Part, sender: Party, subject: str, contents: Contents, automated: Automated) -> bool:
    """`subject` as decoded, `sender` the one identity."""
    if automated in {Automated.BOUNCE, Automated.OWN} or _ANSWER.match(subject):
        return False
    machine = (
        automated is not Automated.NONE
        or bool(_ROBOT.fullmatch(sender.address))
        or any(header in mail.headers for header in _SENT_BY_A_SERVICE)
    )
    in_subject = bool(_SUBJECT.search(_folded(subject)))
    if not (machine or in_subject):
        return False
    body = _folded(contents.text[:LONGEST_LOOKED_AT])
    if not _LINK_OR_CODE.search(body) and not _LINK_OR_CODE.search(_folded(subject)):
        return False
    return (in_subject and machine) or ((in_subject or machine) and bool(_TEXT.search(body)))


def _folded(text: str) -> str:
    """Small letters without accents, one space between words, so that phrases need one spelling."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPACE.sub(" ", letters.replace("\u2019", "'").replace("\u2011", "-"))
