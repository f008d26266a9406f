"""What is new in a mail: its text without quoted history and signature.

    text ─▶ lines ─▶ which are history?  ─▶ regions of new lines ─▶ each without its signature ─▶ new text
    html ─▶ marks ──┘  attributions.py        signatures.py, footers.py
    (html_history.py)  dividers.py

    an attribution over lines with ">"     those lines go, what stands between and below them stays (answers in place)
    an attribution over anything else      everything below goes
    a divider, a block of header fields    everything below goes
    lines with ">", lines the HTML quotes  they go
    a forward                              the whole text is new: what was forwarded is what the mail is about
    nothing left                           the whole text is new (dangers.md §6.7)

In a mail that answers nothing, a mail below its own words was put there by hand: it is a forward, too.
Precision goes first: a line leaves only for a reason named here, and `text_full` has them all.
"""

import re
from collections.abc import Sequence

from channels.mail.attributions import attribution_at, leads_in, may_end_attribution
from channels.mail.dividers import Divider, divider_at, has_field, is_framed_by_arrows, is_rule
from channels.mail.html_history import Mark, marks_of
from channels.mail.lines import LONGEST_LINE, Lines, is_quoted
from channels.mail.signatures import only_devices, without_signature

_TAGS = r"(?:\s*\[[^\]]{0,60}\]\s*|\s*\([^)]{0,30}\)\s*)*"
_FORWARD_SUBJECT = re.compile(
    rf"{_TAGS}\s*(?:fwd?|enc|encam|encaminhad[ao]|encaminhamento|rv|reenv|reenviado|tr|wg)\s*(?:\[\d+\])?\s*:",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    rf"{_TAGS}\s*(?:re|res|resp|resposta|aw|sv|antw|odp|ref|r)\s*(?:\[\d+\]|\(\d+\))?\s*:", re.IGNORECASE
)
_OUR_NUMBER = re.compile(r"\[#\d+\]")
_TELLING_STARTS = frozenset("-_=#*~>")
_TELLING_ENDS = frozenset(":-*_>")
_TELLING_SIGNS = _TELLING_STARTS | _TELLING_ENDS
_TELLING_TAILS = ("linha", "line", "linea", "línea")
_LONGEST_FIELD = 40
_SHORTEST_WRAPPED = 60
_QUOTED_WITHIN = 12
_MOST_LOOKS = 1_000


def is_forward(subject: str) -> bool:
    return bool(_FORWARD_SUBJECT.match(subject[:LONGEST_LINE]))


def is_answer(subject: str, *, refers: bool) -> bool | None:
    """Whether a mail answers one before it. None: it says nothing either way."""
    subject = subject[:LONGEST_LINE]
    if refers or _REPLY_SUBJECT.match(subject) or _OUR_NUMBER.search(subject):
        return True
    return False if subject.strip() else None


def new_text(text: str, subject: str = "", html: str = "", *, refers: bool = False, sender_name: str = "") -> str:
    """The part of `text` its writer added; all of it when that cannot be told.

    `html` is the same mail as HTML, as it came, if it has any. `refers`: its header names a mail it answers.
    """
    whole = text.strip()
    if is_forward(subject):
        return whole
    lines = Lines(text)
    marks = marks_of(html, lines) if html else ()
    reading = _Reading(lines, marks, answers=is_answer(subject, refers=refers))
    if not reading.divide():
        return whole
    regions = [region for region in reading.regions if not all(map(lines.is_blank, region))]
    if all(only_devices(lines, region) for region in regions):
        return whole
    unsigned = [_unmarked(region, marks) for region in regions]
    for place in {0, len(regions) - 1} if regions else ():
        unsigned[place] = without_signature(lines, unsigned[place], sender_name)
    if sum(map(len, unsigned)) == len(lines):
        return whole
    return _text(lines, unsigned) or _text(lines, regions) or whole


def _unmarked(region: Sequence[int], marks: Sequence[Mark | None]) -> Sequence[int]:
    return [at for at in region if marks[at] is not Mark.SIGNATURE] if marks else region


def _text(lines: Lines, regions: Sequence[Sequence[int]]) -> str:
    numbers: list[int] = []
    for region in regions:
        start = 0
        while start + 1 < len(region) and lines.is_blank(region[start]) and lines.is_blank(region[start + 1]):
            start += 1
        numbers.extend(region[start:])
    return "\n".join(lines.written[at] for at in numbers).strip()


