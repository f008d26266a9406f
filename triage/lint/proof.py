"""Asking whether some message meets these conditions and not those.

formulas ─▶ clauses (each part gets a number) + what the atoms have to do with one another ─▶ Solver
"""

from collections.abc import Hashable, Iterable, Mapping

from triage.lint.formulas import Atom, Every, Formula, Opposite, Some
from triage.lint.solving import MAX_STEPS, Solver, TooHard
from triage.lint.theory import Theory

Model = Mapping[Hashable, bool]
"""Atoms and whether they are true; what is not named is false."""


def model_of(
    theory: Theory, wanted: Iterable[Formula], refused: Iterable[Formula] = (), steps: int = MAX_STEPS
) -> Model | None:
    """Atoms that make everything wanted true and everything refused false; None when nothing can. Raises TooHard."""
    clauses = Clauses()
    try:
        for formula in wanted:
            clauses.demand(formula)
        for formula in refused:
            clauses.demand(Opposite(formula))
    except RecursionError:
        raise TooHard from None
    theory.teach(clauses.solver, clauses.variables)
    found = clauses.solver.solve(steps=steps)
    if found is None:
        return None
    return {atom: found.get(variable, False) for atom, variable in clauses.variables.items()}


class Clauses:
    """`variables` are the atoms met so far. The same formula object is turned into clauses once."""

    def __init__(self) -> None:
        self.solver = Solver()
        self.variables: dict[Hashable, int] = {}
        self._literals: dict[int, int] = {}
        self._kept: list[Formula] = []  # so that no id is given away twice
        self._count = 0

    def demand(self, formula: Formula) -> None:
        match formula:
            case Every(parts):
                for part in parts:
                    self.demand(part)
            case Opposite(Some(parts)):
                for part in parts:
                    self.demand(Opposite(part))
            case Opposite(Opposite(part)):
                self.demand(part)
            case Some(parts):
                self.solver.clause(map(self._literal, parts))
            case Opposite(Every(parts)):
                self.solver.clause(-self._literal(part) for part in parts)
            case _:
                self.solver.clause([self._literal(formula)])

    def _literal(self, formula: Formula) -> int:
        match formula:
            case Opposite(part):
                return -self._literal(part)
            case Atom(key):
                if key not in self.variables:
                    self.variables[key] = self._next()
                return self.variables[key]
        known = self._literals.get(id(formula))
        if known is None:
            self._kept.append(formula)
            known = self._literals[id(formula)] = self._composed(formula)
        return known

    def _composed(self, formula: Every | Some) -> int:
        """A number that is true exactly when the formula is."""
        parts = [self._literal(part) for part in formula.parts]
        if isinstance(formula, Every):
            return -self._one_of([-part for part in parts])
        return self._one_of(parts)

    def _one_of(self, parts: list[int]) -> int:
        number = self._next()
        self.solver.clause([-number, *parts])
        for part in parts:
            self.solver.clause((number, -part))
        return number

    def _next(self) -> int:
        self._count += 1
        return self._count
