"""Is there any message for which all of this is true? Asked of logic, answered yes, no, or "too hard to say".

    clauses              at least one literal of each must be true
    consequences         literals that another one brings with it (if `nota fiscal` stands there, so does `nota`)
    one-of groups        of which at most one is true (a contact has one medium)

A literal is a number, negative for "not". The search is Davis, Putnam, Logemann and Loveland's: follow what is
forced, guess where nothing is, go back where it fails. It guesses "no" first, for most messages hold few of a
file's words. Steps are counted, so that no file makes it run for ever.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

MAX_STEPS = 200_000


class TooHard(Exception):
    """The search was stopped before it knew."""


class Solver:
    def __init__(self) -> None:
        self._clauses: list[list[int]] = []
        self._watching: defaultdict[int, list[list[int]]] = defaultdict(list)
        self._consequences: defaultdict[int, list[int]] = defaultdict(list)
        self._groups: dict[int, Sequence[int]] = {}
        self._values: dict[int, bool] = {}
        self._trail: list[int] = []
        self._facts: list[int] = []
        self._variables: dict[int, None] = {}
        self._steps = 0

    def clause(self, literals: Iterable[int]) -> None:
        listed = list(dict.fromkeys(literals))
        self._variables.update(dict.fromkeys(map(abs, listed)))
        if len(listed) == 1:
            self._facts.append(listed[0])
        elif len(listed) == 2:
            first, second = listed
            self._consequences[-first].append(second)
            self._consequences[-second].append(first)
        else:
            self._clauses.append(listed)
            for literal in listed[:2]:
                self._watching[literal].append(listed)

    def at_most_one(self, variables: Sequence[int]) -> None:
        self._groups.update(dict.fromkeys(variables, variables))

    def solve(self, assumptions: Iterable[int] = (), steps: int = MAX_STEPS) -> dict[int, bool] | None:
        """A way to make everything true, or None when there is none. Raises TooHard."""
        self._values, self._trail, self._steps = {}, [], steps
        if any(not clause for clause in self._clauses) or not self._follow([*self._facts, *assumptions]):
            return None
        return dict(self._values) if self._search() else None

    def _search(self) -> bool:
        guesses: list[tuple[int, int]] = []  # (length of the trail before it, the literal guessed)
        undecided = iter(self._variables)
        while True:
            variable = next((each for each in undecided if each not in self._values), None)
            if variable is None:
                return True
            guesses.append((len(self._trail), -variable))
            if self._follow([-variable]):
                continue
            if not self._go_back(guesses):
                return False
            undecided = iter(self._variables)

    def _go_back(self, guesses: list[tuple[int, int]]) -> bool:
        """Undo guesses up to one whose opposite is not refuted as well."""
        while guesses:
            length, literal = guesses.pop()
            while len(self._trail) > length:
                del self._values[abs(self._trail.pop())]
            if self._follow([-literal]):
                return True
        return False

    def _follow(self, literals: list[int]) -> bool:
        """Make the literals true with all that follows; False at a contradiction."""
        waiting = list(literals)
        while waiting:
            literal = waiting.pop()
            known = self._values.get(abs(literal))
            if known is not None:
                if known is not (literal > 0):
                    return False
                continue
            self._steps -= 1
            if self._steps < 0:
                raise TooHard
            self._values[abs(literal)] = literal > 0
            self._trail.append(literal)
            waiting.extend(self._consequences.get(literal, ()))
            if literal > 0 and literal in self._groups:
                waiting.extend(-other for other in self._groups[literal] if other != literal)
            if not self._visit(-literal, waiting):
                return False
        return True

    def _visit(self, refuted: int, waiting: list[int]) -> bool:
        """Look at the clauses that watch a literal which has become false."""
        watching = self._watching.get(refuted)
        if not watching:
            return True
        kept: list[list[int]] = []
        for number, clause in enumerate(watching):
            if clause[0] == refuted:
                clause[0], clause[1] = clause[1], clause[0]
            if self._is(clause[0]) is not True and self._moves(clause):
                continue
            kept.append(clause)
            match self._is(clause[0]):
                case False:
                    self._watching[refuted] = kept + watching[number + 1 :]
                    return False
                case None:
                    waiting.append(clause[0])
        self._watching[refuted] = kept
        return True

    def _moves(self, clause: list[int]) -> bool:
        """Watch another literal that is not false yet, if there is one."""
        for place in range(2, len(clause)):
            if self._is(clause[place]) is not False:
                clause[1], clause[place] = clause[place], clause[1]
                self._watching[clause[1]].append(clause)
                return True
        return False

    def _is(self, literal: int) -> bool | None:
        value = self._values.get(abs(literal))
        return value if value is None or literal > 0 else not value
