"""What is new in a mail: its text without quoted history and signature.

A first simple cut. The text ends at the first of

    an attribution      "Em seg., 3 de mar. de 2026 às 10:12, Ana <a@b> escreveu:", "On … wrote:", on one to three lines
    a divider           "-----Mensagem original-----", "________" above a header block
    a header block      "De: …" followed by "Enviada em:", "Para:" or "Assunto:" (Outlook)
    a signature         "-- "

and loses lines that begin with ">". A forwarded mail is kept whole: what was forwarded is what it is about. When
nothing would be left, the whole text is the new text (dangers.md §6.7).
"""

import re
from collections.abc import Sequence

MAX_LINES = 5_000
_LONGEST_LINE = 300
_FROM_INITIALS = "DdFfVv*"
_TELLING_STARTS = frozenset(_FROM_INITIALS + "-_ \t")
_TELLING_ENDS = frozenset(": \t")
_ATTRIBUTION_LINES = 3
_ATTRIBUTION_START = re.compile(r"(?:em|no dia|a|on|el|le|am)\s.{0,280}", re.IGNORECASE)
_ATTRIBUTION_END = re.compile(
    r".*(?:\bescreveu|\bescribió|\bwrote|\ba écrit|\bschrieb)(?:\s[^:]{0,120})?\s?:\s*", re.IGNORECASE
)
_DIVIDER = re.compile(
    r"\s*-{2,}\s*(?:mensagem original|original message|mensaje original|mensagem anterior)\s*-{2,}\s*", re.IGNORECASE
)
_FORWARD = re.compile(
    r"\s*(?:-{2,}\s*(?:forwarded message|mensagem encaminhada|mensaje reenviado|e-?mail encaminhado)\s*-{2,}"
    r"|begin forwarded message:|in[ií]cio da mensagem (?:encaminhada|reenviada):)\s*",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|enc|encaminhad[ao]|rv|tr)\s*:", re.IGNORECASE)
_FROM_LINE = re.compile(r"\s*\*?(?:de|from|von)\s?:\*?\s+\S.*", re.IGNORECASE)
_HEADER_LINE = re.compile(
    r"\s*\*?(?:enviad[ao](?: em)?|enviado el|sent|date|data|fecha|para|to|assunto|subject|asunto)\s?:\*?\s+\S.*",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_-]{10,}\s*")
_DEVICE = re.compile(
    r"(?:enviad[ao] (?:do|da|pelo|pela|de) (?:meu|minha|mi|outlook|gmail|yahoo|iphone|android|samsung)\b.{0,80}"
    r"|sent from (?:my|outlook|mail for)\b.{0,80}|obter o outlook para .{0,40}|get outlook for .{0,40})",
    re.IGNORECASE,
)


def is_forward(subject: str) -> bool:
    return bool(_FORWARD_SUBJECT.match(subject[:_LONGEST_LINE]))


def new_text(text: str, subject: str = "") -> str:
    """The part of `text` its writer added; all of it when that cannot be told."""
    whole = text.strip()
    if is_forward(subject):
        return whole
    lines = text.split("\n", MAX_LINES)
    worth_a_look = (
        number
        for number, line in enumerate(lines)
        if line and (line[0] in _TELLING_STARTS or line[-1] in _TELLING_ENDS)
    )
    end = next((cut for number in worth_a_look if (cut := _cut_at(lines, number)) is not None), len(lines))
    if end < len(lines) and _FORWARD.fullmatch(lines[end][:_LONGEST_LINE]):
        return whole
    kept = [line for line in lines[:end] if not line.startswith(">")]
    return _without_device(kept) or whole


def _cut_at(lines: Sequence[str], number: int) -> int | None:
    """The line where history begins, if line `number` shows that it does. Looks closely at few lines only."""
    line = lines[number][:_LONGEST_LINE].strip()
    if not line or line[0] == ">":
        return None
    if line[-1] == ":":
        start = _attribution_start(lines, number)
        if start is not None:
            return start
    if line[0] in "-_" or line[-1] == ":":
        ends = line == "--" or _DIVIDER.fullmatch(line) or _FORWARD.fullmatch(line) or _is_header_block(lines, number)
        return number if ends else None
    return number if line[0] in _FROM_INITIALS and _is_header_block(lines, number) else None


def _attribution_start(lines: Sequence[str], number: int) -> int | None:
    """Line `number` ends with a colon: is it the end of "On … wrote:", begun here or up to two lines before?"""
    if not _ATTRIBUTION_END.fullmatch(lines[number][-_LONGEST_LINE:]):
        return None
    for start in range(number, max(-1, number - _ATTRIBUTION_LINES), -1):
        line = lines[start].strip()[:_LONGEST_LINE]
        joined = " ".join(lines[start : number + 1])
        if not line:
            return None
        if _ATTRIBUTION_START.match(line) and any(sign.isdigit() or sign == "@" for sign in joined):
            return start
    return None


def _is_header_block(lines: Sequence[str], number: int) -> bool:
    line = lines[number][:_LONGEST_LINE]
    if _RULE.fullmatch(line):
        following = next((at for at in range(number + 1, min(number + 4, len(lines))) if lines[at].strip()), None)
        return following is not None and _is_header_block(lines, following)
    if not _FROM_LINE.fullmatch(line):
        return False
    block = [later[:_LONGEST_LINE] for later in lines[number + 1 : number + 6]]
    return sum(bool(_HEADER_LINE.fullmatch(later)) for later in block) >= 2


def _without_device(lines: list[str]) -> str:
    """Without the telephone's advertisement at the end."""
    text = "\n".join(lines).strip()
    before, _, last = text.rpartition("\n")
    return before.strip() if _DEVICE.fullmatch(last.strip()[:_LONGEST_LINE]) else text
