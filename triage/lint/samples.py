"""Messages made of a rule file's own words, to see what the rules do with them.

    what must be true and what must not ─▶ Draft ─▶ Facts

One that a rule decides proves that the rule can decide. That none was found proves nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import inf
from random import Random
from typing import Any

from domain.facts import AttachmentFacts, Facts
from triage.conditions import AllOf, Answer, AnyOf, Compared, Condition, Listed, Not, Number, Tagged, Truth
from triage.lint.meaning import SCALES, UNKNOWN_SCALE, Has, Reaches, Span, Within, Yes, span_of
from triage.lint.spelling import spelled
from triage.lint.theory import CLOSED
from triage.sight import KEYED, WORD_FIELDS, Pattern, Sight

FIRST = datetime(2026, 1, 5, 13, 0, tzinfo=UTC)
MOMENTS = tuple(FIRST + timedelta(hours=5 * number) for number in range(5 * 400))
"""More than a year in steps of five hours: every hour of the day on every day of the week, and every holiday."""
_FILE = AttachmentFacts(name="a.bin", content_type="application/octet-stream", size=1)
_WAYS = ("medium", "automated")
_LOUD = " AGORA MESMO POR FAVOR"


@dataclass(slots=True)
class Draft:
    """A message in the making: words pile up, the last value of anything else counts."""

    random: Random
    words: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, Any] = field(default_factory=dict)
    keyed: dict[str, dict[str, Any]] = field(default_factory=lambda: {prefix: {} for prefix in KEYED})
    files: list[dict[str, Any]] = field(default_factory=list)
    loud: bool = False
    amid: bool = False
    """Other words before and after: where a text begins and ends is chance."""
    marks: int = 0

    def put(self, name: str, pattern: Pattern) -> None:
        """Let `pattern` stand in the field `name`."""
        text = spelled(pattern, self.random)
        if text is None:
            return
        prefix, space, key = name.partition(" ")
        if name in WORD_FIELDS:
            self.words[name].append(text)
        elif space:
            self.keyed[prefix + space][key] = _typed(text)
        elif name in _PUT:
            _PUT[name](self, text)
        else:
            self.values[name] = text

    def number(self, source: str, value: Number) -> None:
        if source in _NUMBERS:
            _NUMBERS[source](self, value)
        else:
            prefix, space, key = source.partition(" ")
            self.keyed[prefix + space][key] = value

    def truth(self, name: str, wanted: bool) -> None:  # noqa: FBT001 - a value of the message
        if name == "shouting":
            self.loud = wanted
        else:
            self.values[name] = wanted

    def facts(self) -> Facts:
        texts = {name: self.random.choice((" ", ". ", "\n")).join(words) for name, words in self.words.items()}
        if self.amid:
            texts = {name: f"ei {text} viu" for name, text in texts.items()}
        text = texts.pop("text", "")
        text = text.upper() + _LOUD if self.loud else text
        values: dict[str, Any] = {"channel": "email", "medium": "mail", "occurred_at": FIRST, **self.values, **texts}
        return Facts(
            **values,
            text=text + "!" * self.marks,
            attachments=tuple(replace(_FILE, **file) for file in self.files),
            traits=self.keyed["trait "],
            headers=self.keyed["header "],
        )

    def come_otherwise(self) -> None:
        """Not as a first mail from a person, where nothing says how it comes."""
        for name in _WAYS:
            self.values.setdefault(name, self.random.choice(CLOSED[name]))
        self.values.setdefault("is_reply", self.random.random() < 0.5)

    def attach(self, **known: Any) -> None:
        self.files.append(known)

    def count_files(self, count: Number) -> None:
        del self.files[int(count) :]
        self.files.extend({} for _ in range(int(count) - len(self.files)))


_PUT: Mapping[str, Callable[[Draft, str], None]] = {
    "sender_domain": lambda draft, text: draft.values.update(sender=f"ana@{text}"),
    "recipient": lambda draft, text: draft.values.update(recipients=(*draft.values.get("recipients", ()), text)),
    "attachment_name": lambda draft, text: draft.attach(name=text),
    "attachment_type": lambda draft, text: draft.attach(content_type=text),
}
_NUMBERS: Mapping[str, Callable[[Draft, Number], None]] = {
    "attachment_count": lambda draft, number: draft.count_files(number),
    "attachment_size": lambda draft, number: draft.attach(size=int(number)),
    "capitals": lambda draft, number: setattr(draft, "loud", number > 0),
    "exclamations": lambda draft, number: setattr(draft, "marks", int(number)),
    "conversation_age": lambda draft, number: draft.values.update(conversation_age=float(number)),
    "message_count": lambda draft, number: draft.values.update(message_count=int(number)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """`conditions` are those of the rules by name; `givers` those of the rules that give a tag."""

    patterns: Mapping[int, Pattern]
    conditions: Mapping[str, Condition]
    givers: Mapping[str, list[Condition]]

    def message(self, rule: str, seed: int) -> Facts:
        """A message for which the rule may well apply; another one for each seed."""
        draft = Draft(Random(seed))  # noqa: S311 - the same samples every time
        self._settle(self.conditions[rule], draft, wanted=True, depth=0)
        if seed % 2:
            draft.come_otherwise()
        draft.amid = seed % 3 == 2
        return draft.facts()

    def from_atoms(self, atoms: Mapping[Hashable, bool]) -> Facts:
        """The message that these answers describe, as far as one can be written."""
        draft = Draft(Random(0))  # noqa: S311 - as above
        refused: defaultdict[str, set[str]] = defaultdict(set)
        reached: defaultdict[str, list[Span]] = defaultdict(list)
        for atom, is_true in atoms.items():
            match atom:
                case Has(name, number) if is_true:
                    draft.put(name, self.patterns[number])
                case Has(name, number) if name in _WAYS:
                    refused[name].add(getattr(self.patterns[number], "text", ""))
                case Yes(name):
                    draft.truth(name, is_true)
                case Within(source, span) if is_true:
                    reached[source].append(span)
                case Reaches(source, least, more):
                    span = Span(least=least, above=more) if is_true else Span(most=least, below=not more)
                    reached[source].append(span)
        for name, choices in refused.items():
            if left := [choice for choice in CLOSED[name] if choice not in choices]:
                draft.values.setdefault(name, left[0])
        for source, spans in reached.items():
            draft.number(source, number_in(_shared(spans), source))
        return draft.facts()

    def _settle(self, condition: Condition, draft: Draft, *, wanted: bool, depth: int) -> None:
        match condition:
            case Not(part):
                self._settle(part, draft, wanted=not wanted, depth=depth)
            case AllOf(parts) | AnyOf(parts):
                everyone = isinstance(condition, AllOf) is wanted
                for part in parts if everyone else draft.random.sample(parts, min(1, len(parts))):
                    self._settle(part, draft, wanted=wanted, depth=depth)
            case Listed(fields, numbers):
                self._list(draft, draft.random.choice(fields), numbers, wanted=wanted)
            case Compared():
                _pick_number(condition, draft, wanted=wanted)
            case Truth(name, _source, answer):
                draft.truth(name, answer is wanted)
            case Answer():
                _pick_moment(condition, draft, wanted=wanted)
            case Tagged(tags):
                found = [one for tag in sorted(tags) for one in self.givers.get(tag, ())]
                if wanted and found and depth < len(self.givers):
                    self._settle(draft.random.choice(found), draft, wanted=True, depth=depth + 1)

    def _list(self, draft: Draft, name: str, numbers: frozenset[int], *, wanted: bool) -> None:
        if wanted and numbers:
            draft.put(name, self.patterns[draft.random.choice(sorted(numbers))])
        elif name in CLOSED:
            refused = {getattr(self.patterns[number], "text", "") for number in numbers}
            if left := [choice for choice in CLOSED[name] if choice not in refused]:
                draft.values.setdefault(name, draft.random.choice(left))


def _pick_number(condition: Compared, draft: Draft, *, wanted: bool) -> None:
    span, source = span_of(condition.bounds), condition.field or condition.name
    number = number_in(span, source) if wanted else number_outside(span, source)
    if number is not None:
        draft.number(source, number)


def _pick_moment(condition: Answer, draft: Draft, *, wanted: bool) -> None:
    for moment in draft.random.sample(MOMENTS, len(MOMENTS)):
        facts = Facts(channel="", medium="", occurred_at=moment)
        if condition.holds(Sight(facts, {}, {})) is wanted:
            draft.values["occurred_at"] = moment
            return


def _shared(spans: Iterable[Span]) -> Span:
    shared = Span()
    for span in spans:
        least, above = max((shared.least, shared.above), (span.least, span.above))
        most, closed = min((shared.most, not shared.below), (span.most, not span.below))
        shared = Span(least, above, most, not closed)
    return shared


def number_in(span: Span, source: str) -> Number:
    scale = SCALES.get(source)
    least = max(span.least, scale.least) if scale else span.least
    if least == -inf:
        return span.most - 1 if span.below else span.most if span.most < inf else 0
    if not span.above or least != span.least:
        return least
    return least + 1 if span.most == inf or least + 1 < span.most else (least + span.most) / 2


def number_outside(span: Span, source: str) -> Number | None:
    """A number that the source may have and that does not lie in the span."""
    scale = SCALES.get(source, UNKNOWN_SCALE)
    below, above = span.least - 1, span.most + 1
    possible = [number for number in (0, below, above) if abs(number) < inf and scale.least <= number <= scale.most]
    return next((number for number in possible if not span.least <= number <= span.most), None)


def _typed(text: str) -> Any:
    """A trait as the channel would give it: `false` is no word."""
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isascii() and text.isdecimal() and text == str(int(text[:20])) else text