def _telling(lines: Lines) -> list[int]:
    """The lines at which there may be a boundary or a quotation: a cheap look that leaves most of them out."""
    if not any(sign in lines.text for sign in _TELLING_SIGNS) and "lin" not in lines.text.lower():
        return []
    return [
        at
        for at, written in enumerate(lines.written)
        if (line := written.strip())
        and (
            line[0] in _TELLING_STARTS
            or line[-1] in _TELLING_ENDS
            or ":" in line[:_LONGEST_FIELD]
            or line[-7:].lower().endswith(_TELLING_TAILS)
        )
    ]


class _Reading:
    """One pass over the lines. `regions` are the runs of line numbers that are new."""

    def __init__(self, lines: Lines, marks: Sequence[Mark | None], *, answers: bool | None) -> None:
        self.regions: list[list[int]] = [[]]
        self._lines = lines
        self._marks = marks
        self._answers = answers
        self._looks_left = _MOST_LOOKS
        stops = _telling(lines)
        self._telling = frozenset(stops)
        self._stops = [] if marks else stops[::-1]

    @property
    def _region(self) -> list[int]:
        return self.regions[-1]

    def divide(self) -> bool:
        """False: it is a forward, and all of it counts."""
        at = 0
        while at < len(self._lines):
            plain = self._plain_until(at)
            if plain > at:
                self._region.extend(range(at, plain))
                at = plain
                continue
            seen = None
            if self._is_quoted(at):
                at = self._after_quotation(at)
                continue
            if at in self._telling:
                seen = self._boundary(at)
            if seen is Divider.FORWARD and len(self.regions) == 1:
                return False
            if seen is None or seen is Divider.FORWARD:
                self._region.append(at)
                at += 1
                continue
            resumed = self._first_quoted_below(at)
            self._end_region()
            if resumed is None:
                return True
            at = resumed
        return True

    def _is_quoted(self, at: int) -> bool:
        if self._marks and self._marks[at] is Mark.QUOTED:
            return True
        if not is_quoted(self._lines.written[at]) or is_framed_by_arrows(self._lines, at):
            return False
        return not self._is_pasted(at)

    def _is_pasted(self, at: int) -> bool:
        """Lines with ">" that a mail which answers nothing announces with a colon: a path of menus, a prompt."""
        if self._answers is not False or not self._region or self._marks:
            return False
        above = next((line for line in reversed(self._region) if not self._lines.is_blank(line)), None)
        if above is None:
            return False
        return self._lines.folded(above).endswith(":") or (above == at - 1 and is_quoted(self._lines.written[above]))

    def _plain_until(self, at: int) -> int:
        """The first line from `at` on that may be a boundary or quoted. HTML marks may be on any line."""
        if self._marks:
            return at
        while self._stops and self._stops[-1] < at:
            self._stops.pop()
        return self._stops[-1] if self._stops else len(self._lines)

    def _boundary(self, at: int) -> Divider | None:
        start = self._attribution(at)
        if start is not None:
            while self._region and self._region[-1] >= start:
                self._region.pop()
            return Divider.HISTORY
        seen = divider_at(self._lines, at)
        if seen is Divider.HISTORY and self._answers is False:
            return Divider.FORWARD
        return seen

    def _attribution(self, at: int) -> int | None:
        """A text of nothing but false attributions is not worth the time."""
        if self._looks_left == 0 or not may_end_attribution(self._lines, at):
            return None
        self._looks_left -= 1
        return attribution_at(self._lines, at, answers=self._answers)

    def _first_quoted_below(self, at: int) -> int | None:
        """Where answers may stand among quoted lines; None when all below the boundary is history."""
        for below in range(at + 1, min(at + _QUOTED_WITHIN, len(self._lines))):
            if self._is_quoted(below):
                return below
            if not self._lines.is_blank(below) and not has_field(self._lines, below):
                return None
        return None

    def _after_quotation(self, at: int) -> int:
        self._end_region()
        while at < len(self._lines):
            following = at + 1
            if not self._is_quoted(at) and not self._is_rest_of_quoted(at):
                break
            at = following
        self.regions.append([])
        return at

    def _is_rest_of_quoted(self, at: int) -> bool:
        """The end of a long quoted line that was broken in two on its way: the second half lost its sign."""
        if at + 1 >= len(self._lines) or self._lines.is_blank(at):
            return False
        above, line, below = (self._lines.written[number] for number in (at - 1, at, at + 1))
        return is_quoted(above) and is_quoted(below) and len(above) >= _SHORTEST_WRAPPED and line[:1].islower()

    def _end_region(self) -> None:
        """History begins: what leads in to it goes, too."""
        region = self._region
        self._drop_rules(region)
        for _ in range(leads_in(self._lines, region)):
            region.pop()
        self._drop_rules(region)

    def _drop_rules(self, region: list[int]) -> None:
        while region and (self._lines.is_blank(region[-1]) or is_rule(self._lines.folded(region[-1]))):
            region.pop()
