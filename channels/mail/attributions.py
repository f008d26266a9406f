"""The sentence that a mail program writes above what it quotes, on one to four lines.

    date first     Em seg., 2 de mar. de 2026 às 10:22, Ana <ana@…> escreveu:      El lun, 2 mar 2026 … escribió:
    name first     Ana <ana@…> escreveu no dia segunda, 2/03/2026 à(s) 10:22:      Ana wrote on 3/2/2026 10:22 AM:
    no date        Ana Souza <ana@…> escreveu:
    no verb        2026-03-02 10:22 GMT-03:00 Ana <ana@…>:
    run in         On Mon, Mar 2, 2026 at 10:22 AM, Ana<ana@…> wrote:   what is quoted
    framed         ---- Em seg, 02 mar 2026 10:22:15 -0300 Ana <ana@…> escreveu ----

People write such sentences, too. One of theirs has no hour, no address and no line of quotation below, or begins
with "o gerente": without the marks of a machine it stays.
"""

import re
from collections.abc import Sequence

from channels.mail.lines import Lines, is_quoted

MOST_LINES = 4
_VERB = re.compile(
    r"\b(?:escreveu|escribio|wrote|a ecrit|schrieb|ha scritto|va escriure|schreef|skrev|napisal(?:\(a\))?"
    r"|enviou|sent|envio)\b"
)
_MONTHS = (
    "jan|feb|fev|ene|mar|apr|abr|may|mai|maio|jun|jul|aug|ago|sep|set|oct|out|okt|nov|dec|dez|dic|gen|mag|giu|lug|ott"
)
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.-]\d{1,2}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|o)?\.?,?\s+(?:de\s+)?(?:{_MONTHS})|\b(?:{_MONTHS})[a-z]{{0,8}}\.?\s+\d{{1,2}}\b"
)
_HOUR = re.compile(r"\b\d{1,2}(?:[:.]\d{2}|h\d{2}|h)(?!\d)")
_ADDRESS = re.compile(r"[<(\[]\s?[^<>()\[\]\s]*@[^<>()\[\]\s]*\s?[>)\]]|mailto:")
_RUN_IN = re.compile(r"\b(?:escreveu|escribio|wrote)\s?: {1,9}\S")
_CITING = re.compile(r"(?:citando|quoting|zitat von)\s.{2,200}:|[^:]{2,100}<[^<>\s]{1,100}@[^<>\s]{1,100}>\s?:")
_INTRODUCED = re.compile(
    r"[\W_]{0,6}(?:em|no dia|na|dia|on|el|le|am|il|op|as|a|den"
    r"|pa)\b[\s,]{1,3}(?:[a-z-]{1,14}[.,]{0,2}[\s,]{1,3}){0,3}\d"
)
_DATED = re.compile(r"[\W_]{0,6}(?:[a-z-]{2,14}[.,]{0,2}\s){0,2}\d")
_NAME_LAST = re.compile(r",\s*(?:\[?\"?)([^,<>:]{2,60}?)\"?\]?[\s,]*$")
_NO_NAMES_TABLE = """
    o a os as um uma the el la los las un una eu ele ela voce meu minha nosso nossa seu sua yo my our he she i we
"""
_NO_NAMES = frozenset(_NO_NAMES_TABLE.split())
_LONGEST_NAME = 6
_LONGEST = 600
_ENDING = " \t-*_>"


def may_end_attribution(lines: Lines, number: int) -> bool:
    """A cheap look that sorts out most lines."""
    last = lines.folded(number)
    return last.endswith("--") or last.rstrip(_ENDING).endswith(":") or bool(_RUN_IN.search(last))


