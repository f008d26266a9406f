"""What the rules see of one message: which patterns matched in which field, and numbers worked out on demand.

    Facts ─▶ each field that any rule asks for, folded and matched once ─▶ Sight ─▶ conditions

A field is where a word or value is looked for; its name is what a verdict shows as `where`.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from domain.facts import Facts
from domain.interaction import TraitValue
from domain.mailbox import domain_of, without_tag
from triage.contacts import Contacts
from triage.folding import fold, without_markup
from triage.matching import ValueMatcher, WordMatcher
from triage.patterns import Exact, Expression, Word
from triage.shouting import Loudness, loudness

Pattern = Word | Expression | Exact

WORD_FIELDS: Mapping[str, Callable[[Facts], str]] = {
    "subject": lambda facts: facts.subject,
    "text": lambda facts: facts.text,
    "sender_name": lambda facts: facts.sender_name,
}
"""Fields in which words are looked for."""

VALUE_FIELDS: Mapping[str, Callable[[Facts], Sequence[str]]] = {
    "sender": lambda facts: (facts.sender,),
    "sender_domain": lambda facts: (domain_of(facts.sender),) if "@" in facts.sender else (),
    "recipient": lambda facts: _with_and_without_tag(facts.recipients),
    "channel": lambda facts: (facts.channel,),
    "medium": lambda facts: (facts.medium,),
    "automated": lambda facts: (facts.automated,),
    "attachment_name": lambda facts: [file.name for file in facts.attachments],
    "attachment_type": lambda facts: [
        kind for file in facts.attachments for kind in (file.content_type, file.sniffed_type) if kind
    ],
    "contact_class": lambda facts: (facts.contact_class,) if facts.contact_class else (),
    "contact_plan": lambda facts: (facts.contact_plan,) if facts.contact_plan else (),
}
"""Fields that are compared whole."""

TRAIT, HEADER = "trait ", "header "
"""Field names of traits and header fields begin with these, so that a trait named `text` is no text."""
LABELS = "label "
"""Another way to write traits: the label `cliente` of an alert is the trait `label.cliente`."""

KEYED: Mapping[str, Callable[[Facts], Mapping[str, TraitValue]]] = {
    TRAIT: lambda facts: facts.traits,
    HEADER: lambda facts: facts.headers,
}
"""Fields that each have a name of their own, compared whole."""

_NOTHING: frozenset[int] = frozenset()
_LARGEST_SHOWN = 10**18


@dataclass(slots=True)
class Sight:
    """One message as seen through one rule set. `tags` grows while rules apply; `shown` remembers by field and
    pattern which words of the customer are shown for it, since several rules often rest on the same words."""

    facts: Facts
    matched: Mapping[str, AbstractSet[int]]
    folded: Mapping[str, str]
    tags: dict[str, None] = field(default_factory=dict)
    shown: dict[tuple[str, int], str] = field(default_factory=dict)
    _loudness: Loudness | None = None
    _united: dict[tuple[str, ...], AbstractSet[int]] = field(default_factory=dict)

    def matches(self, where: str) -> AbstractSet[int]:
        return self.matched.get(where, _NOTHING)

    def matches_in(self, wheres: tuple[str, ...]) -> AbstractSet[int]:
        """What matched in any of these fields; put together once, for most conditions ask for the same fields."""
        united = self._united.get(wheres)
        if united is None:
            united = self._united[wheres] = frozenset().union(*map(self.matches, wheres))
        return united

    @property
    def loudness(self) -> Loudness:
        if self._loudness is None:
            self._loudness = loudness(self.facts.subject, self.facts.text)
        return self._loudness


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Looks at facts with all patterns of a rule set. `patterns` are known by number, over all fields."""

    patterns: Mapping[int, Pattern]
    words: WordMatcher
    word_fields: tuple[str, ...]
    values: Mapping[str, ValueMatcher]
    keyed: Mapping[str, Mapping[str, ValueMatcher]]
    contacts: Contacts

    def look(self, facts: Facts) -> Sight:
        facts = self.contacts.introduce(facts)
        folded = {name: fold(WORD_FIELDS[name](facts)) for name in self.word_fields}
        matched: dict[str, AbstractSet[int]] = {name: self._words_in(text) for name, text in folded.items()}
        for name, matcher in self.values.items():
            if found := _union(matcher, VALUE_FIELDS[name](facts)):
                matched[name] = found
        for prefix, matchers in self.keyed.items():
            entries = KEYED[prefix](facts)
            for name in entries.keys() & matchers.keys():
                if fitting := matchers[name].match(value_text(entries[name])):
                    matched[prefix + name] = fitting
        return Sight(facts, matched, folded)

    def _words_in(self, folded: str) -> set[int]:
        """What stands in a text, also where signs of emphasis or tags come between the words of a phrase."""
        plain = without_markup(folded)
        found = self.words.match(folded)
        return found if plain is folded else found | self.words.match(plain)


def values_of(field_name: str, facts: Facts) -> Sequence[str]:
    """What the facts hold in a field that is compared whole; traits and header fields included."""
    prefix, space, name = field_name.partition(" ")
    if space:
        entries = KEYED[prefix + space](facts)
        return (value_text(entries[name]),) if name in entries else ()
    return VALUE_FIELDS[field_name](facts)


def value_text(value: TraitValue) -> str:
    """A trait value as rules write it: `false`, `75`, `2.5`, `vendas`."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case float() if value.is_integer() and abs(value) < _LARGEST_SHOWN:
            return str(int(value))
        case int() if abs(value) >= _LARGEST_SHOWN:
            return hex(value)
        case _:
            return str(value)


def _union(matcher: ValueMatcher, values: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for value in values:
        found |= matcher.match(value)
    return found


def _with_and_without_tag(addresses: Sequence[str]) -> list[str]:
    return [form for address in addresses for form in dict.fromkeys((address, without_tag(address)))]
