"""Exact polynomials: normal forms, display, minors, and points of a prime field where every relation holds."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import flint
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symness import program
from symness.errors import ZeroPivotError
from symness.exact import Ring, adjugate, determinant, minors_of_first_row, nonzero_pivot
from symness.program import call, number, symbol
from symness.residues import NoRoot, ResiduePoint, at_random_point, prime, rank

NAMES = ("a", "b", "c", "s", "r", "i")
A, B, C, S, R, _ = (symbol(n) for n in NAMES)
#: c^2 + s^2 = 1, r^2 = a^2 + b^2, i^2 = -1
PRIME = 2**61 - 1
RELATIONS = {"s": 1 - C**2, "r": A**2 + B**2, "i": number(-1)}


def residue(value: Any) -> Any:
    """A rational number modulo a Mersenne prime: nothing of the engine."""
    value = Fraction(value)
    return flint.nmod(value.numerator % PRIME, PRIME) / flint.nmod(value.denominator % PRIME, PRIME)


def ring() -> Ring:
    return Ring(NAMES, RELATIONS)


MONOMIALS = st.tuples(*(st.integers(0, 3) for _ in NAMES))
COEFFICIENTS = st.fractions(min_value=-9, max_value=9, max_denominator=4).filter(bool)
POLYNOMIALS = st.dictionaries(MONOMIALS, COEFFICIENTS, min_size=1, max_size=8)


def polynomial(made: Ring, terms: dict[Any, Fraction]) -> Any:
    return made.context.from_dict({m: flint.fmpq(c.numerator, c.denominator) for m, c in terms.items()})


def on_the_variety(seed: int) -> dict[str, Any]:
    """A point of residues where the relations hold, made without the engine: rational parametrisations."""
    rng = random.Random(seed)
    t, u = residue(rng.randrange(2, PRIME)), residue(rng.randrange(2, PRIME))
    one = residue(1)
    c, s = (one - t**2) / (one + t**2), residue(2) * t / (one + t**2)
    scale = residue(rng.randrange(2, PRIME))
    a, b, r = scale * (one - u**2), scale * residue(2) * u, scale * (one + u**2)
    return {"a": a, "b": b, "c": c, "s": s, "r": r}


def value(poly: Any, point: dict[str, Any]) -> tuple[Any, Any]:
    """Real and imaginary part at a point, i apart since -1 has no root modulo the prime."""
    parts = [residue(0), residue(0)]
    for monomial, coefficient in poly.to_dict().items():
        term = residue(Fraction(int(coefficient.p), int(coefficient.q)))
        for name, power in zip(NAMES[:-1], monomial[:-1], strict=True):
            term = term * point[name] ** int(power)
        turns = int(monomial[-1]) % 4
        parts[turns % 2] = parts[turns % 2] + (term if turns < 2 else -term)
    return parts[0], parts[1]


def test_the_primes() -> None:
    listed = [prime(k) for k in range(40)]
    assert listed == sorted(set(listed), reverse=True)
    for p in listed:
        assert sp.isprime(p)
        assert p % 4 == 3
        assert 2**61 < p < 2**62
        assert all(sp.jacobi_symbol(q, p) == 1 for q in (2, 3, 5, 7))


# -- reduction -------------------------------------------------------------------------------------------------------


@given(POLYNOMIALS, st.integers(0, 10**6))
def test_reduction_keeps_the_value_and_is_a_normal_form(terms: dict[Any, Fraction], seed: int) -> None:
    made = ring()
    poly = polynomial(made, terms)
    reduced = made.reduce(poly)
    point = on_the_variety(seed)
    assert value(reduced, point) == value(poly, point)
    assert all(m[3] < 2 and m[4] < 2 and m[5] < 2 for m in reduced.to_dict())
    assert made.reduce(reduced) == reduced


@given(POLYNOMIALS)
def test_multiples_of_a_relation_reduce_to_zero(terms: dict[Any, Fraction]) -> None:
    made = ring()
    poly = polynomial(made, terms)
    g = made.generators
    for relation in (g["c"] ** 2 + g["s"] ** 2 - 1, g["r"] ** 2 - g["a"] ** 2 - g["b"] ** 2, g["i"] ** 2 + 1):
        assert not len(made.reduce(poly * relation))


def test_a_root_under_a_root_is_reduced_whatever_the_order_of_the_relations() -> None:
    """q^2 = 2, p^2 = 3 + q: p^4 = 11 + 6 q."""
    for relations in ({"q": number(2), "p": 3 + symbol("q")}, {"p": 3 + symbol("q"), "q": number(2)}):
        made = Ring(("q", "p"), relations)
        g = made.generators
        assert made.reduce(g["p"] ** 4) == 11 + 6 * g["q"]
        assert made.reduce(g["q"] ** 3 * g["p"] ** 2) == 6 * g["q"] + 4


def test_half_integers_survive() -> None:
    """int() of a flint rational would drop the denominator."""
    made = ring()
    half = made.from_node(program.mul(Fraction(1, 2), A) + program.mul(Fraction(-3, 2), B))
    assert made.primitive(half) == (Fraction(1, 2), made.from_node(A - 3 * B))
    assert made.collect(half) is program.mul(Fraction(1, 2), A - 3 * B)


# -- display ---------------------------------------------------------------------------------------------------------


@given(POLYNOMIALS)
def test_what_is_displayed_is_the_polynomial(terms: dict[Any, Fraction]) -> None:
    made = ring()
    poly = polynomial(made, terms)
    assert made.from_node(made.display(poly)) == poly
    assert made.from_node(made.collect(poly)) == poly


@given(POLYNOMIALS, POLYNOMIALS)
def test_factors_multiply_back(first: dict[Any, Fraction], second: dict[Any, Fraction]) -> None:
    made = ring()
    poly = polynomial(made, first) * polynomial(made, second)
    content, factors = made.factors(poly)
    product = made.constant(content)
    for factor, power in factors:
        product = product * factor**power
        assert all(int(c.q) == 1 for c in factor.coeffs())
    assert product == poly


def test_each_factor_is_listed_once() -> None:
    """s (1 - c**2) is s**3, not s and s**2."""
    made = ring()
    root, cosine = made.generators["s"], made.generators["c"]
    assert made.factors(root * (made.one - cosine**2))[1] == [(root, 3)]


@given(POLYNOMIALS)
def test_split_gathers_by_powers(terms: dict[Any, Fraction]) -> None:
    made = ring()
    poly = polynomial(made, terms)
    total = made.zero
    for (k, m), part in made.split(poly, ["b", "i"]).items():
        assert not made.uses(part) & {"b", "i"}
        total = total + part * made.generators["b"] ** k * made.generators["i"] ** m
    assert total == poly


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (A * C + B * C, "(c*(a + b))"),
        (A**2 + 2 * A * B + B**2, "(a + b)**2"),
        (A * B - A * C, "(a*(b + (-1*c)))"),
        (2 * A + 4 * B, "(2*(a + (2*b)))"),
        (-1 * A - B, "(-1*(a + b))"),
        (number(0), "0"),
        (number(Fraction(3, 2)), "3/2"),
    ],
)
def test_displayed_forms(node: program.Node, shown: str) -> None:
    made = ring()
    assert repr(made.display(made.from_node(node))) == shown


def test_functions_are_not_polynomials() -> None:
    with pytest.raises(ValueError, match=r"name it as a symbol first"):
        ring().from_node(call("exp", A))


# -- residues --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_relations_hold_at_random_points(seed: int) -> None:
    """c^2 + s^2 = 1, Omega^2, half angles, roots and differences of occupations are consistent with each other."""
    delta, lam, T, U, mu = (symbol(n) for n in ("delta", "lam", "T", "U", "mu"))
    omega = program.sqrt(delta**2 + lam**2)
    c, s = call("cos_half", delta, lam), call("sin_half", delta, lam)
    hole, filled = call("fermi_hole", omega, T, mu), call("fermi", omega, T, mu)
    zeros = [
        c**2 + s**2 - 1,
        omega**2 - delta**2 - lam**2,
        (c**2 - s**2) * omega - delta,
        2 * c * s * omega - lam,
        hole + filled - 1,
        call("bose_difference", omega, T, mu, U, 0) - call("bose", omega, T, mu) + call("bose", omega, U, 0),
        call("fermi_difference", omega, T, mu, U, 0) - filled + call("fermi", omega, U, 0),
        program.sqrt(2) * program.sqrt(3) - program.sqrt(number(6)),
        program.sqrt(T**2 * 9) ** 2 - 9 * T**2,
        call("hypot", delta, lam) ** 2 - delta**2 - lam**2,
    ]
    _, values = at_random_point(zeros, seed)
    # the root of 6 is that of 2 times that of 3 up to its sign, and programs write it prime by prime
    assert [int(v) for k, v in enumerate(values) if k != 7] == [0] * 9


def test_the_same_call_has_one_value() -> None:
    point = ResiduePoint(3)
    first, second = point.evaluate([call("bose", A, B, C), call("bose", A, B, C) + call("bose", A, B, 0)])
    assert point.evaluate([call("bose", A, B, C)]) == [first]
    assert second != first


def test_eigenvectors_are_orthonormal_at_random_points() -> None:
    entries = [A, B, C, B, S, R, C, R, A + B]
    vectors = [[call("eigenvector", i, k, 3, *entries) for k in range(3)] for i in range(3)]
    overlaps = [
        program.add(*(vectors[i][k] * vectors[i][m] for i in range(3))) - int(k == m)
        for k in range(3)
        for m in range(3)
    ]
    _, values = at_random_point([*overlaps, call("eigenvalue", 0, 3, *entries) - call("eigenvalue", 1, 3, *entries)], 4)
    assert [int(v) for v in values[:-1]] == [0] * 9
    assert int(values[-1]) != 0


def test_a_point_without_the_root_is_not_used() -> None:
    point = ResiduePoint(1)
    missing = next(p for p in sp.primerange(2, 10000) if sp.jacobi_symbol(p, point.prime) == -1)
    with pytest.raises(NoRoot):
        point.evaluate([program.sqrt(number(missing))])
    found, (value,) = at_random_point([program.sqrt(number(missing))])
    assert value**2 == found.number(missing)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_several_constant_roots_find_a_prime(count: int) -> None:
    """Nothing is random in a root of a number but the prime itself."""
    roots = [program.sqrt(program.sqrt(number(p)) + 1) for p in (29, 31, 37)[:count]]
    point, values = at_random_point(roots)
    for value, root in zip(values, roots, strict=True):
        assert value**2 == point.evaluate([program.power(root, 2)])[0]


def test_a_denominator_that_vanishes_identically() -> None:
    zero = (A + B) ** 2 - A**2 - 2 * A * B - B**2
    with pytest.raises(ZeroPivotError, match=r"denominator vanishes identically"):
        at_random_point([1 / zero])


@pytest.mark.parametrize("value", [Fraction(0), Fraction(-7, 3), Fraction(1, 2), Fraction(10**30, 7)])
def test_residues_of_rational_numbers(value: Fraction) -> None:
    point = ResiduePoint(2)
    assert point.number(value) * value.denominator == point.number(value.numerator)


def test_rank() -> None:
    point = ResiduePoint(2)
    rows = [[1, 2, 3], [2, 4, 6], [0, 1, 1]]
    assert rank(point, [[point.number(x) for x in row] for row in rows]) == 2


# -- minors ----------------------------------------------------------------------------------------------------------


def random_matrix(size: int, seed: int) -> tuple[Ring, list[list[Any]], sp.Matrix]:
    """Sparse entries of one to three terms, here and in SymPy."""
    rng = random.Random(seed)
    made = Ring(("a", "b", "c"))
    symbols = sp.symbols("a b c")
    rows, mirror = [], sp.zeros(size, size)
    for i in range(size):
        row = []
        for j in range(size):
            entry = made.zero
            for _ in range(rng.randrange(3)):
                coefficient, k = rng.randint(-3, 3), rng.randrange(3)
                power = rng.randint(0, 2)
                entry = entry + coefficient * made.context.gens()[k] ** power
                mirror[i, j] += coefficient * symbols[k] ** power
            row.append(entry)
        rows.append(row)
    return made, rows, mirror


def to_sympy(poly: Any) -> Any:
    symbols = sp.symbols("a b c")
    return sp.Add(
        *(
            sp.Rational(int(c.p), int(c.q)) * sp.Mul(*(x ** int(e) for x, e in zip(symbols, m, strict=True)))
            for m, c in poly.to_dict().items()
        )
    )


@pytest.mark.parametrize(("size", "seed"), [(1, 1), (2, 2), (3, 3), (4, 4), (4, 5), (5, 6)])
def test_minors_determinant_and_adjugate_against_sympy(size: int, seed: int) -> None:
    made, rows, mirror = random_matrix(size, seed)
    assert sp.expand(to_sympy(determinant(rows, made.zero, 10**6)) - mirror.det(method="berkowitz")) == 0
    for j, minor in enumerate(minors_of_first_row(rows, made.zero, 10**6)):
        assert sp.expand(to_sympy(minor) - (mirror.cofactor(0, j, method="berkowitz") if size > 1 else 1)) == 0
    found = adjugate(rows, made.zero, 10**6)
    expected = mirror.adjugate(method="berkowitz") if size > 1 else sp.Matrix([[1]])
    assert all(sp.expand(to_sympy(found[i][j]) - expected[i, j]) == 0 for i in range(size) for j in range(size))


def test_minors_stop_at_the_budget() -> None:
    made, rows, _ = random_matrix(5, 6)
    with pytest.raises(OverflowError):
        minors_of_first_row(rows, made.zero, 2)


def test_a_zero_pivot_refuses() -> None:
    assert nonzero_pivot(A, "x") is A
    with pytest.raises(ZeroPivotError, match=r"elimination of x.*give it a rate"):
        nonzero_pivot(number(0), "x")
