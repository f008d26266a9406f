"""Who a mail is from, said again at its end, cut off so that rules do not read it.

    "-- "                 everything below, when it is short; "--" and "---" only above lines of a visiting card
    a closing             "Atenciosamente," "Att." "Abs," "Saludos," and the block of name, post and telephone below
    thanks                "Obrigado," the same, but only with a name below: alone it is what somebody wanted to say
    the sender's name     alone on a line as the From header spells it, above lines of a visiting card
    a footer              see footers.py; cut from the end, one paragraph after the other

A block is left where a line in it may be meant: a question, a sentence, a postscript, a number somebody asked for
(an order, a contract, a CPF). What a region consists of entirely is no signature: "Obrigado, Ana" is an answer.
"""

import re
from collections.abc import Sequence

from channels.mail.footers import LONGEST_FOOTER, is_device_line, is_footer, may_begin_footer, may_hold_footer
from channels.mail.lines import LONGEST_LINE, Lines, fold_characters

_MOST_BELOW_DASHES = 25
_MOST_BELOW_CLOSING = 14
_MOST_FOOTER_LINES = 40
_FEW_LINES = 6
_MOST_CUTS = 12
_STRONG = (
    r"atenciosamente|att(?:e|s)?|at\.te|atc|cordialmente|(?:cordiais )?saudacoes(?: cordiais)?|sds|abs|abcs|abracos?"
    r"|(?:um )?(?:grande |forte )?abracos?|respeitosamente|(?:com )?(?:os )?(?:meus |nossos )?(?:melhores |cordiais )?"
    r"cumprimentos|cumps|cpts|bjs|beijos?|(?:with )?(?:best|kind|warm|kindest|many)? ?regards|best wishes|best|rgds"
    r"|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|cheers|(?:reciba )?(?:un "
    r"|muchos )?(?:cordial(?:es)? )?saludos?"
    r"(?: cordial(?:es)?| atentos?)?|(?:un )?(?:fuerte )?abrazos?|(?:muy )?atentamente|bom trabalho"
)
_THANKS = (
    r"(?:muito |muitissimo |desde ja |antecipadamente |fico |mto |e |many |muchas |mil )*"
    r"(?:obrigad[oa]s?|grat[oa]s?|agradecid[oa]s?|agradeco|obg|vlw|thanks|thank you|thx|gracias)"
    r"(?: (?:desde ja|antecipadamente|pela atencao|pela ajuda|in advance|de antemao|de antemano|a todos|very much"
    r"|so much|por su atencion|por la atencion|pela compreensao|mais uma vez|pelo retorno))*"
)
_CLOSING = re.compile(
    rf"(?:{_THANKS}[\s,.;!]{{0,3}}(?:e )?)?(?P<strong>{_STRONG})(?:\s?[/|]\s?(?:{_STRONG}|{_THANKS}))?"
    r"[\s,.;:!-]*(?P<name>\S.{0,40})?"
    rf"|{_THANKS}(?P<comma>[\s,.;:!-]*)(?P<named>\S.{{0,40}})?"
)
_CONTACT = re.compile(
    r"@|https?:|www\.|\d{4,}|\||\b(?:tel|fone|fax|cel|ramal|whats|cep|cnpj|rua|av|phone|mobile|movil)\b"
)
_MEANT = re.compile(
    r"\?|^(?:p\.? ?s\b|obs\b|nota\b|segue|favor|por favor|aguard|preciso|gostaria|quero|se puder|nao "
    r"|estou|please|i |we )"
    r"|\b(?:cpf|rg|pedido|protocolo|contrato|nota fiscal|nf-?e?|boleto|matricula|ticket|chamado|nif|dni"
    r"|order|invoice|codigo)\b"
)
_NAME = re.compile(r"[^\W\d_]\S*")
_CONNECTORS = frozenset({"de", "da", "do", "dos", "das", "e", "del", "la", "y", "van", "von", "di"})
_NO_NAMES_TABLE = """
    aguardo aguardando obrigado obrigada grato grata att urgente sim nao ok valeu segue favor bom boa por para no na em
    mas atenciosamente que se eu nos meu minha quero preciso gostaria please thanks yes no gracias si fico qualquer
    conto espero
"""
_NO_NAMES = frozenset(_NO_NAMES_TABLE.split())
_DASHES = frozenset({"--", "- --", "---"})
_LONGEST_CARD_LINE = 120
_MOST_WORDS = 9
_A_SENTENCE = 5
_LONGEST_NAME = 40


def without_signature(lines: Lines, region: Sequence[int], sender_name: str = "") -> Sequence[int]:
    """The line numbers of `region`, which nobody quoted, without what only says who wrote it."""
    kept = _without_blanks_at_end(lines, region)
    for _ in range(_MOST_CUTS):
        shorter = _without_footer(lines, kept)
        if shorter is kept:
            shorter = _without_card(lines, kept, sender_name)
        if len(shorter) == len(kept):
            break
        kept = _without_blanks_at_end(lines, shorter)
    return kept


def only_devices(lines: Lines, region: Sequence[int]) -> bool:
    """Whether nothing is said but what a telephone says by itself."""
    return all(lines.is_blank(at) or is_device_line(lines.folded(at)) for at in region)


