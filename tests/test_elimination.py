"""Elimination: both routes against exact linear algebra, subtraction-free populations, and what is refused."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
import systems

import symness as sn
from symness import elimination, program
from symness.elimination import TERM_BUDGET, schur, straight_line
from symness.errors import NonUniqueSteadyState, ZeroPivotError
from symness.exact import Ring
from symness.liouville import Coordinate
from symness.names import Names
from symness.program import number, symbol


def population(k: int) -> Coordinate:
    return ("p", k, k)


def markov(size: int, missing: Any = frozenset()) -> dict[Any, Any]:
    """Symbolic rate matrix: w_ij from j to i, columns that sum to zero."""
    entries: dict[Any, Any] = {}
    for j in range(size):
        out = []
        for i in range(size):
            if i != j and (i, j) not in missing:
                entries[population(i), population(j)] = symbol(f"w_{i}{j}")
                out.append(symbol(f"w_{i}{j}"))
        entries[population(j), population(j)] = program.mul(-1, program.add(*out))
    return entries


def solve(numbers: dict[Any, Fraction], sector: list[Coordinate]) -> dict[Coordinate, Fraction]:
    """Null vector of trace one, by SymPy in rational numbers."""
    M = sp.Matrix([[sp.Rational(str(numbers.get((r, c), 0))) for c in sector] for r in sector])
    (vector,) = M.nullspace()
    trace = sum(v for v, c in zip(vector, sector, strict=True) if c[0] == "p")
    return {c: Fraction(int(v.p), int(v.q)) for c, v in zip(sector, vector / trace, strict=True)}


def numbers_of(entries: dict[Any, Any], values: dict[str, Fraction]) -> dict[Any, Fraction]:
    return dict(zip(entries, program.evaluate(list(entries.values()), values, systems.function), strict=True))


def random_values(entries: dict[Any, Any], seed: int) -> dict[str, Fraction]:
    rng = random.Random(seed)
    return {n: Fraction(rng.randint(1, 50), rng.randint(1, 50)) for n in program.symbols_of(list(entries.values()))}


# -- populations only ------------------------------------------------------------------------------------------------


def test_two_states_by_hand() -> None:
    """p_0 = w_01/(w_01 + w_10)."""
    sector = [population(0), population(1)]
    found = straight_line(markov(2), sector, population(1))
    values = {"w_01": Fraction(2), "w_10": Fraction(3)}
    assert program.evaluate([found[sector[0]]], values, systems.function) == [Fraction(2, 5)]


@pytest.mark.parametrize("size", [2, 3, 4, 5])
@pytest.mark.parametrize("ground", [0, -1])
def test_markov_chain_against_sympy(size: int, ground: int) -> None:
    entries, sector = markov(size), [population(k) for k in range(size)]
    found = straight_line(entries, sector, sector[ground])
    values = random_values(entries, size)
    mine = program.evaluate([found[c] for c in sector], values, systems.function)
    assert dict(zip(sector, mine, strict=True)) == solve(numbers_of(entries, values), sector)


def test_populations_are_found_without_a_subtraction() -> None:
    """No negative number, hence full relative accuracy of every population for rates that are not negative."""
    sector = [population(k) for k in range(5)]
    found = straight_line(markov(5), sector, sector[0])
    assert all(n.args[0] >= 0 for n in program.walk(found.values()) if n.op == "number")


def test_tiny_populations_keep_their_digits() -> None:
    """A ladder with rates up/down = 1e-30 per step: populations of 1e-90, exact to rounding."""
    size, ratio = 4, Fraction(1, 10**30)
    missing = {(i, j) for i in range(size) for j in range(size) if abs(i - j) != 1}
    entries, sector = markov(size, missing), [population(k) for k in range(size)]
    found = straight_line(entries, sector, sector[-1])
    values = {f"w_{k}{k + 1}": float(ratio) for k in range(size - 1)} | {f"w_{k + 1}{k}": 1.0 for k in range(size - 1)}
    (top,) = systems.run([found[sector[0]]], values)
    assert top == pytest.approx(1e-90, rel=1e-14)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_schur_of_a_markov_chain_is_the_sum_over_trees(size: int) -> None:
    """Kirchhoff: the numerator of p_k is the sum over spanning trees into k, size^(size-2) terms, all of weight one."""
    entries = markov(size)
    made = Ring([f"w_{i}{j}" for i in range(size) for j in range(size) if i != j])
    matrix = {key: made.from_node(node) for key, node in entries.items()}
    found = schur(made, matrix, [population(k) for k in range(size)], Names(set(made.names)))
    assert found is not None
    assert not found.blocks
    for k, numerator in enumerate(found.populations):
        assert len(numerator) == size ** (size - 2)
        assert all(int(c.p) == int(c.q) == 1 for c in numerator.coeffs())
        assert not found.ring.uses(numerator) & {f"w_{i}{k}" for i in range(size)}


# -- with coherences -------------------------------------------------------------------------------------------------


def with_coherence(seed: int) -> tuple[dict[Any, Any], list[Coordinate]]:
    """Three populations, one rotating pair (K, W) and one more coherence that couples to the pair."""
    x, y, z = ("x", 0, 1), ("y", 0, 1), ("x", 1, 2)
    sector: list[Coordinate] = [*(population(k) for k in range(3)), x, y, z]
    entries = markov(3)
    K, W, L = symbol("K"), symbol("W"), symbol("L")
    entries |= {(x, x): -K, (y, y): -K, (x, y): W, (y, x): -W, (z, z): -L}
    for k, target in enumerate((x, y, z)):
        entries[target, population(k)] = symbol(f"a_{k}")
        entries[target, population((k + 1) % 3)] = symbol(f"b_{k}")
    # what flows back leaves the trace alone
    entries[population(0), x], entries[population(1), x] = symbol("f"), -symbol("f")
    entries[population(1), z], entries[population(2), z] = symbol("g"), -symbol("g")
    if seed % 2:
        entries[z, y], entries[y, z] = symbol("h"), -symbol("h")
    return entries, sector


@pytest.mark.parametrize("seed", range(6))
def test_both_routes_against_sympy(seed: int) -> None:
    entries, sector = with_coherence(seed)
    values = random_values(entries, seed)
    expected = solve(numbers_of(entries, values), sector)
    straight = straight_line(entries, sector, population(2))
    mine = program.evaluate([straight[c] for c in sector], values, systems.function)
    assert dict(zip(sector, mine, strict=True)) == expected

    made = Ring(sorted(values))
    matrix = {key: made.from_node(node) for key, node in entries.items()}
    found = schur(made, matrix, sector, Names(set(made.names)))
    assert found is not None
    assert len(found.blocks) == (1 if seed % 2 else 2)
    known = dict(values)
    for block in found.blocks:
        (determinant,) = program.evaluate([made_display(made, block.determinant, found.ring)], known, systems.function)
        known[block.factor] = 1 / determinant
    numerators = program.evaluate([found.ring.collect(p) for p in found.populations], known, systems.function)
    (norm,) = program.evaluate([found.ring.collect(found.norm)], known, systems.function)
    assert {population(k): v / norm for k, v in enumerate(numerators)} == {c: expected[c] for c in sector[:3]}
    # coherences: -(adjugate R) source
    for block, adjugate in zip(found.blocks, found.adjugates, strict=True):
        sources = [
            program.evaluate([found.ring.collect(found.sources[c])], known, systems.function)[0]
            for c in block.coordinates
        ]
        for k, coordinate in enumerate(block.coordinates):
            row = [program.evaluate([found.ring.collect(a)], known, systems.function)[0] for a in adjugate[k]]
            value = -known[block.factor] * sum(a * s for a, s in zip(row, sources, strict=True)) / norm
            assert value == expected[coordinate]


def made_display(made: Ring, value: Any, wide: Ring) -> Any:
    """A polynomial of either ring as a program."""
    return (wide if value.context() is wide.context else made).collect(value)


def test_a_rotating_pair_is_recognised() -> None:
    entries, sector = with_coherence(0)
    made = Ring(program.symbols_of(list(entries.values())))
    found = schur(made, {k: made.from_node(v) for k, v in entries.items()}, sector, Names(set(made.names)))
    assert found is not None
    rotations = [block.rotation for block in found.blocks]
    assert [r is not None for r in rotations] == [True, False]
    wide = found.ring.generators
    assert rotations[0] == (wide["K"], wide["W"])


def test_cofactors_are_linear_in_one_schur_factor() -> None:
    """One pair of coherences: rank one, so no numerator holds a higher power of R (DESIGN, section 5)."""
    state = sn.steady_state(sn.redfield(systems.two_qubits("fermi")))
    matrix = state.matrix
    found = schur(matrix.ring, matrix.matrix, matrix.sector, Names(set(matrix.ring.names)))
    assert found is not None
    (block,) = found.blocks
    place = found.ring.index[block.factor]
    assert {int(m[place]) for p in found.populations for m in p.monoms()} == {0, 1}


# -- limits and refusals ---------------------------------------------------------------------------------------------


def test_budgets_give_no_paper_form(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = markov(4)
    sector = [population(k) for k in range(4)]
    made = Ring(program.symbols_of(list(entries.values())))
    matrix = {key: made.from_node(node) for key, node in entries.items()}
    assert schur(made, matrix, sector, Names(set(made.names))) is not None
    monkeypatch.setattr(elimination, "TERM_BUDGET", 3)
    assert schur(made, matrix, sector, Names(set(made.names))) is None
    assert TERM_BUDGET == 10_000


def test_more_populations_than_the_limit_give_no_paper_form() -> None:
    count = elimination.POPULATION_LIMIT + 1
    missing = {(i, j) for i in range(count) for j in range(count) if abs(i - j) != 1}
    entries = markov(count, missing)
    made = Ring(program.symbols_of(list(entries.values())))
    matrix = {key: made.from_node(node) for key, node in entries.items()}
    assert schur(made, matrix, [population(k) for k in range(count)], Names(set(made.names))) is None


def test_a_trap_has_no_way_out() -> None:
    """State 1 only receives: it is removed first and has no outflow."""
    entries = markov(3, {(0, 1), (2, 1)})
    with pytest.raises(NonUniqueSteadyState, match=r"population 2 has no way out.*couple it"):
        straight_line(entries, [population(k) for k in range(3)], population(0))


def test_a_pivot_that_vanishes_at_the_random_point_waits() -> None:
    """K - K is no zero as an expression here, but it is one in numbers: the other coherence goes first."""
    entries = markov(2)
    x, y = ("x", 0, 1), ("y", 0, 1)
    sector: list[Coordinate] = [population(0), population(1), x, y]
    K, W, M = symbol("K"), symbol("W"), symbol("M")
    entries |= {(x, x): program.add(K, W, program.mul(-1, K + W)), (x, y): W, (y, x): -W, (y, y): -M}
    entries |= {(x, population(0)): symbol("a"), (population(0), x): symbol("f"), (population(1), x): -symbol("f")}
    values = random_values(entries, 3)
    numbers = numbers_of(entries, values)
    found = straight_line(entries, sector, population(0), numbers)
    mine = program.evaluate([found[c] for c in sector], values, systems.function)
    assert dict(zip(sector, mine, strict=True)) == solve(numbers, sector)
    del entries[y, x], entries[x, y], numbers[y, x], numbers[x, y]
    with pytest.raises(ZeroPivotError, match=r"coherences.*pivot is zero"):
        straight_line(entries, sector, population(0), numbers)


def test_a_coherence_without_decay_is_refused() -> None:
    entries = markov(2)
    x = ("x", 0, 1)
    entries[x, population(0)] = symbol("a")
    entries[population(0), x] = symbol("f")
    entries[population(1), x] = -symbol("f")
    with pytest.raises(ZeroPivotError, match=r"coherence.*pivot is zero.*give it a rate"):
        straight_line(entries, [population(0), population(1), x], population(0))
    made = Ring(program.symbols_of(list(entries.values())))
    matrix = {key: made.from_node(node) for key, node in entries.items()}
    with pytest.raises(NonUniqueSteadyState, match=r"neither decay nor rotate"):
        schur(made, matrix, [population(0), population(1), x], Names(set(made.names)))


def test_numbers_as_entries() -> None:
    """Rates that are plain numbers."""
    entries = {key: program.substitute(node, {f"w_{i}{j}": i + 2 * j + 1 for i in range(3) for j in range(3)})
               for key, node in markov(3).items()}  # fmt: skip
    sector = [population(k) for k in range(3)]
    found = straight_line(entries, sector, sector[0])
    assert all(value.op == "number" for value in found.values())
    assert program.add(*found.values()) is number(1)
