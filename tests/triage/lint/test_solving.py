"""The solver agrees with trying everything."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.lint.solving import Solver, TooHard

VARIABLES = range(1, 7)
LITERALS = st.sampled_from([sign * number for number in VARIABLES for sign in (1, -1)])
CLAUSES = st.lists(st.lists(LITERALS, min_size=1, max_size=4), max_size=14)


def is_solved(values, clauses, groups):
    return all(any(values[abs(one)] is (one > 0) for one in clause) for clause in clauses) and all(
        sum(values[number] for number in group) <= 1 for group in groups
    )


def ways(clauses, groups):
    for values in product([False, True], repeat=len(VARIABLES)):
        model = dict(zip(VARIABLES, values, strict=True))
        if is_solved(model, clauses, groups):
            yield model


def solver_of(clauses, groups):
    solver = Solver()
    for clause in clauses:
        solver.clause(clause)
    for group in groups:
        solver.at_most_one(group)
    return solver


@given(CLAUSES, st.sampled_from([[], [[1, 2, 3]], [[1, 2], [4, 5, 6]]]), st.lists(LITERALS, max_size=2))
def test_it_finds_a_way_exactly_when_there_is_one(clauses, groups, assumed):
    solver = solver_of(clauses, groups)
    wanted = [*clauses, *([literal] for literal in assumed)]

    for _again in range(2):
        model = solver.solve(assumed)
        assert (model is not None) is any(True for _ in ways(wanted, groups))
        if model is not None:
            assert is_solved({number: model.get(number, False) for number in VARIABLES}, wanted, groups)


def test_an_empty_clause_can_never_be_met():
    assert solver_of([[]], []).solve() is None


def test_a_search_without_end_is_given_up():
    """Nine pigeons, eight holes: true to its fame, it cannot be settled by guessing in a thousand steps."""
    solver, holes, pigeons = Solver(), range(8), range(9)
    place = {(pigeon, hole): pigeon * 8 + hole + 1 for pigeon in pigeons for hole in holes}
    for pigeon in pigeons:
        solver.clause(place[pigeon, hole] for hole in holes)
    for hole in holes:
        solver.at_most_one([place[pigeon, hole] for pigeon in pigeons])

    with pytest.raises(TooHard):
        solver.solve(steps=1000)