def _without_blanks_at_end(lines: Lines, region: Sequence[int]) -> Sequence[int]:
    end = len(region)
    while end and (lines.is_blank(region[end - 1]) or lines.written[region[end - 1]].strip() in _DASHES):
        end -= 1
    return region[:end]


def _without_footer(lines: Lines, region: Sequence[int]) -> Sequence[int]:
    """Without its last paragraph, or its last line, if that is a footer; the same region if not."""
    start = len(region)
    while start and not lines.is_blank(region[start - 1]) and len(region) - start <= _MOST_FOOTER_LINES:
        start -= 1
    if start == len(region) or (len(region) - start > _FEW_LINES and not _may_hold_footer(lines, region[start:])):
        return region
    if is_footer(_joined(lines, region[start:])):
        return region[:start]
    for first in range(start + 1, len(region)):
        if may_begin_footer(lines.folded(region[first])) and is_footer(_joined(lines, region[first:])):
            return region[:first]
    return region


def _may_hold_footer(lines: Lines, numbers: Sequence[int]) -> bool:
    return may_hold_footer(fold_characters("\n".join([lines.written[at][:LONGEST_LINE] for at in numbers])))


def _joined(lines: Lines, numbers: Sequence[int]) -> str:
    return " ".join(map(lines.folded, numbers))[: LONGEST_FOOTER + 1]


def _without_card(lines: Lines, region: Sequence[int], sender_name: str) -> Sequence[int]:
    name = " ".join(sender_name.lower().split())
    dashes = _below_dashes(lines, region, name)
    if dashes is not None:
        return region[:dashes]
    speaking = 0
    for place in range(len(region) - 1, -1, -1):
        if lines.is_blank(region[place]):
            continue
        speaking += 1
        if speaking > _MOST_BELOW_CLOSING:
            break
        if _is_closing(lines, region, place) or _is_sender(lines, region, place, name):
            return region[:place]
        if not _is_card_line(lines, region[place]):
            break
    return region


def _below_dashes(lines: Lines, region: Sequence[int], name: str) -> int | None:
    """Where the dashes stand that a signature is below."""
    if "--" not in lines.text:
        return None
    below: list[int] = []
    for place in range(len(region) - 1, -1, -1):
        written = lines.written[region[place]]
        if written.strip() in _DASHES:
            return place if _is_signed(lines, written, below[::-1], name) else None
        if not lines.is_blank(region[place]):
            below.append(region[place])
        if len(below) > _MOST_BELOW_DASHES:
            return None
    return None


def _is_signed(lines: Lines, dashes: str, below: Sequence[int], name: str) -> bool:
    """`-- ` is a signature's mark by RFC 3676; with its space lost, or one dash more, people write it, too."""
    if any(_MEANT.search(lines.folded(at)) for at in below):
        return False
    if dashes.endswith("-- "):
        return True
    if dashes.strip() == "---" and not (below and _says_name(lines, below[0], name)):
        return False
    return all(_is_card_line(lines, at) for at in below)


def _is_closing(lines: Lines, region: Sequence[int], place: int) -> bool:
    """A closing, and nothing but a visiting card below it: the caller has seen those lines."""
    line = lines.folded(region[place])
    match = _CLOSING.fullmatch(line) if len(line) <= 120 else None
    if match is None:
        return False
    written = lines.written[region[place]].strip(" \t*_")
    trailing = match["name"] or match["named"]
    if trailing and not is_name(written[-len(trailing) :]):
        return False
    if match["strong"]:
        return True
    below = next((at for at in region[place + 1 :] if not lines.is_blank(at)), None)
    if below is None:
        return bool(trailing) or "," in (match["comma"] or "")
    return is_name(lines.written[below])


def _is_sender(lines: Lines, region: Sequence[int], place: int, name: str) -> bool:
    if not _says_name(lines, region[place], name):
        return False
    below = [at for at in region[place + 1 :] if not lines.is_blank(at)]
    return any(_CONTACT.search(lines.folded(at)) for at in below)


def _says_name(lines: Lines, number: int, name: str) -> bool:
    return " " in name and " ".join(lines.written[number].lower().split()).strip("*_,.") == name


def _is_card_line(lines: Lines, number: int) -> bool:
    line = lines.folded(number)
    if len(lines.written[number]) > _LONGEST_CARD_LINE * 2 or len(line) > _LONGEST_CARD_LINE or _MEANT.search(line):
        return False
    words = line.split()
    if len(words) >= _A_SENTENCE and lines.written[number].islower() and not _CONTACT.search(line):
        return False
    few = len(words) <= _MOST_WORDS and all(len(word) <= _LONGEST_NAME for word in words)
    return few or bool(_CONTACT.search(line))


def is_name(text: str) -> bool:
    """`Ana de Souza`: every word but the connecting ones with a capital, none of them a word that ends letters."""
    words = text.strip(" \t*_,.!-\"'").split()
    if not 1 <= len(words) <= 6:
        return False
    folded_words = [word.lower().strip(",.()") for word in words]
    if folded_words[0] in _NO_NAMES:
        return False
    return all(
        _NAME.match(word) and (word[:1].isupper() or low in _CONNECTORS)
        for word, low in zip(words, folded_words, strict=True)
    )