def attribution_at(lines: Lines, number: int, *, answers: bool | None) -> int | None:
    """Where the attribution begins that ends on line `number`. `answers`: whether the mail is known to be a reply."""
    if not may_end_attribution(lines, number):
        return None
    if _is_run_in(lines.folded(number)):
        return number
    spans = _spans(lines, number)
    quotes = _is_quoted_below(lines, number)
    for begins in (_INTRODUCED, _DATED):
        for start, sentence in spans:
            if begins.match(sentence) and _date_first(sentence, quotes=quotes, answers=answers):
                return start
    for start, sentence in spans:
        if _name_first(sentence, quotes=quotes):
            return start
    return None


def _is_run_in(line: str) -> bool:
    """Yahoo's telephones write what they quote behind the colon, without a line end."""
    found = _RUN_IN.search(line)
    if found is None:
        return False
    sentence = line[: found.end()]
    machine = _DATE.search(sentence) and _HOUR.search(sentence) and _ADDRESS.search(sentence)
    return bool(_INTRODUCED.match(sentence) and machine)


def leads_in(lines: Lines, numbers: Sequence[int]) -> int:
    """How many of these last lines above a quotation are an attribution in whatever language.

    A machine's sentence: it ends with a colon and has an hour or an address besides a date, or ends with an address
    in angles, or says that it cites.
    """
    if not numbers or not lines.folded(numbers[-1]).rstrip(_ENDING).endswith(":"):
        return 0
    for count in range(1, min(MOST_LINES, len(numbers)) + 1):
        block = numbers[-count:]
        if block[-1] - block[0] != count - 1 or lines.is_blank(block[0]):
            return 0
        sentence = " ".join(map(lines.folded, block))[:_LONGEST]
        if _DATE.search(sentence) and (_HOUR.search(sentence) or _ADDRESS.search(sentence)):
            return count
        if count == 1 and _CITING.fullmatch(sentence):
            return 1
    return 0


def _spans(lines: Lines, number: int) -> list[tuple[int, str]]:
    """The line by itself, with the one above, and so on up to a blank or quoted one."""
    spans = []
    sentence = ""
    for start in range(number, max(-1, number - MOST_LINES), -1):
        if lines.is_blank(start) or is_quoted(lines.written[start]):
            break
        sentence = f"{lines.folded(start)} {sentence}".strip()[-_LONGEST:]
        spans.append((start, sentence))
    return spans


def _is_quoted_below(lines: Lines, number: int) -> bool:
    below = lines.next_speaking(number + 1)
    return below is not None and is_quoted(lines.written[below])


def _date_first(sentence: str, *, quotes: bool, answers: bool | None) -> bool:
    verb = _VERB.search(sentence)
    if verb is None:
        return sentence.rstrip(_ENDING).endswith(">:") and bool(_DATED.match(sentence) and _ADDRESS.search(sentence))
    before, after = sentence[: verb.start()], sentence[verb.end() :].strip(" :*-,_>")
    if not _DATE.search(before) or (len(after.split()) > _LONGEST_NAME and not _ADDRESS.search(after)):
        return False
    if _ADDRESS.search(sentence) or quotes:
        return True
    if answers is False or not _HOUR.search(before):
        return False
    named = _NAME_LAST.search(before)
    return named is not None and _is_name(named[1])


def _name_first(sentence: str, *, quotes: bool) -> bool:
    verb = _VERB.search(sentence)
    if verb is None:
        return False
    name, rest = _ADDRESS.sub("", sentence[: verb.start()]), sentence[verb.end() :]
    if not _is_name(name.strip(' \t"-') or "x") or any(sign.isdigit() for sign in name):
        return False
    addressed = bool(_ADDRESS.search(sentence[: verb.start()]))
    if _DATE.search(rest):
        return addressed or quotes or bool(_HOUR.search(rest))
    framed = sentence.startswith("--") and sentence.endswith("--")
    return (addressed or quotes or framed) and not rest.strip(" :*-,_>")


def _is_name(text: str) -> bool:
    words = text.split()
    return 0 < len(words) <= _LONGEST_NAME and words[0] not in _NO_NAMES
