"""What the plain questions of triage.lint.meaning have to do with one another.

    a phrase brings its words along         `nota fiscal` stands there, so does `nota`
    a field has one value                   a contact comes by one medium, and by one of the four
    a number is in order                    at least 5 is at least 3
    an address has a domain                 ana@exemplo.com is in exemplo.com

Only what is certain for every message is taught: what is left out makes more seem possible than is.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import pairwise

import re2

from domain.mailbox import domain_of
from triage.calendars import Hours
from triage.lint.meaning import Answered, Has, Known, Reaches, Within, Yes
from triage.lint.solving import Solver
from triage.outline import Outline
from triage.patterns import Exact, Expression, Word, options
from triage.shouting import LOUD_PERCENT, LOUD_PERCENT_WITH_MARKS
from triage.sight import WORD_FIELDS, Pattern, value_text
from triage.vocabulary import CONDITIONS

MANY_VALUED = frozenset({"recipient", "attachment_name", "attachment_type"})
"""Fields that may have several values at once; every other one has one or none."""

CLOSED: Mapping[str, tuple[str, ...]] = {
    **{name: term.choices for name, term in CONDITIONS.items() if term.choices},
    "hours": tuple(map(str, Hours)),
}
"""Fields and questions that always have one of these answers."""

OF_ATTACHMENTS = frozenset({"attachment_name", "attachment_type", "attachment_size"})
ANY_LETTER = "\N{LATIN LETTER ALVEOLAR CLICK}"
"""A letter that no pattern holds: it stands for whatever may follow."""
ANYTHING = "\ue000"
_PLAIN_EXPRESSION = re.compile(r"(?:[^\\^$]|\\[dwsDWS.(){}\[\]*+?|/-])*")
"""An expression that asks nothing of what stands around it."""

Variables = Mapping[Hashable, int]


class Theory:
    """Knows the patterns of one rule file."""

    def __init__(self, outline: Outline) -> None:
        self._patterns = outline.eyes.patterns
        self._words = outline.eyes.words
        self._fields = {number: field for (field, _pattern), number in outline.numbers.items()}
        self._expressions_of: defaultdict[str, dict[int, Expression]] = defaultdict(dict)
        for (field, pattern), number in outline.numbers.items():
            if field and isinstance(pattern, Expression):
                self._expressions_of[field][number] = pattern
        self._brought: dict[int, frozenset[int]] = {}
        self._compiled: dict[str, re2._Regexp] = {}

    def teach(self, solver: Solver, variables: Variables) -> None:
        """Tell the solver how these atoms hang together."""
        families: defaultdict[type, list[Hashable]] = defaultdict(list)
        for atom in variables:
            families[type(atom)].append(atom)
        self._teach_patterns(solver, variables, families[Has])
        _teach_numbers(solver, variables, families)
        _teach_answers(solver, variables, families[Answered])
        _teach_attachments(solver, variables, families)
        _teach_loudness(solver, variables)

    def told_by(self, model: Mapping[Hashable, bool]) -> Callable[[Hashable], bool | None]:
        """Answers for a message of which this is known: it holds no words but those, and what they bring along."""
        words = {
            Has(atom.field, each)
            for atom, is_true in model.items()
            if is_true and isinstance(atom, Has) and atom.field in WORD_FIELDS
            for each in self.brings(atom.number)
        }

        def answer(atom: Hashable) -> bool | None:
            is_word = isinstance(atom, Has) and atom.field in WORD_FIELDS
            return model.get(atom, atom in words if is_word else None)

        return answer

    def brings(self, number: int) -> frozenset[int]:
        """The patterns of the same field that stand wherever this one stands, itself included."""
        if number not in self._brought:
            pattern = self._patterns[number]
            found = self._of_word(pattern) if isinstance(pattern, Word) else self._of_value(number, pattern)
            self._brought[number] = found | {number}
        return self._brought[number]

    def _of_value(self, number: int, pattern: Pattern) -> frozenset[int]:
        text = pattern.text if isinstance(pattern, Exact) else _with_anything(pattern)
        field = self._fields[number]
        if text is None or not field:
            return frozenset()
        return frozenset(each for each, one in self._expressions_of[field].items() if self._has(one, text))

    def _of_word(self, word: Word) -> frozenset[int]:
        found = self._words.match(word.text)
        if word.open_end:
            found &= self._words.match(word.text + ANY_LETTER)
        return frozenset(number for number in found if self._is_certain(word.text, self._patterns[number]))

    def _is_certain(self, text: str, pattern: Pattern) -> bool:
        """An expression may have matched because the text ends; what stands around it there is not known."""
        if not isinstance(pattern, Expression):
            return True
        found = self._search(pattern, text)
        inside = found is not None and found.start() > 0 and found.end() < len(text)
        return inside or _PLAIN_EXPRESSION.fullmatch(pattern.source) is not None

    def _teach_patterns(self, solver: Solver, variables: Variables, atoms: list[Hashable]) -> None:
        by_field: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for atom in atoms:
            assert isinstance(atom, Has)
            by_field[atom.field][atom.number] = variables[atom]
        for field, known in by_field.items():
            for number, variable in known.items():
                _teach_consequences(solver, variable, (known[each] for each in self.brings(number) & known.keys()))
            if field not in WORD_FIELDS:
                self._teach_values(solver, field, known)
        self._teach_domains(solver, by_field["sender"], by_field["sender_domain"])
        _teach_numbers_of_entries(solver, variables, by_field, self._patterns)

    def _teach_values(self, solver: Solver, field: str, known: Mapping[int, int]) -> None:
        exact = {number: pattern.text for number in known if isinstance(pattern := self._patterns[number], Exact)}
        if field not in MANY_VALUED:
            solver.at_most_one([known[number] for number in exact])
            for number in exact:
                misses = known.keys() & self._expressions_of[field].keys() - self.brings(number)
                _teach_consequences(solver, known[number], (-known[each] for each in misses))
        possible = CLOSED.get(field, ())
        if possible and set(possible) <= set(exact.values()):
            solver.clause(known[number] for number, text in exact.items() if text in possible)

    def _teach_domains(self, solver: Solver, senders: Mapping[int, int], domains: Mapping[int, int]) -> None:
        for sender, variable in senders.items():
            pattern = self._patterns[sender]
            text = pattern.text if isinstance(pattern, Exact) else _with_anything(pattern)
            if text is None or "@" not in text:
                continue
            domain = domain_of(text)
            for number, known in domains.items():
                if self._has(self._patterns[number], domain):
                    solver.clause((-variable, known))
                elif ANYTHING not in domain:
                    solver.clause((-variable, -known))

    def _has(self, pattern: Pattern, text: str) -> bool:
        if isinstance(pattern, Expression):
            return self._search(pattern, text) is not None
        return pattern.text == text

    def _search(self, expression: Expression, text: str) -> "re2._Match | None":
        if expression.source not in self._compiled:
            self._compiled[expression.source] = re2.compile(expression.source, options())
        return self._compiled[expression.source].search(text)


def _with_anything(pattern: Pattern) -> str | None:
    """What `*@exemplo.com` looks like with something that no pattern names in place of the star.

    A pattern that matches this matches whatever the star stands for. None for expressions of another kind.
    """
    source = pattern.source if isinstance(pattern, Expression) else ""
    if not (source.startswith("^") and source.endswith("$")):
        return None
    parts = source[1:-1].split(".*")
    plain = [re2.sub(r"\\(.)", r"\1", part) for part in parts]
    rebuilt = "^" + ".*".join(re2.escape(part) for part in plain) + "$"
    return ANYTHING.join(plain) if rebuilt == source and len(parts) > 1 else None


def _teach_consequences(solver: Solver, variable: int, consequences: Iterable[int]) -> None:
    for each in consequences:
        if each != variable:
            solver.clause((-variable, each))


def _teach_numbers(solver: Solver, variables: Variables, families: Mapping[type, list[Hashable]]) -> None:
    by_source: defaultdict[str, list[Reaches]] = defaultdict(list)
    for atom in families[Reaches]:
        assert isinstance(atom, Reaches)
        by_source[atom.source].append(atom)
    for source, reached in by_source.items():
        in_order = sorted(reached, key=lambda atom: (atom.least, atom.more))
        for lower, higher in pairwise(in_order):
            solver.clause((-variables[higher], variables[lower]))
        if known := variables.get(Known(source)):
            solver.clause((-variables[in_order[0]], known))
    within = [atom for atom in families[Within] if isinstance(atom, Within)]
    for inner in within:
        for outer in within:
            if inner != outer and inner.source == outer.source and outer.span.holds(inner.span):
                solver.clause((-variables[inner], variables[outer]))


def _teach_answers(solver: Solver, variables: Variables, atoms: list[Hashable]) -> None:
    by_question: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for atom in atoms:
        assert isinstance(atom, Answered)
        by_question[atom.question][atom.answer] = variables[atom]
    for question, answers in by_question.items():
        solver.at_most_one(list(answers.values()))
        possible = CLOSED.get(question.partition(" ")[0], ())
        if possible and set(possible) <= answers.keys():
            solver.clause(answers.values())


def _teach_attachments(solver: Solver, variables: Variables, families: Mapping[type, list[Hashable]]) -> None:
    """Where an attachment has a name, a type or a size, there is one."""
    at_least_one = variables.get(Reaches("attachment_count", 1, more=False))
    if at_least_one is None:
        return
    for atom in (*families[Has], *families[Within]):
        if (isinstance(atom, Has) and atom.field in OF_ATTACHMENTS) or (
            isinstance(atom, Within) and atom.source in OF_ATTACHMENTS
        ):
            solver.clause((-variables[atom], at_least_one))


def _teach_numbers_of_entries(
    solver: Solver, variables: Variables, by_field: Mapping[str, Mapping[int, int]], patterns: Mapping[int, Pattern]
) -> None:
    """A trait that is compared as a number here and as a value there: `75` is at least 60 wherever it is a number."""
    reached: defaultdict[str, list[Reaches]] = defaultdict(list)
    for atom in variables:
        if isinstance(atom, Reaches):
            reached[atom.source].append(atom)
    for field, known in by_field.items():
        source = field
        for number, variable in known.items():
            pattern = patterns[number]
            value = _number_in(pattern.text) if isinstance(pattern, Exact) else None
            silent = variables.get(Known(source))
            if isinstance(pattern, Exact) and value is None and silent:
                solver.clause((-variable, -silent))
            if value is None or not silent:
                continue
            for atom in reached[source]:
                passes = value > atom.least if atom.more else value >= atom.least
                solver.clause((-variable, -silent, variables[atom] if passes else -variables[atom]))


def _number_in(text: str) -> float | None:
    """The number that is shown as this text, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if value_text(number) == text else None


def _teach_loudness(solver: Solver, variables: Variables) -> None:
    shouting = variables.get(Yes("shouting"))
    for atom in variables if shouting else ():
        if isinstance(atom, Reaches) and atom.source == "capitals":
            if atom.least <= LOUD_PERCENT_WITH_MARKS and not atom.more:
                solver.clause((-(shouting or 0), variables[atom]))
            if atom.least >= LOUD_PERCENT:
                solver.clause((-variables[atom], shouting or 0))
